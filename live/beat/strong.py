"""The strong beats of a bar: where chords change. Pure, any thread."""

from __future__ import annotations

import math

from live.beat.pulse import Bars, Pulse
from models.meter import strong_quarters

_NEAR = 1 / 12
"""Quarters from a strong beat within which a note is on it: players are never exact."""


def strong_before(pulse: Pulse, ns: int) -> float:
    """The last strong beat at or before a moment, or one that is just to come, in quarters of the pulse.

    Where bars are unknown every second quarter is strong, by the count of the pulse.
    """
    bars = pulse.bars or Bars(4, 4)
    at = pulse.quarter_at(ns) + _NEAR
    line = bars.line + math.floor((at - bars.line) / bars.quarters) * bars.quarters
    return max(line + each for each in strong_quarters(bars.numerator, bars.denominator) if line + each <= at)


def next_strong(pulse: Pulse, ns: int) -> float:
    """The first strong beat after a moment, in quarters of the pulse."""
    bars = pulse.bars or Bars(4, 4)
    at = pulse.quarter_at(ns) + _NEAR
    line = bars.line + math.floor((at - bars.line) / bars.quarters) * bars.quarters
    places = strong_quarters(bars.numerator, bars.denominator)
    return min(line + bar + each for bar in (0.0, bars.quarters) for each in places if line + bar + each > at)


def is_bar(pulse: Pulse, quarter: float) -> bool:
    """Whether a bar begins at this strong beat; where bars are unknown, so it may be."""
    if pulse.bars is None:
        return True
    since = (quarter - pulse.bars.line) / pulse.bars.quarters
    return abs(since - round(since)) * pulse.bars.quarters < _NEAR
