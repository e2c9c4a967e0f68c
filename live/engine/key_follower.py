"""The key that a player is in, from probabilities after each strike; not left for one note's sake."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.key import Key
from models.key_filter import KEYS, SHIFTS, KeyFilter

_GUESS = 0.2
"""So probable must a transposition be before any is sure."""
_SETTLED = 0.75
"""So probable must the one that is told be to count as sure."""
_SURE = 0.75
"""So probable, at :data:`_PATIENCE` strikes in a row, must another one be than one that was sure."""
_PATIENCE = 2
_CALIBRATION = 0.65
"""The filter's probabilities are too modest: to this power they are how often the key is right."""
_OTHER_MODE = 0.6
"""Of a key and its relative, the one not told must have this share of the probability of both."""

_TRANSPOSED = SHIFTS % 12
_KEYS_OF = np.array([np.flatnonzero(shift == _TRANSPOSED) for shift in range(12)])
"""``[12, 2]``: the major and the minor key that each transposition brings home."""


class KeyFollower:
    """The key, and the semitones that bring the music to C major or A minor.

    Owned by one thread; never blocks; ``key``, ``confidence`` and ``shift`` may be read by any.
    """

    def __init__(self, key: str = "auto") -> None:
        self.key = Key(0, "major")
        """The key that the music is taken to be in."""
        self.confidence = 0.0
        """How probable it is that this is the key, 0 to 1; 1 for a key that was set."""
        self._filter = KeyFilter()
        self._heard = self.key
        self._unheard: list[tuple[int, int]] = []
        self._sure = False
        self._wanted, self._wanted_for = 0, 0
        self._set: Key | None = None
        self.set(key)

    @property
    def shift(self) -> int:
        """The transposition that brings the key home, -5 to 6."""
        return self.key.transposition

    @property
    def settled(self) -> bool:
        """Whether some key has been sure, or was set; until then every note may tell of another."""
        return self._sure or self._set is not None

    def set(self, key: str) -> None:
        """A fixed key, or ``auto``: the key that was heard, also meanwhile."""
        self._set = None if key == "auto" else Key.parse(key)
        self._tell()

    def strike(self, ns: int, pitch: int) -> None:
        """A note was struck at ``ns``; what it says is thought about in :meth:`follow`."""
        self._unheard.append((ns, pitch))

    def follow(self) -> None:
        """Take in the notes struck since the last call (0.01 ms each): by whoever needs the key at once,
        else when nobody waits for an answer to them.
        """
        for ns, pitch in self._unheard:
            self._hear(ns, pitch)
        if self._unheard:
            self._unheard.clear()
            self._tell()

    def _hear(self, ns: int, pitch: int) -> None:
        keys = self._filter.strike(ns, pitch)
        both = keys[_KEYS_OF]
        self._follow(both.sum(axis=1))
        pair = both[self._heard.transposition % 12]
        told = int(self._heard.mode == "minor")
        if pair[1 - told] > _OTHER_MODE * pair.sum():
            told = 1 - told
        self._heard = KEYS[_KEYS_OF[self._heard.transposition % 12, told]]

    def _follow(self, shifts: NDArray[np.float64]) -> None:
        """Take up another transposition, if it is ``[12]`` probable enough, long enough."""
        best, now = int(shifts.argmax()), self._heard.transposition % 12
        if best == now or shifts[best] <= (_SURE if self._sure else _GUESS):
            self._wanted_for = 0
        else:
            self._wanted_for = self._wanted_for + 1 if best == self._wanted else 1
            self._wanted = best
            if not self._sure or self._wanted_for >= _PATIENCE:
                self._heard, self._wanted_for, now = KEYS[_KEYS_OF[best, 0]], 0, best
        self._sure = self._sure or bool(shifts[now] > _SETTLED)

    def _tell(self) -> None:
        self.key = self._set or self._heard
        if self._set:
            self.confidence = 1.0
        else:
            heard = float(self._filter.keys[KEYS.index(self._heard)])
            self.confidence = heard**_CALIBRATION if self._filter.has_heard else 0.0
