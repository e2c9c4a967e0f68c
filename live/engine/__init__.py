"""The engine: hears what was played, decides what to say, and hands it to the stage."""
