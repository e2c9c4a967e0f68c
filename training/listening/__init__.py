"""What a model plays, not only what it predicts: samples of it beside the real music that they stand for."""
