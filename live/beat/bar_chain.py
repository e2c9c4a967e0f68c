"""Which beat of the bar: a chain over the beats that were told, for bars of 1 to 6 beats at once.

Owned by one thread; never blocks.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.beat_network import METERS


class Bar(NamedTuple):
    """Bars of ``beats`` beats; the beat last told is number ``place`` from 0. ``sure``: how probable."""

    beats: int
    place: int
    sure: float


class BarChain:
    """States (beats in the bar, place in it)."""

    TRUST, METER_TRUST = 0.7, 0.1
    SLIP = 0.02
    """How probable it is that the bars are counted anew at a beat."""

    def __init__(self) -> None:
        self._states = [(beats, place) for beats in range(1, METERS + 1) for place in range(beats)]
        self._beats = np.array([beats for beats, _ in self._states])
        self._first = np.array([place == 0 for _, place in self._states])
        index = {state: at for at, state in enumerate(self._states)}
        self._before = np.array([index[beats, (place - 1) % beats] for beats, place in self._states])
        usual = np.array([0.05, 0.25, 0.25, 0.35, 0.02, 0.08])
        self._usual = usual[self._beats - 1] / self._beats
        self._allowed = np.ones(len(self._states))
        self.reset()

    def reset(self) -> None:
        """Nothing is known."""
        self._held = self._usual * self._allowed / (self._usual * self._allowed).sum()

    def only(self, beats: int | None) -> None:
        """Bars of so many beats alone (above ``METERS``: none are told), or any."""
        self._allowed = np.ones(len(self._states)) if beats is None else (self._beats == beats).astype(float)
        if not self._allowed.any():
            self._allowed[:] = 1
        self.reset()

    def beat(self, downbeat: float, meter: NDArray[np.float32] | None) -> None:
        """A beat has passed.

        ``downbeat``: log odds that it was the first of a bar (0: nothing heard); ``meter``: log probabilities
        of bars of 1 to ``METERS`` beats.
        """
        start = self._usual * self._allowed
        self._held = (1 - self.SLIP) * self._held[self._before] + self.SLIP * start / start.sum()
        told = np.where(self._first, self.TRUST * downbeat, 0.0)
        if meter is not None:
            told += self.METER_TRUST * np.maximum(meter, -6)[self._beats - 1]
        self._held *= np.exp(told - told.max())
        self._held /= self._held.sum()

    def best(self) -> Bar:
        """The likeliest bar."""
        at = int(self._held.argmax())
        beats, place = self._states[at]
        return Bar(beats, place, float(self._held[at]))
