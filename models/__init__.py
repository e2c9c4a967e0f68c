"""What a note is and what a model promises: events, order, masks, vocabulary, sampling, manifest.

Used unchanged by training, export, files and the live engine. Never imports TensorFlow or Keras.
"""
