"""How the key was followed before the filter: pitch classes that fade, beside Temperley's profiles."""

from __future__ import annotations

import numpy as np

from models.key import key_scores

FADE, MARGIN, PATIENCE = 0.94, 0.12, 3
MAJOR_TONIC, MINOR_TONIC = -np.arange(12) % 12, (9 - np.arange(12)) % 12


class KeyBefore:
    """Tells a transposition only: a key and its relative are one."""

    def __init__(self) -> None:
        self.shift = 0
        self._classes = np.zeros(12)
        self._wanted, self._wanted_for = 0, 0

    def strike(self, pitch: int) -> None:
        """Another one must be clearly better, several notes in a row."""
        self._classes *= FADE
        self._classes[pitch % 12] += 1
        major, minor = key_scores(self._classes).reshape(2, 12)
        by_shift = np.maximum(major[MAJOR_TONIC], minor[MINOR_TONIC])
        best = int(by_shift.argmax())
        if best == self.shift or by_shift[best] - by_shift[self.shift] < MARGIN:
            self._wanted_for = 0
        elif best == self._wanted:
            self._wanted_for += 1
        else:
            self._wanted, self._wanted_for = best, 1
        if self._wanted_for >= PATIENCE:
            self.shift, self._wanted_for = self._wanted, 0
