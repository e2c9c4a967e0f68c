"""Beats and bars as musicians count them: 6/8 in two, 2/2 in two, 3/4 in three. Pure, any thread."""

from __future__ import annotations

import math

from live.beat.pulse import Bars, Pulse

_SAME = 1e-6
"""Quarters: places nearer than this are one."""


def is_compound(bars: Bars) -> bool:
    """Whether a beat has three eighths: 3/8, 6/8, 9/8, 12/8. In quarters (6/4) every quarter counts."""
    return bars.denominator >= 8 and bars.numerator % 3 == 0


def beat_quarters(bars: Bars | None) -> float:
    """Length of a counted beat in quarters: of a quarter where nobody knows bars, else the denominator's
    note, and three of them where the meter is compound.
    """
    if bars is None:
        return 1.0
    return 4 / bars.denominator * (3 if is_compound(bars) else 1)


def line_of(pulse: Pulse) -> float:
    """A quarter at which a beat (and a bar, where they are known) begins."""
    return 0.0 if pulse.bars is None else pulse.bars.line


def next_beat(pulse: Pulse, ns: int, *, bar: bool = False) -> int:
    """The moment of the first beat that is not before ``ns``; with ``bar`` of the first bar line, if bars
    are known.
    """
    length = pulse.bars.quarters if bar and pulse.bars is not None else beat_quarters(pulse.bars)
    line = line_of(pulse)
    count = math.ceil((pulse.quarter_at(ns) - line - _SAME) / length)
    return pulse.ns_at(line + count * length)
