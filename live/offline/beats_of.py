"""The strong beats of a piece on the score grid: where chords change."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

from models.grid import TICKS_PER_QUARTER
from models.meter import Meter, strong_quarters
from models.piece import Piece


class StrongBeat(NamedTuple):
    """``bar``: a bar begins here."""

    tick: int
    bar: bool


def strong_beats(piece: Piece, end: int) -> list[StrongBeat]:
    """All up to tick ``end``, the first at or before tick 0; as in 4/4 where no meter is known."""
    meters = piece.meters or [Meter(0, 4, 4, 0)]
    bounds = [*meters, Meter.unknown(end)]
    found: list[StrongBeat] = []
    for meter, following in pairwise(bounds):
        strong = strong_quarters(meter.numerator, meter.denominator) if meter.numerator else (0.0, 2.0)
        bar = meter.bar_ticks if meter.numerator else 4 * TICKS_PER_QUARTER
        line = meter.bar_line - -(-max(0, meter.bar_line - meter.tick) // bar) * bar
        line += (meter.tick - line) // bar * bar
        while line < following.tick:
            ticks = [line + round(quarter * TICKS_PER_QUARTER) for quarter in strong]
            found += [
                StrongBeat(tick, tick == line)
                for tick in ticks
                if tick < following.tick and (tick >= meter.tick or not found)
            ]
            line += bar
    return found
