"""When a loop is taken, and of what: the first phrase when it is over, what was played last at a pedal.

With a pulse a loop waits for its line, and what is played until then is part of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from live.beat.beats import line_of
from live.beat.pulse import Pulse
from live.beat.swing import swing_of, swung
from live.controls import Settings
from live.engine.closing import (
    EARLY,
    Closed,
    bars_on,
    phrase_in_free_time,
    phrase_on,
    take_between,
)
from live.engine.entry import EARLY_NS, LEAD_NS, LONGEST_SILENCE_NS, enough_before, silence_after
from live.engine.history import Did, Row
from live.engine.placing import Placing
from live.engine.policy import Stage
from live.engine.take import Ruler, Take, last_phrase, played
from live.errors import AntiphonError
from live.stage.clock import SECOND


class Taken(NamedTuple):
    """A take that begins to go round at ``at_ns``, which may be past: then it joins in.

    A unit of place lasts ``unit_ns``; ``pulse`` None: in free time. ``closed`` says where on the pulse it was
    played. ``is_fresh``: it was not looped before; ``by_itself``: nobody pressed a pedal.
    """

    take: Take
    at_ns: int
    unit_ns: float
    pulse: Pulse | None
    closed: Closed
    is_fresh: bool = True
    by_itself: bool = False

    def placing(self, settings: Settings) -> Placing:
        """Its places laid along the time."""
        return Placing(
            0.0,
            self.at_ns,
            self.unit_ns,
            self.pulse,
            loop=True,
            grid=settings.grid,
            swing=settings.swing,
        )


class Taking:
    """Watches what the player does. Engine thread only; never blocks. ``gap_ns`` is that of his onsets."""

    def __init__(self, stage: Stage, gap_ns: Callable[[], float]) -> None:
        self._stage, self._gap_ns = stage, gap_ns
        self.waits = True
        """The phrase that is under way, or the next one, is looped when it is over."""
        self.last_ns = 0
        """When the player last pressed or released a key."""
        self._first: Row | None = None  # strikes of the phrase that is to be looped
        self._last: Row | None = None
        self._count = 0  # of rows before it
        self._before: tuple[Row, int] | None = None
        self._since = 0  # rows that there were when the last loop began
        self._fresh = False
        self._pressed: float | None = None
        self._pressed_ns = 0
        self._floor_ns = 0
        self._complained = False
        self._again: Taken | None = None
        self._stopped: tuple[bool, Row | None] = (False, None)

    @property
    def pressed(self) -> bool:
        """Whether a loop was asked for that waits for its line."""
        return self._pressed is not None

    def struck(self, stamp_ns: int) -> None:
        """The player has struck a key; the history knows."""
        history = self._stage.history
        if history.last.did == Did.STRIKE:
            self._last = history.last
            if self._first is None:
                self._first, self._count = history.last, history.count - 1
        self._fresh = True
        self.touched(stamp_ns)

    def touched(self, stamp_ns: int) -> None:
        """The player has pressed or released a key."""
        self.last_ns = max(self.last_ns, stamp_ns)

    def go_on(self) -> None:
        """The loop that has just begun by itself was too soon: the phrase goes on."""
        if self._before is not None:
            self._first, self._count = self._before
        self.waits, self._before = True, None

    def stop(self) -> None:
        """What was under way is no phrase; who presses next, having played nothing, gets the same again."""
        self._stopped = self._fresh, self._first
        self._fresh = False
        self._pressed = self._before = self._first = None

    def resume(self) -> None:
        """It was not stopped after all."""
        self._fresh, self._first = self._stopped

    def press(self, now_ns: int, last: Taken | None, *, goes: bool) -> None:
        """The pedal: loop what was played last. ``last``: the last loop, which ``goes`` round or was stopped.

        Raises ``AntiphonError`` where nothing was played.
        """
        if not self._fresh and goes:
            raise AntiphonError("nothing was played since this loop began")
        self._floor_ns = now_ns + LEAD_NS
        if not self._fresh and last is not None:
            self._again = last
        else:
            self._again = None
            self._find_phrase()
        pulse = self._pulse
        self._pressed_ns = now_ns
        self._pressed = 0.0 if pulse is None else self._place(pulse, now_ns)

    def _find_phrase(self) -> None:
        """Where what was played last began, unless it is waited for already."""
        history = self._stage.history
        if self.waits and self._first is not None:
            return
        rows = history.since(self._since)
        silence_ns = silence_after(self._gap_ns(), self._stage.settings().patience)
        first = last_phrase(rows, silence_ns)
        if first is None:
            raise AntiphonError("there is nothing to loop yet: play a phrase first")
        strikes = [row for row in rows[first:] if row.did == Did.STRIKE]
        self._first, self._last = strikes[0], strikes[-1]
        self._count = history.count - len(rows) + first
        self.last_ns = self.last_ns or rows[-1].ns

    # -- when ---------------------------------------------------------------------------------------

    @property
    def _pulse(self) -> Pulse | None:
        """What a loop goes by."""
        return None if self._stage.settings().answer_on == "free" else self._stage.time.pulse

    @property
    def wake_at_ns(self) -> int | None:
        """When a loop is to be taken, if the player does nothing any more."""
        at_ns = self._begins_ns()
        early_ns = LEAD_NS if self._pulse is None else EARLY_NS
        return None if at_ns is None else at_ns - early_ns

    def take(self, now_ns: int) -> Taken | None:
        """The loop, if it is time for it."""
        self._floor_ns = now_ns + LEAD_NS
        at_ns = self._begins_ns()
        early_ns = LEAD_NS if self._pulse is None else EARLY_NS
        if at_ns is None or at_ns - early_ns > now_ns:
            return None
        taken = self._repeated(at_ns) if self._again is not None else self._taken(at_ns)
        self._before = None if self._first is None or self.pressed else (self._first, self._count)
        self.waits = self._fresh = False
        self._pressed = self._first = self._again = None
        self._since = self._stage.history.count
        return taken

    def _begins_ns(self) -> int | None:
        """When the loop that is waited for begins; None where none is."""
        pulse = self._pulse
        if self._pressed is None:
            if not self.waits or self._first is None or self._stage.hearing.down:
                return None
            silence_ns = silence_after(self._gap_ns(), self._stage.settings().patience)
            if pulse is None:
                return max(self.last_ns + silence_ns + LEAD_NS, self._floor_ns)
            enough_ns = self.last_ns + enough_before(pulse, silence_ns)
            earliest = self._place(pulse, max(enough_ns, self._floor_ns))
            return self._moment(pulse, self._closed(pulse).first_after(earliest))
        if pulse is None:
            return self._floor_ns
        if self._again is not None:
            return self._moment(pulse, self._line_again(self._again, pulse))
        closed = self._closed(pulse)
        late = closed.first_after(self._place(pulse, self._floor_ns))
        return self._moment(pulse, closed.end if self._in_time else late)

    @property
    def _in_time(self) -> bool:
        """Whether the pedal says where the loop ends: not if the player had ended long before."""
        soon = self._pressed_ns - self.last_ns < LONGEST_SILENCE_NS
        return self.pressed and (soon or bool(self._stage.hearing.down))

    def _closed(self, pulse: Pulse) -> Closed:
        """What is taken, on the pulse."""
        assert self._first is not None
        assert self._last is not None
        ruler, bars = Ruler(pulse), self._stage.settings().loop_bars
        pressed = self._in_time
        until = self._pressed if self._in_time else None
        until = self._place(pulse, self.last_ns) if until is None else until
        first, last = ruler.place_of(self._first), ruler.place_of(self._last)
        if bars and pulse.bars is not None:
            return bars_on(pulse, bars, last, until, pressed=pressed)
        return phrase_on(pulse, first, last, until, pressed=pressed)

    def _line_again(self, last: Taken, pulse: Pulse) -> float:
        """Where a loop that was stopped begins again: at its place in the bar."""
        start, unit = last.closed.start, last.closed.unit
        if last.pulse is None:
            return self._place(pulse, self._floor_ns)
        if not pulse.continues(last.pulse):
            start += line_of(pulse) - line_of(last.pulse)
        return Closed(start, 0.0, unit).first_after(self._place(pulse, self._floor_ns))

    # -- what ---------------------------------------------------------------------------------------

    def _taken(self, at_ns: int) -> Taken | None:
        pulse, by_itself = self._pulse, not self.pressed
        ruler, history = Ruler(pulse), self._stage.history
        bars = self._stage.settings().loop_bars
        whole_bars = bars > 0 and pulse is not None and pulse.bars is not None
        if bars and not whole_bars:
            self._complain()
        rows = history.since(0 if whole_bars else self._count)
        if pulse is None:
            until = at_ns / SECOND
            notes = played(rows, ruler, until)
            closed = phrase_in_free_time(notes, self._gap_ns() / SECOND, until if self._in_time else None)
        else:
            closed = self._closed(pulse)
            notes = played(rows, ruler, closed.end)
        take = take_between(closed, notes, 0.0 if pulse is None else EARLY)
        if not take.notes:
            self._stage.say("nothing was played in these bars: there is nothing to loop")
            return None
        return Taken(take, at_ns, ruler.unit_ns, pulse, closed, by_itself=by_itself)

    def _repeated(self, at_ns: int) -> Taken:
        """The last one again; on the pulse of now, or at the tempo that it had."""
        last = self._again
        assert last is not None
        pulse = None if last.pulse is None else self._pulse
        unit_ns = last.unit_ns if pulse is None else pulse.quarter_ns
        return last._replace(at_ns=at_ns, pulse=pulse, unit_ns=unit_ns, is_fresh=False, by_itself=False)

    def _complain(self) -> None:
        if not self._complained:
            self._complained = True
            self._stage.say("loop_bars needs a beat with bars: the last phrase is looped instead")

    def _place(self, pulse: Pulse, ns: int) -> float:
        """Where that is, without swing."""
        return pulse.quarter_at(self._stage.straight(ns))

    def _moment(self, pulse: Pulse, place: float) -> int:
        """When that sounds, swung."""
        swing = swing_of(pulse.bars, self._stage.settings().swing)
        return pulse.ns_at(swung(place, swing, line_of(pulse)))
