"""From scores to weights: corpora, batches, networks, training and evaluation."""
