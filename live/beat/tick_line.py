"""A line through the ticks of a clock: when each came, cleaned of jitter, of outliers and of lost ticks.

Stamps lie, but within bounds: on JACK all ticks of a period get its beginning (up to 21 ms at 1024 frames),
other systems spread them by a millisecond. So each tick says that the line passes it within so much, and all
together leave a small convex set of lines (time of the last tick, length of a tick); its centroid is the best
guess when every error within the bounds is equally likely. The set grows a little with each tick, so that old
ones are forgotten. A tick that no line of the set can pass says nothing at first; when three in a row do,
either ticks were lost or doubled (the same line, counted wrongly), or the clock has changed.
"""

from __future__ import annotations

import statistics
from collections import deque
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from live.stage.clock import MILLISECOND

_FAR = 3
"""Ticks in a row that no line passes, before they are believed."""
_GROW = 1 / 64
"""How much wider the set gets with each tick."""
_SLACK_NS = 0.3 * MILLISECOND
"""What any stamp may be off, beside half a period."""
_JITTER = 3.5
"""Times the median difference of two ticks' errors: all but one in 2,000 of a normal distribution."""
_OF_PERIOD = 0.36
"""What that difference is, in periods, where nothing but the period matters (0.29, and some chance)."""
_RECENT, _FEW = 48, 8
"""Ticks that jitter is learned from."""
_OLD = 12
"""Ticks after which a line is trusted more than the count of what comes."""
_SUFFIXES = (6, _FAR)
"""Ticks that a changed clock is begun again from, if they fit: more would remember what is over."""
_SHORTEST_NS, _LONGEST_NS = 2 * MILLISECOND, 300 * MILLISECOND
"""Of a tick: 1,250 and 8 quarters a minute."""
_SURE = 0.05
"""The line is good when its tick is known so well."""

Lines = list[tuple[float, float]]
"""Corners of a convex set: (time of the last tick, ns since its stamp; length of a tick, ns)."""


class Line(NamedTuple):
    """Tick ``number`` is at ``at_ns``, the next one ``tick_ns`` later."""

    at_ns: float
    number: int
    tick_ns: float

    def ns_at(self, number: float) -> float:
        """The moment of a tick."""
        return self.at_ns + (number - self.number) * self.tick_ns

    def number_at(self, ns: float) -> float:
        """Which tick a moment would be."""
        return self.number + (ns - self.at_ns) / self.tick_ns


class Tick(NamedTuple):
    """One that came in."""

    number: int
    stamp_ns: int


