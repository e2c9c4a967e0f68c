"""How probable it is that the next told beat is right.

The filter alone is too sure: its network errs for whole passages together. What it thinks is weighed with
how well the onsets met the beats that were told before they came. The weights are a logistic regression on
beats of validation pieces and of steady patterns (``tests/benchmarks/beat_calibration.py``). How well it
keeps its word on other pieces stands in ``docs/benchmarks.md``.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

MISSED = 0.15
"""Seconds from a beat to the nearest onset, where there is none: this, and no more."""
MET = 0.06
WEIGHT = 0.2
"""Of the last beat in the running means; more while there are few."""
STEADY_BEATS = 6.0
WEIGHTS = (-0.41, 0.38, -0.02, 0.31, -0.41, -1.03, -0.02, 0.72, -0.37)
"""Of a constant, and of what :meth:`Confidence.features` gives."""


class Confidence:
    """Follows the beats of one count. Owned by one thread; never blocks."""

    def __init__(self) -> None:
        self.begin(0)

    def begin(self, beat: int) -> None:
        """A new count from this beat."""
        self._met: dict[int, float] = {}
        self._share, self._off, self._surprise = 0.0, MISSED, 0.1
        self._first = self._passed = beat
        self._corrections = 0

    def onset(self, count: float, beat_s: float) -> None:
        """An onset where the count, as it was told before, is ``count``."""
        nearest = round(count)
        away = abs(count - nearest) * beat_s
        self._met[nearest] = min(self._met.get(nearest, MISSED), away)

    def corrected(self, seconds: float) -> None:
        """An onset moved the told line by so much."""
        self._corrections += 1
        self._surprise += max(WEIGHT / 2, 1 / (1 + self._corrections)) * (abs(seconds) - self._surprise)

    def passed(self, beat: int) -> None:
        """All onsets that may belong to this beat have been heard."""
        away = self._met.pop(beat, MISSED)
        self._passed = beat
        weight = max(WEIGHT, 1 / (1 + beat - self._first))
        self._off += weight * (away - self._off)
        self._share += weight * ((away < MET) - self._share)

    def features(self, beat: float, here: float, beat_s: float, uneven_s: float) -> tuple[float, ...]:
        """What is weighed: probability of beats where the next two are told (``beat``) and of this tempo and
        place (``here``), both as log odds; share of beats met; how far off; how far the line was moved; beats
        counted (log); length of a beat (log); and ``uneven_s`` from :func:`uneven` (log).
        """
        counted = math.log1p(min(self._passed - self._first, 24))
        return (
            _log_odds(beat),
            _log_odds(here),
            self._share,
            min(self._off, MISSED) * 10,
            min(self._surprise, 0.1) * 10,
            counted,
            math.log(beat_s),
            math.log(uneven_s + 0.005),
        )

    def sure(self, beat: float, here: float, beat_s: float, uneven_s: float) -> float:
        """The probability, 0 to 1."""
        told = zip(WEIGHTS[1:], self.features(beat, here, beat_s, uneven_s), strict=True)
        return 1 / (1 + math.exp(-WEIGHTS[0] - sum(weight * each for weight, each in told)))


def uneven(at: NDArray[np.float64], beat_s: float, phase: float) -> float:
    """How far the last onsets (seconds, in order) lie from quarters of an even beat: root of the mean square,
    in seconds.

    ``phase`` is where in its beat the last one lies. Onsets of the last ``STEADY_BEATS`` count, and there the
    beat may be a little longer or shorter than told. Fewer than four say nothing: 50 ms.
    """
    at = at[at > at[-1] - STEADY_BEATS * beat_s]
    if len(at) < 4:
        return 0.05
    place = np.round(((at - at[-1]) / beat_s + phase) * 4) / 4
    place -= place.mean()
    late = at - at.mean()
    across = float(place @ place)
    if across:
        late = late - place * (float(place @ late) / across)
    return math.sqrt(float(late @ late) / len(at))


def _log_odds(share: float) -> float:
    share = min(max(share, 0.02), 0.98)
    return math.log(share / (1 - share))
