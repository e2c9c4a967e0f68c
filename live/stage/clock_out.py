"""MIDI clock that goes out: which tick, start, continue or stop is due. One thread: the sender's.

The engine says where the ticks lie; from then on they come by themselves, however busy the engine is, until
it says something else. Ticks are numbered from the song's beginning, and each number is sent once, so that
a change of tempo neither loses nor doubles one.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from live.stage.messages import TICKS
from live.stage.records import SetClock

TICK, START, CONTINUE, STOP = b"\xf8", b"\xfa", b"\xfb", b"\xfc"
SIXTEENTH = 6
"""Ticks of the unit of song positions."""
MOST_SIXTEENTHS = 1 << 14
"""Song positions beyond begin again from 0."""
_CLOSEST = 0.25
"""Of a tick: so close may ticks follow each other that have to catch up."""


class ClockOut:
    """``put`` puts a message on the wire, due at a time; it may block, and raise what a port raises."""

    def __init__(self, put: Callable[[bytes, int], None]) -> None:
        self._put = put
        self._line: SetClock | None = None
        self._next = 0
        """The tick that comes next."""
        self._start: int | None = None
        """The tick that the song is started or continued with; None once it runs."""
        self._sent_ns = 0

    @property
    def running(self) -> bool:
        """Whether ticks are sent."""
        return self._line is not None

    def set(self, order: SetClock, now_ns: int) -> None:
        """What the engine says."""
        before = self._line
        if not order.running:
            self.stop(now_ns)
        elif before is None or before.run != order.run:
            self.stop(now_ns)
            self._line = order
            self._begin(now_ns)
        else:
            self._line = order

    def stop(self, now_ns: int) -> None:
        """No more ticks; the receivers' song stops, if it had begun. Idempotent."""
        begun = self._line is not None and self._start is None
        self._line = self._start = None
        if begun:
            self._put(STOP, now_ns)

    def begin_again(self, now_ns: int) -> None:
        """Somebody has joined who does not know where the song is."""
        if self._line is not None:
            self._begin(now_ns)

    def next_ns(self) -> int | None:
        """When :meth:`play_due` has something to do; None while no clock is sent."""
        if self._line is None:
            return None
        due = self._due(self._line)
        return max(due, self._sent_ns + round(_CLOSEST * self._line.tick_ns)) if self._sent_ns else due

    def play_due(self, now_ns: int) -> None:
        """Send the tick whose time has come, if one's has; a quarter late or more, go on from here."""
        line = self._line
        if line is None or (at_ns := self.next_ns()) is None or at_ns > now_ns:
            return
        if _tick_at(line, now_ns) - self._next > TICKS:
            self._put(STOP, now_ns)
            self._begin(now_ns)
            return
        due = self._due(line)
        if self._next == self._start:
            self._start = None
            self._put(CONTINUE if self._next else START, due)
        self._put(TICK, due)
        self._sent_ns = now_ns
        self._next += 1

    def _due(self, line: SetClock) -> int:
        return line.at_ns + round((self._next - line.tick) * line.tick_ns)

    def _begin(self, now_ns: int) -> None:
        """Tell where the song is, and start it at its beginning or continue at the next 16th."""
        assert self._line is not None
        here = _tick_at(self._line, now_ns)
        self._next, self._sent_ns = math.ceil(here), 0
        self._start = SIXTEENTH * max(0, math.ceil(here / SIXTEENTH))
        if self._start:
            place = self._start // SIXTEENTH % MOST_SIXTEENTHS
            self._put(bytes((0xF2, place & 0x7F, place >> 7)), now_ns)


def _tick_at(line: SetClock, ns: int) -> float:
    return line.tick + (ns - line.at_ns) / line.tick_ns
