"""Which tick of a context a moment is: by the pulse where there is one, else by the player's pace.

Ticks go on over every change: a pulse that appears, or another one, is laid on at the tick that the moment
has anyway; one that goes leaves its tempo until the next strike.
"""

from __future__ import annotations

import math
from typing import Protocol

from live.beat.pulse import Pulse
from live.engine.pace import Pace
from models.grid import TICKS_PER_QUARTER
from models.meter import Meter

SIXTEENTH, TRIPLET = TICKS_PER_QUARTER // 4, TICKS_PER_QUARTER // 3
SHORTEST_TICKS = TICKS_PER_QUARTER // 8
"""On a pulse two strikes that snap to one tick lie this far apart."""
LONGEST_TICKS = 8 * TICKS_PER_QUARTER
JUMP_TICKS = TICKS_PER_QUARTER
"""A pulse that says to go on and is this far off does not."""


class HasPulse(Protocol):
    """Whoever knows the pulse of now."""

    @property
    def pulse(self) -> Pulse | None: ...  # noqa: D102


def nearest(ticks: float) -> int:
    """The nearest 16th or triplet eighth; the 16th where both are as near."""
    by_16th = round(ticks / SIXTEENTH) * SIXTEENTH
    by_triplet = round(ticks / TRIPLET) * TRIPLET
    return by_16th if abs(ticks - by_16th) <= abs(ticks - by_triplet) else by_triplet


def snap(ticks: float) -> int:
    """A length: the nearest 16ths or triplet eighths, at least one and at most eight quarters."""
    return min(max(nearest(ticks), SIXTEENTH), LONGEST_TICKS)


class Ticks:
    """Moments (ns) and ticks of one context. Owned by one thread; never blocks.

    ``time`` is asked for the pulse at each call.
    """

    def __init__(self, pace: Pace, time: HasPulse) -> None:
        self._pace, self._time = pace, time
        self._pulse: Pulse | None = None
        """The one that is followed."""
        self._offset = 0
        """From its own ticks to those of the context."""
        self._at_ns: int | None = None
        self._tick = 0.0
        """In free time, the tick of ``_at_ns``."""
        self._tempo_ns: float | None = None
        """Length of a tick after a pulse has gone, until the next strike."""
        self._told: tuple[int, int] | None = None
        """The last tick whose moment was asked for, and what was said."""

    @property
    def on_pulse(self) -> bool:
        """Whether a pulse is followed, as of the last call."""
        return self._pulse is not None

    def live(self, time: HasPulse) -> None:
        """Another one says the time from now on."""
        self._time = time

    def tick_at(self, ns: int) -> int:
        """The tick of a moment."""
        self._follow(ns)
        return round(self._raw(ns))

    def snapped_at(self, ns: int) -> int:
        """The tick of a moment, on a pulse the nearest 16th or triplet."""
        self._follow(ns)
        return round(self._raw(ns)) if self._pulse is None else self._snapped(ns)

    def ns_at(self, tick: int) -> int:
        """The moment of a tick; after a change not before that of an earlier tick that was asked for."""
        self._follow(self._moment(tick))
        ns = self._moment(tick)
        if self._told is None or tick >= self._told[0]:
            ns = ns if self._told is None else max(ns, self._told[1])
            self._told = tick, ns
        return ns

    def strike(self, ns: int, before: int | None, now: int) -> int:
        """The tick of a melody note that is struck now. In free time it is later than that of the last note
        (``before``) and of the last event (``now``); on a pulse it may have come too near."""
        self._told = None
        free = now if before is None else before + snap(self._raw(ns) - before)
        if now > (before or 0):  # somebody else was heard since, or from the start: it comes after that
            free = max(free, now + SIXTEENTH)
        self._follow(ns, free)
        if self._pulse is None:
            return free
        tick = self._snapped(ns)
        if tick - now > LONGEST_TICKS:
            bars = self._pulse.bars
            unit = TICKS_PER_QUARTER if bars is None else round(bars.quarters * TICKS_PER_QUARTER)
            skipped = unit * math.ceil((tick - now - LONGEST_TICKS) / unit)
            self._offset -= skipped
            tick -= skipped
        return tick

    def end(self, ns: int, onset: int) -> int:
        """The tick at which a note that began at ``onset`` ends."""
        self._follow(ns)
        if self._pulse is None:
            return onset + snap(self._raw(ns) - onset)
        return max(onset + SIXTEENTH, self._snapped(ns))

    def change(self, ns: int, onset: int) -> int:
        """The tick of something that happens under a note that began at ``onset`` and goes on."""
        self._follow(ns)
        if self._pulse is None:
            return onset + nearest(self._raw(ns) - onset)
        return self._snapped(ns)

    def anchor(self, ns: int, tick: int) -> None:
        """In free time this moment is that tick, and the pace counts from here."""
        self._at_ns, self._tick, self._tempo_ns = ns, tick, None

    def meter(self, tick: int) -> Meter:
        """What is known of bars from ``tick`` on."""
        bars = None if self._pulse is None else self._pulse.bars
        if bars is None:
            return Meter.unknown(tick)
        line = self._offset + round(bars.line * TICKS_PER_QUARTER)
        return Meter(tick, bars.numerator, bars.denominator, line)

    def _snapped(self, ns: int) -> int:
        return self._offset + nearest(self._raw(ns) - self._offset)

    def _raw(self, ns: int) -> float:
        if self._pulse is not None:
            return self._offset + TICKS_PER_QUARTER * self._pulse.quarter_at(ns)
        return self._tick if self._at_ns is None else self._tick + (ns - self._at_ns) / self.tick_ns

    def _moment(self, tick: int) -> int:
        if self._pulse is not None:
            return self._pulse.ns_at((tick - self._offset) / TICKS_PER_QUARTER)
        return round((self._at_ns or 0) + (tick - self._tick) * self.tick_ns)

    @property
    def tick_ns(self) -> float:
        """How long a tick lasts in free time: by the pulse that has gone, or at the player's pace."""
        return self._tempo_ns or self._pace.quarter_ns / TICKS_PER_QUARTER

    def _follow(self, ns: int, tick: int | None = None) -> None:
        """Take up the pulse of now; where it does not go on from the last, ``ns`` is to be ``tick``."""
        pulse, before = self._time.pulse, self._pulse
        if pulse is before:
            return
        if pulse is None:
            assert before is not None
            self._at_ns, self._tick = ns, self._raw(ns)
            self._tempo_ns = before.quarter_ns / TICKS_PER_QUARTER
            self._pulse = None
            return
        own = TICKS_PER_QUARTER * pulse.quarter_at(ns)
        if not pulse.continues(before) or abs(self._offset + own - self._raw(ns)) >= JUMP_TICKS:
            self._offset = (round(self._raw(ns)) if tick is None else tick) - nearest(own)
        self._pulse = pulse
