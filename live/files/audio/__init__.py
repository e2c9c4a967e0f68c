"""Sound in and out: a sung or played line to notes, music to a recording."""
