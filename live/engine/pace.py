"""The player's pace: how long between onsets, and which note value that is.

Not a beat tracker: in free time positions stay unknown, only the length of a tick is needed.
"""

from __future__ import annotations

from collections import deque
from statistics import median

MILLISECOND = 1_000_000
CHORD_NS = 30 * MILLISECOND
"""Onsets closer than this are one chord."""
PAUSE_NS = 2_500 * MILLISECOND
"""A longer gap is a pause and says nothing about the pace."""
SLOWEST_QUARTER_NS = 60_000 * MILLISECOND // 70
"""70 beats a minute; twice that is the quickest."""
DEFAULT_QUARTER_NS = 600 * MILLISECOND
_DISAGREEMENTS = 4
_NEAR = 1.3
_SMOOTHING = 0.2


class Pace:
    """Learns from onsets. Owned by one thread, never blocks."""

    def __init__(self) -> None:
        self._gaps: deque[int] = deque(maxlen=12)
        self._last_ns: int | None = None
        self._disagreed = 0
        self.quarter_ns: float = DEFAULT_QUARTER_NS
        """Length of a quarter that puts the player between 70 and 140 beats a minute."""

    def strike(self, stamp_ns: int) -> None:
        """A note began."""
        before = self._last_ns
        if before is not None and stamp_ns - before < CHORD_NS:
            return
        self._last_ns = stamp_ns
        if before is not None and stamp_ns - before < PAUSE_NS:
            self._gaps.append(stamp_ns - before)
            self._follow()

    @property
    def gap_ns(self) -> float:
        """The median gap between onsets; half a default quarter before anything is known."""
        return median(self._gaps) if self._gaps else DEFAULT_QUARTER_NS / 2

    def _follow(self) -> None:
        """Follow the pace smoothly; jump to another note value only when it stays another."""
        heard = self.gap_ns
        while heard >= SLOWEST_QUARTER_NS:
            heard /= 2
        while heard < SLOWEST_QUARTER_NS / 2:
            heard *= 2
        if max(heard, self.quarter_ns) / min(heard, self.quarter_ns) < _NEAR:
            self._disagreed = 0
            self.quarter_ns += _SMOOTHING * (heard - self.quarter_ns)
            return
        self._disagreed += 1
        if self._disagreed >= _DISAGREEMENTS:
            self._disagreed, self.quarter_ns = 0, heard
