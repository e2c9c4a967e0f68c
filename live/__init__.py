"""The instrument: stage process, engine process, files and commands."""
