"""Meters and the place of a tick in its bar, as the networks are told them (score grid)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.grid import TICKS_PER_QUARTER

METERS = (
    "unknown", "2/4", "3/4", "4/4", "6/8", "3/8", "2/2", "4/2", "3/2",
    "6/4", "5/4", "9/8", "12/8", "7/4", "5/8", "1/4", "4/8", "2/8", "3/1", "other",
)  # fmt: skip
"""Conditioning values of the input ``meter``; 0 is unknown."""

LEAST_HALF = 1.5
"""Quarters: half a bar of at least so many is strong (4/4, 6/8, 2/2), of a shorter one it is not (2/4)."""
QUARTERS_IN_BAR = 16
UNKNOWN = 0


def strong_quarters(numerator: int, denominator: int) -> tuple[float, ...]:
    """Where the strong beats of a bar lie, where chords change: in quarters from its line."""
    whole = 4 * numerator / denominator
    return (0.0, whole / 2) if numerator % 2 == 0 and whole / 2 >= LEAST_HALF else (0.0,)


class Meter(NamedTuple):
    """A meter that holds from ``tick`` on; a bar line stands at ``bar_line`` (and every bar from it).

    With a pickup, ``bar_line`` lies after ``tick``. A numerator of 0: unknown from here on.
    """

    tick: int
    numerator: int
    denominator: int
    bar_line: int

    @classmethod
    def unknown(cls, tick: int) -> Meter:
        """From this tick on nobody knows where bars begin."""
        return cls(tick, 0, 4, 0)

    def goes_on_from(self, before: Meter) -> bool:
        """Whether bars are told as before: the same meter, and bar lines in the same places."""
        return self[1:3] == before[1:3] and (self.bar_line - before.bar_line) % self.bar_ticks == 0

    @property
    def bar_ticks(self) -> int:
        """Length of a bar in ticks."""
        return max(1, self.numerator * 4 * TICKS_PER_QUARTER // self.denominator)

    @property
    def condition(self) -> int:
        """The value of the conditioning input ``meter``."""
        if not self.numerator:
            return UNKNOWN
        name = f"{self.numerator}/{self.denominator}"
        return METERS.index(name) if name in METERS else METERS.index("other")


def positions(ticks: NDArray[np.int32], meters: list[Meter]) -> NDArray[np.int32]:
    """``[n, 3]``: tick in the quarter + 1, quarter in the bar + 1, meter; 0 stands for unknown.

    Without meters everything is unknown.
    """
    found = np.zeros((len(ticks), 3), np.int32)
    if not meters:
        return found
    starts = np.array([meter.tick for meter in meters])
    which = np.clip(np.searchsorted(starts, ticks, side="right") - 1, 0, len(meters) - 1)
    lines = np.array([meter.bar_line for meter in meters])[which]
    lengths = np.array([meter.bar_ticks for meter in meters])[which]
    in_bar = (ticks - lines) % lengths
    found[:, 0] = in_bar % TICKS_PER_QUARTER + 1
    found[:, 1] = np.minimum(in_bar // TICKS_PER_QUARTER, QUARTERS_IN_BAR - 1) + 1
    found[:, 2] = np.array([meter.condition for meter in meters])[which]
    found[found[:, 2] == UNKNOWN] = UNKNOWN
    return found


class Place(NamedTuple):
    """Where a tick stands in its bar, as told to a network; all 0 is unknown."""

    tick_in_quarter: int = UNKNOWN
    quarter_in_bar: int = UNKNOWN
    meter: int = UNKNOWN


def place_of(tick: int, meters: list[Meter]) -> Place:
    """The place of one tick (the same as :func:`positions`, quick for a single one)."""
    current: Meter | None = None
    for meter in meters:
        if current is not None and meter.tick > tick:
            break
        current = meter
    if current is None or not current.numerator:
        return Place()
    in_bar = (tick - current.bar_line) % current.bar_ticks
    quarter = min(in_bar // TICKS_PER_QUARTER, QUARTERS_IN_BAR - 1)
    return Place(in_bar % TICKS_PER_QUARTER + 1, quarter + 1, current.condition)


def bar_of(tick: int, meters: list[Meter]) -> int:
    """The number of the bar in which a tick lies; the first whole bar is 1, a pickup before it 0."""
    ends = [meter.tick for meter in meters[1:]] + [tick + 1]
    lines = (range(m.bar_line, min(end, tick + 1), m.bar_ticks) for m, end in zip(meters, ends, strict=True))
    return sum(len(each) for each in lines)
