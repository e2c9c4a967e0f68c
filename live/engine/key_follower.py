"""The key that a player is in, note by note: another one must be clearly better, several notes in a row."""

from __future__ import annotations

import numpy as np

from models.key import Key, key_scores

_FADE = 0.94
_MARGIN = 0.12
_PATIENCE = 3
_MAJOR_TONIC = -np.arange(12) % 12
_MINOR_TONIC = (9 - np.arange(12)) % 12
"""The tonics that each transposition 0..11 brings to C and to A."""


class KeyFollower:
    """Semitones that bring the music to C major or A minor. Owned by one thread; never blocks."""

    def __init__(self, key: str = "auto") -> None:
        self.shift = 0
        """The transposition that the music is taken to need, -6 to 6."""
        self._classes = np.zeros(12)
        self._wanted, self._wanted_for = 0, 0
        self._key: Key | None = None
        self.set(key)

    def set(self, key: str) -> None:
        """A fixed key, or ``auto``."""
        self._key = None if key == "auto" else Key.parse(key)
        if self._key is not None:
            self.shift = self._key.transposition

    @property
    def name(self) -> str:
        """The key; a major one and its relative minor are one. Any thread."""
        tonic = -self.shift % 12
        return f"{Key(tonic, 'major').name}/{Key((tonic + 9) % 12, 'minor').name}"

    def strike(self, pitch: int) -> None:
        """A note was struck: what it says of the key takes 0.2 ms."""
        self._classes *= _FADE
        self._classes[pitch % 12] += 1
        if self._key is not None:
            return
        major, minor = key_scores(self._classes).reshape(2, 12)
        by_shift = np.maximum(major[_MAJOR_TONIC], minor[_MINOR_TONIC])
        best = int(by_shift.argmax())
        if best == self.shift % 12 or by_shift[best] - by_shift[self.shift % 12] < _MARGIN:
            self._wanted_for = 0
        elif best == self._wanted % 12:
            self._wanted_for += 1
        else:
            self._wanted, self._wanted_for = (best + 6) % 12 - 6, 1
        if self._wanted_for >= _PATIENCE:
            self.shift, self._wanted_for = self._wanted, 0
