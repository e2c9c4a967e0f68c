"""The chords that stand under melodies, learned from tunes whose chords are known."""
