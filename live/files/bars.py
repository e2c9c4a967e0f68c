"""Where bar lines stand, and how bars are counted."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, inf

from live.files.music import MeterMark


def bar_lines(meters: Sequence[MeterMark], end: float) -> list[tuple[int, float]]:
    """``(number, quarter)`` of every bar up to ``end``. The first full bar is 1; a pickup is not counted.

    Empty without meters.
    """
    found: list[tuple[int, float]] = []
    for index, mark in enumerate(meters):
        until = min(end, meters[index + 1].quarter if index + 1 < len(meters) else inf)
        bar = mark.bar_quarters
        behind = ceil((mark.quarter - mark.bar_line) / bar - 1e-9)
        quarter = mark.bar_line + behind * bar
        while quarter < until - 1e-9:
            found.append((len(found) + 1, quarter))
            quarter += bar
    return found
