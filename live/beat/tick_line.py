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

from live.beat.line_sets import Lines, advanced, all_lines, centroid, grown
from live.stage.clock import MILLISECOND, SECOND

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
_SETTLED = 48
"""Ticks after which a tempo is known so well that ticks lost in a stall can be counted."""
_STEADY, _SOON_NS = 0.003, 5 * SECOND
"""So far two tempi may differ, and two lines lie apart, to be taken for one clock that lost ticks between."""
_ACCIDENTS = 120
"""Ticks within which no two are lost, or doubled: more often it is a sender that clumps its ticks."""
_SUFFIXES = (6, _FAR)
"""Ticks that a changed clock is begun again from, if they fit: more would remember what is over."""
_WIDER, _NARROW, _NARROW_UNKNOWN = (1, 2, 4, 8), 0.9, 0.998
"""Times the bound that a changed clock is given if it needs that; how that shrinks with each tick, where the
period is known and where it is not.
"""
_SHORTEST_NS, _LONGEST_NS = 2 * MILLISECOND, 300 * MILLISECOND
"""Of a tick: 1,250 and 8 quarters a minute."""
_SURE = 0.05
"""The line is good when its tick is known so well."""


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

    def moved(self, by: int) -> Tick:
        """The same under another number."""
        return Tick(self.number + by, self.stamp_ns)


class Slip(NamedTuple):
    """At tick ``number`` it was found that ``by`` ticks had been lost, or doubled (then negative)."""

    number: int
    by: int

    def is_like(self, before: Slip) -> bool:
        """Whether the same has just happened: then it is no accident."""
        return abs(self.by) == 1 and self.by == before.by and self.number - before.number < _ACCIDENTS


