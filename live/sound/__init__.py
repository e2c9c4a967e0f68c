"""``--sound``: a FluidSynth of our own, so that a keyboard and a laptop are an instrument."""