class TickLine:
    """What a clock's ticks say. One thread, never blocks; a tick takes about 20 us.

    ``period_ns``: stamps are spread over so much around the truth (a period on JACK, else 0).
    """

    def __init__(self, period_ns: float = 0) -> None:
        self.period_ns = period_ns
        self.count = -1
        """The number of the last tick; the first one is 0."""
        self.line: Line | None = None
        """None until two ticks have come."""
        self.certain = False
        """Whether the line was ever good enough to play to."""
        self.breaks = 0
        """How often the clock was no longer the one that it had been."""
        self._lines: Lines = []
        self._age = 0  # ticks that the line has passed
        self._last: Tick | None = None
        self._recent: deque[Tick] = deque(maxlen=_SUFFIXES[0])
        self._far: list[Tick] = []
        self._miss_ns: float | None = None
        self._jitter: deque[float] = deque(maxlen=_RECENT)

    @property
    def is_settled(self) -> bool:
        """Whether the last ticks are believed."""
        return self.certain and not self._far

    @property
    def bound_ns(self) -> float:
        """How far from the truth a stamp may be."""
        usual = statistics.median(self._jitter) if len(self._jitter) >= _FEW else 0.0
        beyond = usual - _OF_PERIOD * self.period_ns
        return self.period_ns / 2 + max(_SLACK_NS, _JITTER * beyond)

    def forget_phase(self) -> None:
        """The clock was started: its next tick may come at any time; the tempo is probably the same."""
        self._recent.clear()
        self._far.clear()
        self._last = self._miss_ns = None
        self._lines = self._any_phase(self.bound_ns)

    def add(self, stamp_ns: int) -> None:
        """A tick came in."""
        self.count += 1
        tick, bound = Tick(self.count, stamp_ns), self.bound_ns
        if self.line is not None and self._last is not None:
            self._learn(stamp_ns - self.line.ns_at(self.count))
        lines = self._passing(tick, bound)
        if lines:
            self._far.clear()
            self._take(tick, lines)
            return
        self._far.append(tick)
        if len(self._far) == _FAR:
            self._believe(bound)

    def _any_phase(self, bound: float) -> Lines:
        """Through the next tick, with the tempo that is known."""
        lengths = [b for _, b in self._lines] or [_SHORTEST_NS, _LONGEST_NS]
        return _all_lines(bound, 0.99 * min(lengths), 1.01 * max(lengths))

    def _passing(self, tick: Tick, bound: float) -> Lines:
        """The lines that pass ``tick`` too."""
        if self._last is None:
            return self._lines or self._any_phase(bound)
        return _advanced(_grown(self._lines), self._last, tick, bound)

    def _learn(self, miss_ns: float) -> None:
        """Errors of single ticks say how large they are; what changes slowly is no jitter."""
        if self._miss_ns is not None:
            self._jitter.append(abs(miss_ns - self._miss_ns))
        self._miss_ns = miss_ns

    def _take(self, tick: Tick, lines: Lines) -> None:
        self._lines, self._last, self._age = lines, tick, self._age + 1
        self._recent.append(tick)
        at, length = _centroid(lines)
        self.line = Line(tick.stamp_ns + at, tick.number, length)
        shortest, longest = min(b for _, b in lines), max(b for _, b in lines)
        self.certain = self.certain or longest - shortest <= 2 * _SURE * length

    def _believe(self, bound: float) -> None:
        """Three ticks that no line passes: ticks were lost or doubled, or the clock has changed."""
        far, self._far = self._far, []
        if self.line is not None and self._age >= _OLD and (slip := _slip(self.line, far, bound)):
            self.count += slip
            for tick in far:
                moved = Tick(tick.number + slip, tick.stamp_ns)
                if lines := self._passing(moved, bound):
                    self._take(moved, lines)
            return
        self.breaks += 1
        ticks = [*self._recent, *far]
        for number in _SUFFIXES:
            if number <= len(ticks) and self._begin_again(ticks[-number:], bound):
                return
        self._take(
            far[-1], self._any_phase(4 * bound)
        )  # they are no clock either: it jitters more than before

    def _begin_again(self, ticks: Iterable[Tick], bound: float) -> bool:
        """Whether some line passes all of them: then it is ours."""
        lines, kept = _all_lines(bound, _SHORTEST_NS, _LONGEST_NS), list(ticks)
        for before, tick in pairwise(kept):
            lines = _advanced(lines, before, tick, bound)
            if not lines:
                return False
        self._recent.clear()
        self._recent.extend(kept[:-1])
        self._age = len(kept)
        self._take(kept[-1], lines)
        return True


def _slip(line: Line, far: list[Tick], bound: float) -> int:
    """By how many ticks these are counted wrongly; 0 if that does not explain them."""
    slip = round((far[-1].stamp_ns - line.ns_at(far[-1].number)) / line.tick_ns)
    if abs(slip) * line.tick_ns < 4 * bound:
        return 0  # might as well be another tempo
    room = max(2 * bound, line.tick_ns / 12) + abs(slip) * line.tick_ns / 2000
    fits = all(abs(tick.stamp_ns - line.ns_at(tick.number + slip)) <= room for tick in far[1:])
    return slip if fits else 0


def _all_lines(bound: float, shortest: float, longest: float) -> Lines:
    return [(-bound, shortest), (bound, shortest), (bound, longest), (-bound, longest)]


def _advanced(lines: Lines, before: Tick, tick: Tick, bound: float) -> Lines:
    """Those that pass the next tick too."""
    steps, passed = tick.number - before.number, tick.stamp_ns - before.stamp_ns
    return _between([(a + steps * b - passed, b) for a, b in lines], bound)


def _grown(lines: Lines) -> Lines:
    a, b = _centroid(lines)
    return [(x + (x - a) * _GROW, y + (y - b) * _GROW) for x, y in lines]


def _between(lines: Lines, bound: float) -> Lines:
    """What of a convex set is at most ``bound`` from the tick."""
    return _below([(-a, b) for a, b in _below([(-a, b) for a, b in lines], bound)], bound)


def _below(lines: Lines, bound: float) -> Lines:
    found: Lines = []
    for (a, b), (c, d) in zip(lines, [*lines[1:], *lines[:1]], strict=True):
        if a <= bound:
            found.append((a, b))
        if (a < bound < c) or (c < bound < a):
            found.append((bound, b + (d - b) * (bound - a) / (c - a)))
    return found


def _centroid(lines: Lines) -> tuple[float, float]:
    a0, b0 = lines[0]
    area = a = b = 0.0
    for (x, y), (u, v) in pairwise(lines[1:]):
        part = (x - a0) * (v - b0) - (u - a0) * (y - b0)
        area += part
        a += part * (x + u - 2 * a0)
        b += part * (y + v - 2 * b0)
    if abs(area) < 1e-3:  # ns^2: a point
        n = len(lines)
        return sum(x for x, _ in lines) / n, sum(y for _, y in lines) / n
    return a0 + a / (3 * area), b0 + b / (3 * area)