_NO_SLIP = Slip(0, 0)


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
        self._before_break: Line | None = None
        self._slip = _NO_SLIP
        self._broke = -_RECENT  # the tick at which the clock was found changed
        self._widened_ns = 0.0  # the bound, as long as it had to be wider than what is known

    @property
    def is_settled(self) -> bool:
        """Whether the last ticks are believed."""
        return self.certain and not self._far

    @property
    def bound_ns(self) -> float:
        """How far from the truth a stamp may be."""
        usual = statistics.median(self._jitter) if len(self._jitter) >= _FEW else 0.0
        beyond = usual - _OF_PERIOD * self.period_ns
        return max(self.period_ns / 2 + max(_SLACK_NS, _JITTER * beyond), self._widened_ns)

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
        return all_lines(bound, 0.99 * min(lengths), 1.01 * max(lengths))

    def _passing(self, tick: Tick, bound: float) -> Lines:
        """The lines that pass ``tick`` too."""
        if self._last is None:
            return self._lines or self._any_phase(bound)
        return _advanced(grown(self._lines, _GROW), self._last, tick, bound)

    def _learn(self, miss_ns: float) -> None:
        """Errors of single ticks say how large they are; what changes slowly is no jitter."""
        if self._miss_ns is not None:
            self._jitter.append(abs(miss_ns - self._miss_ns))
        self._miss_ns = miss_ns

    def _take(self, tick: Tick, lines: Lines) -> None:
        self._lines, self._last, self._age = lines, tick, self._age + 1
        self._widened_ns *= _NARROW if self.period_ns else _NARROW_UNKNOWN
        self._recent.append(tick)
        at, length = centroid(lines)
        self.line = Line(tick.stamp_ns + at, tick.number, length)
        shortest, longest = min(b for _, b in lines), max(b for _, b in lines)
        self.certain = self.certain or longest - shortest <= 2 * _SURE * length
        if self._before_break is not None and self._age >= _SETTLED:
            self._recount(self._before_break, self.line)
            self._before_break = None

    def _believe(self, bound: float) -> None:
        """Three ticks that no line passes: ticks were lost or doubled, or the clock has changed."""
        far, self._far = self._far, []
        if self.line is not None and self._age >= _OLD and (slip := _slip(self.line, far, bound)):
            before, self._slip = self._slip, Slip(self.count, slip)
            if not self._slip.is_like(before):
                self._count_anew(far, slip, bound)
                return
            self.count -= before.by  # no ticks were lost: they come in clumps
            far = [Tick(tick.number - before.by, tick.stamp_ns) for tick in far]
            self._slip, self._widened_ns = _NO_SLIP, 0.6 * self.line.tick_ns
            self._recent.clear()
            bound = self.bound_ns
        self._widen(far)
        self.breaks += 1
        if self._age >= _SETTLED:
            self._before_break = self.line
        bound = max(bound, self._widened_ns)
        ticks = [*self._recent, *far]
        for wider in _WIDER:  # it may jitter more than before
            for number in _SUFFIXES:
                if number <= len(ticks) and self._begin_again(ticks[-number:], wider * bound):
                    self._widened_ns = wider * bound if wider > 1 else self._widened_ns
                    return
        self._take(far[-1], self._any_phase(4 * bound))  # they are no clock

    def _recount(self, before: Line, now: Line) -> None:
        """A clock that seemed to have changed, but goes on as before some ticks later, has lost those."""
        lost = before.number_at(now.at_ns) - now.number
        slip = round(lost)
        steady = abs(now.tick_ns - before.tick_ns) <= _STEADY * before.tick_ns
        soon = now.at_ns - before.at_ns <= _SOON_NS
        if slip and steady and soon and abs(lost - slip) <= 1 / 12:
            before_slip, self._slip = self._slip, Slip(self.count, slip)
            if self._slip.is_like(before_slip):  # no ticks were lost: they come in clumps
                slip, self._slip = -before_slip.by, _NO_SLIP
                self._widened_ns = 0.6 * now.tick_ns
            self.count += slip
            self._last = None if self._last is None else self._last.moved(slip)
            self._recent = deque((tick.moved(slip) for tick in self._recent), self._recent.maxlen)
            self._far = [tick.moved(slip) for tick in self._far]
            self.line = now._replace(number=now.number + slip)

    def _widen(self, far: list[Tick]) -> None:
        """A clock that changes again and again, by less than a tick, jitters more than anybody has told."""
        before, self._broke = self._broke, self.count
        if self.line is not None and not self.period_ns and self.count - before < _RECENT:
            miss = max(abs(tick.stamp_ns - self.line.ns_at(tick.number)) for tick in far)
            self._widened_ns = max(self._widened_ns, min(miss, 0.6 * self.line.tick_ns))

    def _count_anew(self, far: list[Tick], slip: int, bound: float) -> None:
        self.count += slip
        for tick in far:
            moved = Tick(tick.number + slip, tick.stamp_ns)
            if lines := self._passing(moved, bound):
                self._take(moved, lines)

    def _begin_again(self, ticks: Iterable[Tick], bound: float) -> bool:
        """Whether some line passes all of them: then it is ours."""
        lines, kept = all_lines(bound, _SHORTEST_NS, _LONGEST_NS), list(ticks)
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
    """By how many ticks these are counted wrongly; 0 if that does not explain them.

    Another tempo, whose misses grow from tick to tick, must never look like that. The first of the three may
    be a tick too many that came anywhere.
    """
    length = line.tick_ns
    slip = round((far[-1].stamp_ns - line.ns_at(far[-1].number)) / length)
    if abs(slip) * length < 5 * bound:
        return 0
    room = bound + length / 24 + abs(slip) * length / 2000
    first, *rest = (tick.stamp_ns - line.ns_at(tick.number + slip) for tick in far)
    if any(abs(miss) > room for miss in rest):
        return 0
    surely = length >= 12 * bound and max(rest) - min(rest) <= 1.4 * bound
    return slip if surely or abs(first) <= room else 0


def _advanced(lines: Lines, before: Tick, tick: Tick, bound: float) -> Lines:
    return advanced(lines, tick.number - before.number, tick.stamp_ns - before.stamp_ns, bound)
