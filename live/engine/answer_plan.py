"""An answer under way: a fork of the context, and what of it the stage has been told and has done."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

from live.engine.ear import Ear
from live.engine.policy import Stage
from live.stage import records as r
from models.events import Event, Kind


class Place(NamedTuple):
    """Where a note was sent: MIDI channel (0-15) and pitch."""

    channel: int
    pitch: int


class AnswerPlan:
    """Events are planned one by one. Engine thread only; blocks for the model alone.

    ``start`` and ``end`` in ticks; ``decision`` is the number of the next choice; ``velocity`` of notes whose
    model knows no loudness.
    """

    def __init__(self, ear: Ear, stage: Stage, *, start: int, end: int, decision: int, velocity: int) -> None:
        self._ear, self._stage = ear, stage
        self.context = ear.context.fork()
        self._monophonic = self.context.manifest.monophonic
        self.tag = stage.tags()
        self.start, self.end = start, end
        self.decision, self.velocity = decision, velocity
        self.own: dict[int, Place | None] = {}
        """Model pitch -> where the notes went that the plan has begun and not ended; None for those that no
        range has, or whose place another note of the plan holds: they are not sent."""
        self.sounded = self.finished = False
        self._events: dict[int, Event] = {}
        self._marks: list[tuple[int, Event]] = []  # ends of phrases: nothing is sent for them
        self._outstanding = 0
        self._causes = itertools.count(1)  # of each answer by itself, so that they never outgrow 32 bits

    @property
    def over(self) -> bool:
        """Whether all of it is planned, and all that was planned has been reported."""
        return self.finished and self._outstanding <= 0

    def say(self, event: Event) -> None:
        """Plan an event; on the score grid a new note ends the one before."""
        self.context.hear(event)
        due = self._ear.ns_at(event.time)
        ended = list(self.own) if self._monophonic and event.kind == Kind.ON else []
        if event.kind == Kind.OFF:
            ended = [event.pitch]
        for pitch in ended:
            place = self.own.pop(pitch, None)
            if place is not None:
                cause = self._expect(event) if event.kind == Kind.OFF else 0
                off = bytes((0x80 | place.channel, place.pitch, 0))
                self._stage.send(r.Plan(due, off, self.tag, cause))
        if event.kind == Kind.ON:
            self._begin_note(event, due)
        elif event.kind == Kind.PHRASE:
            self._marks.append((next(self._causes), event))

    def finish(self) -> int:
        """No more events: what sounds ends, in order. The tick at which it does."""
        tick = max(self.context.now + 1, min(self.end, self.context.now + 50))
        for pitch in list(self.own):
            self.say(Event(tick, Kind.OFF, pitch))
        self.finished = True
        return tick

    def sent(self, record: r.Sent) -> Iterator[Event]:
        """What the context is to hear, because the stage has sent this."""
        self.sounded = True
        event = self._events.pop(record.cause, None)
        if event is not None:
            while self._marks and self._marks[0][0] < record.cause:
                yield self._marks.pop(0)[1]
            yield event
        self._outstanding -= event is not None

    def dropped(self, record: r.Dropped) -> None:
        """The stage has not sent this."""
        self._events.pop(record.cause, None)
        self._outstanding -= 1

    def _begin_note(self, event: Event, due: int) -> None:
        """A note by the route of the first voice, which is asked for here alone."""
        route = self._stage.routing.route(1)
        pitch = route.pitch(event.pitch - self._ear.shift)
        place = None if pitch is None else Place(route.channel, pitch)
        if place in self.own.values():
            place = None
        self.own[event.pitch] = place
        if place is not None:
            velocity = route.loudness(max(1, min(127, event.velocity or self.velocity)))
            on = bytes((0x90 | place.channel, place.pitch, velocity))
            self._stage.send(r.Plan(due, on, self.tag, self._expect(event)))

    def _expect(self, event: Event) -> int:
        cause = next(self._causes)
        self._events[cause] = event
        self._outstanding += 1
        return cause
