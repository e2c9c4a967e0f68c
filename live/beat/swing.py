"""Swing: a warp of time inside each quarter that moves its second eighth and keeps its beginning.

``percent`` is the share of the quarter at which the second eighth stands: 50 is straight, 66.7 a triplet.
Between the eighths time is stretched evenly, so that 16ths swing along. What is *straight* is what is
written, what is *swung* is what sounds. Pure functions, any thread.
"""

from __future__ import annotations

import math

from live.beat.beats import is_compound, line_of
from live.beat.pulse import Bars, Pulse

STRAIGHT = 50.0
SIXTEENTH = 0.25
"""Of a quarter: what the grid is made of, in every meter."""


def swung(quarter: float, percent: float, line: float = 0.0) -> float:
    """Where a written place sounds, in quarters; quarters are counted from ``line``."""
    beat, place = _split(quarter, line)
    share = percent / 100
    if place <= 0.5:
        return beat + place * 2 * share
    return beat + share + (2 * place - 1) * (1 - share)


def straight(quarter: float, percent: float, line: float = 0.0) -> float:
    """Where what sounds there is written: the inverse of :func:`swung`."""
    beat, place = _split(quarter, line)
    share = percent / 100
    if place <= share:
        return beat + place / (2 * share)
    return beat + (1 + (place - share) / (1 - share)) / 2


def swing_of(bars: Bars | None, percent: float) -> float:
    """How much a meter swings: beats of three eighths do not, nor do bars that are counted in eighths."""
    return percent if bars is None or (bars.denominator <= 4 and not is_compound(bars)) else STRAIGHT


def straight_ns(pulse: Pulse | None, ns: int, percent: float) -> int:
    """When something would have been played by somebody who plays it as written; in free time: then."""
    percent = STRAIGHT if pulse is None else swing_of(pulse.bars, percent)
    if pulse is None or percent == STRAIGHT:
        return ns
    return pulse.ns_at(straight(pulse.quarter_at(ns), percent, line_of(pulse)))


def swung_ns(pulse: Pulse | None, ns: int, percent: float, grid: float = 0.0) -> int:
    """When what is written there sounds: the inverse of :func:`straight_ns`.

    ``grid`` 0 to 1: how far it is drawn to the nearest 16th before it is swung. In free time: then.
    """
    percent = STRAIGHT if pulse is None else swing_of(pulse.bars, percent)
    if pulse is None or (percent == STRAIGHT and not grid):
        return ns
    line, place = line_of(pulse), pulse.quarter_at(ns)
    place += grid * (nearest_sixteenth(place, line) - place)
    return pulse.ns_at(swung(place, percent, line))


def nearest_sixteenth(quarter: float, line: float) -> float:
    """The nearest point of the grid; points are counted from ``line``."""
    return line + round((quarter - line) / SIXTEENTH) * SIXTEENTH


def _split(quarter: float, line: float) -> tuple[float, float]:
    """The beginning of a place's quarter, and how far it lies in it (0 to 1)."""
    beat = math.floor(quarter - line) + line
    return beat, min(max(quarter - beat, 0.0), 1.0)
