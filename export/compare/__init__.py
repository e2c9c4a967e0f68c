"""Every backbone at two sizes on every corpus, under one budget, as a table with learning curves."""
