"""Control by OSC: addresses made from the table of controls, a server that nobody can hurt the music with."""
