"""Where the beat is: from a clock, from the playing, or nowhere; one word for all of them, a pulse."""
