"""Sessions that were recorded: their files, their list, and what can be made of them."""
