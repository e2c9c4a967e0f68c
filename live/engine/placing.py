"""When the notes of an answer sound: its ticks laid along the pulse, drawn to the grid, swung.

An answer that began in free time stays there. One that began with a pulse goes with it: when the tempo
changes, what follows goes by the new one; when the pulse is gone, by the last that there was. Onsets never
go back, whatever happens.
"""

from __future__ import annotations

from typing import NamedTuple

from live.beat.beats import beat_quarters, line_of
from live.beat.pulse import Pulse, Source
from live.beat.swing import SIXTEENTH, STRAIGHT, nearest_sixteenth, straight, swing_of, swung
from live.engine.pace import CHORD_NS
from live.stage.clock import MILLISECOND
from models.grid import TICKS_PER_QUARTER

MOST_POINTS = 4
"""Of the grid are tried for a note whose key is not free."""
SHORTEST_NS = 10 * MILLISECOND
"""No note is made shorter than this."""
SOON_NS = 15 * MILLISECOND
"""A note is not drawn back to a moment nearer than this: it could not be sent in time."""
CATCH_UP = 0.5
"""When the tempo has become faster than what is planned already, notes follow each other up to twice as
fast, until the beat is reached."""
JUMP = 1.0
"""Quarters by which a pulse that counts on may be away from the last one; farther, it is another count."""
NEAR = 0.05
"""Quarters by which music may be early on a beat that was found anew."""


class Struck(NamedTuple):
    """A note-on that was placed: when it is due, and by how much it was moved for the grid."""

    due_ns: int
    moved_ns: int


class Placing:
    """Of one answer. Engine thread only; never blocks.

    ``tick`` is at ``at_ns``. In free time (``pulse`` None) a tick lasts ``tick_ns`` throughout; with a pulse
    that is how long it lasts at first. The ticks of a ``score`` are shares of a quarter: its notes lie on the
    grid. Those of a ``loop`` are shares of a quarter that lie anywhere, and after another count it waits for
    its place in the bar. ``grid`` is 0 to 1, ``swing`` in percent.
    """

    def __init__(
        self,
        tick: float,
        at_ns: int,
        tick_ns: float,
        pulse: Pulse | None,
        *,
        score: bool = False,
        loop: bool = False,
        grid: float = 0.0,
        swing: float = STRAIGHT,
    ) -> None:
        self._free = pulse is None
        if pulse is None:
            pulse = Pulse(at_ns, 0.0, TICKS_PER_QUARTER * tick_ns, Source.TEMPO)
        self._pulse = pulse
        self._tick_ns, self._score, self._loop = tick_ns, score, loop
        self._per_quarter = pulse.quarter_ns / tick_ns
        self._grid = 0.0 if self._free or score else grid
        self._swing = STRAIGHT if self._free else swing_of(pulse.bars, swing)
        self._line = line_of(pulse)
        self._late_ns = self._late_from = 0
        self._chord_ns: int | None = None
        self._point = 0.0  # of the grid, to which this chord is drawn
        self._last_ns = 0
        self.begin(tick, at_ns)

    def begin(self, tick: float, at_ns: int) -> None:
        """``tick`` is at ``at_ns``; nothing has been placed yet."""
        self._tick: float = tick
        self._quarter = self._reached = straight(self._pulse.quarter_at(at_ns), self._swing, self._line)

    def follow(self, pulse: Pulse | None, *, grid: float, swing: float) -> None:
        """From now on by this pulse (None: by the last one), drawn and swung like this."""
        if self._free:
            return
        before_ns = self._moment(self._reached)
        previous, self._pulse = self._pulse, pulse or self._pulse
        self._grid = 0.0 if self._score else grid
        self._swing = swing_of(self._pulse.bars, swing)
        if not _goes_on(self._pulse, previous):
            self._take_up(line_of(previous), before_ns)
        self._line = line_of(self._pulse)
        here_ns = self._sounds(self._reached)
        self._late_ns, self._late_from = max(0, before_ns - here_ns), here_ns

    @property
    def reach_ns(self) -> int:
        """How much earlier than its tick a note may be due."""
        return round(self._grid * SIXTEENTH / 2 * self._pulse.quarter_ns)

    def ticks(self, ns: int) -> int:
        """So many ticks pass in that time."""
        return round(ns / self._pulse.quarter_ns * self._per_quarter)

    def tick_at(self, ns: int) -> int:
        """The tick of a moment."""
        return round(self.place_at(ns))

    def place_at(self, ns: int) -> float:
        """The same, exactly."""
        quarter = straight(self._pulse.quarter_at(ns), self._swing, self._line)
        return self._tick + (quarter - self._quarter) * self._per_quarter

    def ns_at(self, tick: float) -> int:
        """The moment of a tick, swung, not drawn to the grid."""
        return self._moment(self._place(tick))

    def strike(self, tick: float, now_ns: int, earliest_ns: int = 0) -> Struck:
        """A note-on at this tick; not before ``earliest_ns``, when the key that it needs is free.

        Two strikes of one key are not drawn to one point of the grid: the second goes to the next.
        """
        place = self._place(tick)
        self._reached = max(self._reached, place)
        plain_ns = self._moment(place)
        if self._chord_ns is None or plain_ns - self._chord_ns > CHORD_NS:
            self._chord_ns = plain_ns
            self._point = nearest_sixteenth(place, self._line)
        late_ns = self._late(self._sounds(place))
        for _ in range(MOST_POINTS):
            due_ns = self._sounds(place + self._grid * (self._point - place)) + late_ns
            if due_ns >= earliest_ns or not self._grid:
                break
            self._point += SIXTEENTH
        due_ns = max(due_ns, min(plain_ns, now_ns + SOON_NS), self._last_ns, earliest_ns)
        self._last_ns = due_ns
        return Struck(due_ns, due_ns - plain_ns)

    def release(self, tick: float, struck: Struck) -> int:
        """When the note-off at this tick is due: the note is as long as it was meant."""
        place = self._place(tick)
        self._reached = max(self._reached, place)
        return max(self._moment(place) + struck.moved_ns, struck.due_ns + SHORTEST_NS)

    def _place(self, tick: float) -> float:
        """In quarters of the pulse, as written."""
        return self._quarter + (tick - self._tick) / self._per_quarter

    def _sounds(self, place: float) -> int:
        return self._pulse.ns_at(swung(place, self._swing, self._line))

    def _moment(self, place: float) -> int:
        ns = self._sounds(place)
        return ns + self._late(ns)

    def _late(self, ns: int) -> int:
        """By how much the answer is behind the pulse there, because it was planned at a slower one."""
        return max(0, self._late_ns - round(CATCH_UP * max(0, ns - self._late_from)))

    def _take_up(self, old_line: float, reached_ns: int) -> None:
        """Another count of quarters: go on at the same place in a beat, after what is planned."""
        length, line = self._turn, line_of(self._pulse)
        within = (self._reached - old_line) % length
        here = straight(self._pulse.quarter_at(reached_ns), self._swing, line)
        place = line + within + length * -((line + within - here + NEAR) // length)
        self._tick += (self._reached - self._quarter) * self._per_quarter
        self._quarter = self._reached = place
        if not self._score and not self._loop:
            self._per_quarter = self._pulse.quarter_ns / self._tick_ns

    @property
    def _turn(self) -> float:
        """Quarters after which one place is as good as another."""
        bars = self._pulse.bars
        return beat_quarters(bars) if bars is None or not self._loop else bars.quarters


def _goes_on(pulse: Pulse, before: Pulse) -> bool:
    return pulse.continues(before) and abs(pulse.quarter - before.quarter_at(pulse.at_ns)) < JUMP
