"""An answer under way: a fork of the context, and what of it the stage has been told and has done."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import NamedTuple

from live.engine.ear import Ear
from live.engine.placing import SHORTEST_NS, Placing, Struck
from live.engine.policy import Stage
from live.engine.routing import Place
from live.moods import MOODS
from live.stage import records as r
from live.stage.messages import is_note_on
from models.events import Event, Kind
from models.surprise import Course


class Own(NamedTuple):
    """A note of the plan: where it went, and when."""

    place: Place
    struck: Struck


class AnswerPlan:
    """Events are planned one by one. Engine thread only; blocks for the model alone.

    ``start`` and ``end`` in ticks; ``decision`` is the number of the next choice; ``velocity`` of notes whose
    model knows no loudness; ``on_beat``: the first note is at ``start`` exactly.
    """

    def __init__(
        self,
        ear: Ear,
        stage: Stage,
        placing: Placing,
        *,
        start: int,
        end: int,
        decision: int,
        velocity: int,
        on_beat: bool = False,
    ) -> None:
        self._ear, self._stage = ear, stage
        self.placing = placing
        self.context = ear.context.fork()
        self._monophonic = self.context.manifest.monophonic
        self.tag = stage.tags()
        self.start, self.end = start, end
        self.decision, self.velocity, self.on_beat = decision, velocity, on_beat
        self.own: dict[int, Own | None] = {}
        """Model pitch -> where the notes went that the plan has begun and not ended; None for those that no
        range has, or whose place another note of the plan holds: they are not sent."""
        self.began: int | None = None
        """Tick of the first note."""
        self.sounded = self.finished = self.vetoed = False
        self.ends_ns = 0
        """When the last of it is due, as far as it is planned."""
        self._free_ns: dict[Place, int] = {}  # when the key of a note that has ended is free again
        self._voice_ns = 0  # when the note of a single voice has lasted long enough
        self.course = stage.surprise.companion.course
        """What the companion's notes have cost, up to the last one that was sent."""
        self._events: dict[int, Event] = {}
        self._courses: dict[int, Course] = {}
        self._marks: list[tuple[int, Event]] = []  # ends of phrases: nothing is sent for them
        self._outstanding = 0
        self._sounding: set[Place] = set()  # as far as it is reported
        self._rings = False  # vetoed, and all that was sent before that is known
        self._causes = itertools.count(1)  # of each answer by itself, so that they never outgrow 32 bits

    @property
    def over(self) -> bool:
        """Whether all of it is planned, and all that was planned has been reported or has rung out."""
        if self.vetoed:
            return self._rings and not self._sounding
        return self.finished and self._outstanding <= 0

    def say(self, event: Event, now_ns: int) -> None:
        """Plan an event; on the score grid a new note ends the one before."""
        self.context.hear(event)
        if event.kind == Kind.ON:
            self.began = event.time if self.began is None else self.began
            self._begin_note(event, now_ns)
        elif event.kind == Kind.OFF:
            own = self.own.pop(event.pitch, None)
            if own is not None:
                due = self.placing.release(event.time, own.struck)
                self._end_note(own, due, self._expect(event, due))
        elif event.kind == Kind.PHRASE:
            self._marks.append((next(self._causes), event))

    def finish(self, now_ns: int) -> int:
        """No more events: what sounds ends, in order. When it does."""
        tick = max(self.context.now + 1, min(self.end, self.context.now + 50))
        for pitch in list(self.own):
            self.say(Event(tick, Kind.OFF, pitch), now_ns)
        self.finished = True
        return max(self.ends_ns, self.placing.ns_at(tick))

    def veto(self, now_ns: int) -> None:
        """Nothing more begins. What has, the stage will have said when it says that this is done."""
        self.vetoed = self.finished = True
        self.ends_ns = max(self.ends_ns, now_ns)
        self._stage.send(r.Cancel(self.tag, r.CancelMode.LET_RING))

    def ring_out(self, now_ns: int) -> None:
        """The stage has done that: what sounds and has no end yet goes on as far as it was planned."""
        self._rings = True
        for pitch, own in list(self.own.items()):
            if own is not None and own.place in self._sounding:
                self.say(Event(self.context.now + 1, Kind.OFF, pitch), now_ns)

    def sent(self, record: r.Sent) -> Iterator[Event]:
        """What the context is to hear, because the stage has sent this."""
        self.sounded = True
        place = Place(record.message[0] & 0x0F, record.message[1])
        (self._sounding.add if is_note_on(record.message) else self._sounding.discard)(place)
        event = self._events.pop(record.cause, None)
        self.course = self._courses.pop(record.cause, self.course)
        if event is not None:
            while self._marks and self._marks[0][0] < record.cause:
                yield self._marks.pop(0)[1]
            yield event
        self._outstanding -= event is not None

    def dropped(self, record: r.Dropped) -> None:
        """The stage has not sent this."""
        self._events.pop(record.cause, None)
        self._outstanding -= 1

    def _begin_note(self, event: Event, now_ns: int) -> None:
        """A note by the route of the first voice, which is asked for here alone."""
        route = self._stage.routing.route(1)
        place = route.place(event.pitch - self._ear.shift)
        free_ns = 0 if place is None else self._free_ns.get(place, 0)
        struck = self.placing.strike(event.time, now_ns, max(self._voice_ns, free_ns))
        if self._monophonic:
            self._voice_ns = struck.due_ns + SHORTEST_NS
            for own in filter(None, self.own.values()):
                self._end_note(own, struck.due_ns)
            self.own.clear()
        elif any(own is not None and own.place == place for own in self.own.values()):
            place = None
        self.own[event.pitch] = None if place is None else Own(place, struck)
        if place is not None:
            meant = (event.velocity or self.velocity) * MOODS[self._stage.settings().mood].loudness
            velocity = route.loudness(max(1, min(127, round(meant))))
            on = bytes((0x90 | place.channel, place.pitch, velocity))
            cause = self._expect(event, struck.due_ns)
            self._stage.history.expect(self.tag, on, 0, event.pitch - self._ear.shift)
            self._stage.send(r.Plan(struck.due_ns, on, self.tag, cause))

    def _end_note(self, own: Own, due_ns: int, cause: int = 0) -> None:
        self._free_ns[own.place] = due_ns
        self.ends_ns = max(self.ends_ns, due_ns)
        off = bytes((0x80 | own.place.channel, own.place.pitch, 0))
        self._stage.send(r.Plan(due_ns, off, self.tag, cause))

    def _expect(self, event: Event, due_ns: int) -> int:
        """A number for the event, under which the context will hear it, at the time at which it is due."""
        cause = next(self._causes)
        self._events[cause] = event if self._monophonic else event._replace(time=self._heard_at(due_ns))
        if event.kind == Kind.ON:
            self._courses[cause] = self._stage.surprise.companion.course
        self._outstanding += 1
        return cause

    def _heard_at(self, due_ns: int) -> int:
        """The tick at which the player would have played it, to be heard as this."""
        return self._ear.tick_at(self._stage.straight(due_ns))
