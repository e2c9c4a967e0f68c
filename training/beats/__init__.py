"""Learning to hear the beat: what `live/beat` asks of a network, from ASAP's annotated performances."""
