"""The tempo map: from quarters to seconds and back, two inverse functions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

DEFAULT_BPM = 120.0
"""What MIDI assumes where nothing is said."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class TempoMap:
    """A steady tempo from each mark to the next; the last one goes on for ever.

    ``quarters`` and ``seconds`` ``[m]`` are the same instants, both rising from 0; ``pace`` ``[m]``
    is the length of a quarter in seconds from each of them on.
    """

    quarters: Floats
    seconds: Floats
    pace: Floats

    @classmethod
    def of(cls, marks: Iterable[tuple[float, float]] = ()) -> TempoMap:
        """From ``(quarter, seconds a quarter)`` in any order; of marks at one place the last holds.

        Before the first mark the tempo is 120. Every pace must be above 0.
        """
        paces = {0.0: 60 / DEFAULT_BPM}
        for mark in sorted(marks, key=lambda mark: mark[0]):
            paces[max(0.0, mark[0])] = mark[1]
        if min(paces.values()) <= 0:
            raise ValueError("a quarter must last longer than nothing")
        quarters, pace = np.array(list(paces)), np.array(list(paces.values()))
        seconds = np.concatenate([[0.0], np.cumsum(np.diff(quarters) * pace[:-1])])
        return cls(quarters, seconds, pace)

    @classmethod
    def steady(cls, bpm: float) -> TempoMap:
        """One tempo, in quarters a minute."""
        return cls.of([(0.0, 60 / bpm)])

    def seconds_at(self, quarters: ArrayLike) -> Floats:
        """Seconds from the start, for quarters of any shape (also negative ones)."""
        at = np.asarray(quarters, np.float64)
        which = self._segment(self.quarters, at)
        return np.asarray(self.seconds[which] + (at - self.quarters[which]) * self.pace[which])

    def quarters_at(self, seconds: ArrayLike) -> Floats:
        """Quarters from the start, for seconds of any shape; undoes :meth:`seconds_at`."""
        at = np.asarray(seconds, np.float64)
        which = self._segment(self.seconds, at)
        return np.asarray(self.quarters[which] + (at - self.seconds[which]) / self.pace[which])

    @staticmethod
    def _segment(starts: Floats, at: Floats) -> NDArray[np.int64]:
        return np.maximum(np.searchsorted(starts, at, side="right") - 1, 0)
