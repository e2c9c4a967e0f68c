"""What comes next in a duet, on a fork of the context: the companion's notes, and the imagined player's.

A plan is thrown away when the player does anything. Only what is about to be due has been ordered by then.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable
from typing import NamedTuple

from live.engine.ear import Ear, hear_own
from live.engine.own_notes import OwnNote
from live.engine.plans import Tentative
from models.events import Event, Kind


class Stop(NamedTuple):
    """Up to this tick a choice holds that was made before it; then something is given.

    ``note`` begins, or ends; without one, from here on something else is allowed.
    """

    tick: int
    number: int
    note: OwnNote | None = None
    begins: bool = False


class DuetPlan:
    """Owned by the engine's thread; blocks for the model alone."""

    def __init__(self, ear: Ear, sounding: Iterable[OwnNote], floor: int) -> None:
        """``sounding``: the companion's notes that the context has heard; ``floor``: the first tick."""
        self.context = ear.context.fork()
        self.floor = floor
        self.own: dict[int, OwnNote] = {note.pitch: note for note in sounding}
        """The companion's notes that sound where the plan has come to, by their pitch."""
        self.notes: list[OwnNote] = []
        """Planned and not ordered."""
        self.ends: dict[OwnNote, int] = {}
        """Planned note-offs that are not ordered: note -> when they are due."""
        self.imagined_ns: int | None = None
        """When the player is imagined to do something first."""
        self._stops: list[Stop] = []
        self._numbers = itertools.count()

    @property
    def reached(self) -> int:
        """The tick up to which everything is planned."""
        return max(self.context.now, self.floor)

    @property
    def coming(self) -> list[OwnNote]:
        """Notes that were ordered and begin later than the plan has come to."""
        return [stop.note for stop in self._stops if stop.begins and stop.note is not None]

    def stop(self, tick: int, note: OwnNote | None = None, *, begins: bool = False) -> None:
        """Something is given at this tick."""
        heapq.heappush(self._stops, Stop(tick, next(self._numbers), note, begins))

    def next_stop(self) -> int | None:
        """The tick of the next one."""
        return self._stops[0].tick if self._stops else None

    def pass_stop(self) -> OwnNote | None:
        """Go on beyond the next one. A note that has to end there by our order is returned."""
        stop = heapq.heappop(self._stops)
        self.floor = max(self.floor, stop.tick)
        note = stop.note
        if note is None:
            return None
        tick = max(stop.tick, self.context.now)
        if stop.begins:
            hear_own(self.context, note.event._replace(time=tick))
            self.own[note.pitch] = note
        elif self.own.get(note.pitch) is note:
            del self.own[note.pitch]
            hear_own(self.context, Event(tick, Kind.OFF, note.pitch))
            return note if note.ends_ns is None else None
        return None

    def imagine(self, event: Event, ns: int) -> None:
        """The player does this."""
        self.context.hear(event)
        if self.imagined_ns is None:
            self.imagined_ns = ns

    def begin(self, note: OwnNote) -> None:
        """The companion begins this note."""
        self.context.hear(note.event)
        self.own[note.pitch] = note
        self.notes.append(note)

    def end(self, event: Event) -> OwnNote:
        """The companion ends a note; its end has to be ordered."""
        self.context.hear(event)
        return self.own.pop(event.pitch)

    def tentative(self) -> list[Tentative]:
        """What may still change."""
        return [
            Tentative(note.due_ns, self.ends.get(note), note.place.channel, note.place.pitch, note.loudness)
            for note in self.notes
        ]
