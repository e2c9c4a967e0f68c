"""The real-time stage process: it alone touches MIDI ports. No NumPy, no model, no collector."""
