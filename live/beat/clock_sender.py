"""Our pulse as MIDI clock: tells the stage where the ticks lie, and again only when they move."""

from __future__ import annotations

import math
from collections.abc import Callable

from live.beat.pulse import Pulse, Source
from live.stage.clock import MILLISECOND
from live.stage.messages import TICKS
from live.stage.records import SetClock

LARGEST_PERIOD = 256
"""Frames: ticks land on the beginnings of periods, and a clock that jitters more is of no use."""
REFUSED = "no MIDI clock is sent: at {} frames ticks would be up to {:.0f} ms late; {} frames are the most"
_MOVED_NS = 0.5 * MILLISECOND
"""Ticks that move by less are not told anew; or twice as much, a quarter later."""


class ClockSender:
    """``send`` takes orders for the stage, ``say`` a line for the musician. Engine thread; never blocks."""

    def __init__(self, send: Callable[[SetClock], None], say: Callable[[str], None]) -> None:
        self._send, self._say = send, say
        self._frames = self._period_ns = 0
        self._followed: Pulse | None = None
        self._told: SetClock | None = None
        self._origin = 0.0  # the quarter of our pulse where the song of the receivers begins
        self._run = 0
        self._complained = False

    def use_period(self, frames: int, period_ns: int) -> None:
        """The stage's MIDI system has this period; 0 where it has none."""
        self._frames, self._period_ns, self._complained = frames, period_ns, False

    def follow(self, pulse: Pulse | None, wanted: bool, now_ns: int) -> None:
        """This is our pulse now; ``wanted``: clock is to go out."""
        self._complained = self._complained and wanted
        if wanted and self._frames > LARGEST_PERIOD:
            wanted = False
            if not self._complained:
                self._complained = True
                self._say(REFUSED.format(self._frames, self._period_ns / MILLISECOND, LARGEST_PERIOD))
        if pulse is None or not wanted:
            if self._told is not None:
                self._send(SetClock(now_ns, 0, 0.0, False, self._run))
            self._followed = self._told = None
            return
        if self._told is None or not pulse.continues(self._followed):
            self._origin, self._run = _origin(pulse, now_ns), (self._run + 1) % 256
            self._told = None
        self._followed = pulse
        if self._told is None or self._has_moved(self._told, pulse, now_ns):
            tick = math.ceil(TICKS * (pulse.quarter_at(now_ns) - self._origin))
            at_ns = pulse.ns_at(self._origin + tick / TICKS)
            self._told = SetClock(at_ns, tick, pulse.quarter_ns / TICKS, True, self._run)
            self._send(self._told)

    def _has_moved(self, told: SetClock, pulse: Pulse, now_ns: int) -> bool:
        here = TICKS * (pulse.quarter_at(now_ns) - self._origin)
        length = pulse.quarter_ns / TICKS
        off = told.at_ns + (here - told.tick) * told.tick_ns - now_ns
        later = off + TICKS * (told.tick_ns - length)
        return abs(off) > _MOVED_NS or abs(later) > 2 * _MOVED_NS


def _origin(pulse: Pulse, now_ns: int) -> float:
    """A song that has a place keeps it; any other begins at the next bar, or at the next beat."""
    if pulse.source is Source.CLOCK:
        return 0.0
    here = pulse.quarter_at(now_ns)
    if pulse.bars is None:
        return float(math.ceil(here))
    return pulse.bars.line + math.ceil((here - pulse.bars.line) / pulse.bars.quarters) * pulse.bars.quarters
