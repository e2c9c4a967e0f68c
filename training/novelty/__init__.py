"""What stands in the training data already: the longest run of notes that music shares with it."""
