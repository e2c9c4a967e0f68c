"""The command ``antiphon``: one file for each of its words."""
