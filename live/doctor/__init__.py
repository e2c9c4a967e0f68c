"""``antiphon doctor``: measures on this machine what a musician would feel, and says what to change."""
