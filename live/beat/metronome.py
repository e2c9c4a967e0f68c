"""A tempo of our own: what the musician sets, or taps."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from statistics import median

from live.beat.pulse import MINUTE_NS, Bars, Pulse, Source

SHORTEST_TAP_NS = 200_000_000
"""A tap that comes sooner (300 beats a minute) is a pedal that bounces."""
LONGEST_TAP_NS = 2_000_000_000
"""Taps farther apart than this (30 beats a minute) begin anew."""


class Metronome:
    """Steady quarters. Engine thread only; never blocks."""

    def __init__(self, tempo: float) -> None:
        self._quarter_ns = MINUTE_NS / tempo
        self._at_ns: int | None = None
        self._quarter = 0.0
        self._run = 0
        self._taps: deque[int] = deque(maxlen=5)

    def begin(self, now_ns: int) -> None:
        """The first beat of a bar is now."""
        self._at_ns, self._quarter = now_ns, 0.0
        self._run += 1

    def set_tempo(self, tempo: float, now_ns: int) -> None:
        """Another tempo from now on; the place in the bar does not jump."""
        if self._at_ns is not None:
            self._quarter += (now_ns - self._at_ns) / self._quarter_ns
            self._at_ns = now_ns
        self._quarter_ns = MINUTE_NS / tempo

    def tap(self, now_ns: int) -> float | None:
        """A beat is now. Beats a minute that the last taps make; None where that says nothing new."""
        if self._taps and now_ns - self._taps[-1] < SHORTEST_TAP_NS:
            return None
        if self._taps and now_ns - self._taps[-1] > LONGEST_TAP_NS:
            self._taps.clear()
        self._taps.append(now_ns)
        if len(self._taps) < 2:
            return None
        return MINUTE_NS / median(after - before for before, after in pairwise(self._taps))

    def pulse(self, now_ns: int, meter: str) -> Pulse:
        """The pulse; it begins when it is first asked for."""
        if self._at_ns is None:
            self.begin(now_ns)
        at_ns = now_ns if self._at_ns is None else self._at_ns
        return Pulse(
            at_ns,
            self._quarter,
            self._quarter_ns,
            Source.TEMPO,
            bars=Bars.parse(meter),
            run=self._run,
        )
