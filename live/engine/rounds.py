"""A loop that goes round: its notes laid along the pulse, a little ahead of their due times.

Every place is counted from the loop's beginning, so that rounds do not drift; what has been missed is left
out, for a loop keeps its time.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from live.engine.loop_notes import LoopNotes
from live.engine.own_notes import OwnNote
from live.engine.placing import SHORTEST_NS, Placing, Struck
from live.engine.plans import Tentative
from live.engine.policy import Stage
from live.engine.take import Note, Take
from live.stage.clock import MILLISECOND, SECOND

AHEAD_NS = 400 * MILLISECOND
"""How far ahead of its due times a round is ordered."""
LATE_NS = 100 * MILLISECOND
"""A note that is late by no more than this is played at once."""
MEANT_NS = 4 * SECOND
"""So far ahead it is told what is meant."""
EVENTS_A_TURN = 6
"""Notes between two looks at what the player does: a few milliseconds, where the model is asked."""


class Played(NamedTuple):
    """A note of a round: what becomes of it. ``place`` in its round."""

    pitch: int
    velocity: int
    place: float


class Varied(Protocol):
    """Says what becomes of the notes of a round, one by one in their order."""

    def note(self, index: int, begins: float, rounds: Rounds) -> Played:
        """This note of the take, in the round that begins there; blocks for the model alone."""

    def kept(self, note: Note) -> Played:
        """The same, if it is not varied."""


class Rounds:
    """Of one take, until it is told to end. Engine thread only."""

    def __init__(self, take: Take, placing: Placing, stage: Stage, notes: LoopNotes, varied: Varied) -> None:
        """Place 0 is where the loop begins."""
        self.take, self.placing = take, placing
        self._stage, self._notes, self._varied = stage, notes, varied
        self._index = 0
        self._ends: list[tuple[float, int, OwnNote]] = []
        self._silent = -1
        """The round that is vetoed."""
        self.round = 0
        """The round of the next note, from 0."""
        self.over = False
        """No note begins any more."""
        self.earliest_ns = 0
        """No note begins before the one that was ordered last."""

    @property
    def done(self) -> bool:
        """Whether nothing of it is to come."""
        return self.over and not self._ends

    @property
    def wake_at_ns(self) -> int | None:
        """When something is to be ordered; None when nothing is to come."""
        place = self._next
        return None if place is None else self.placing.ns_at(place) - self._ahead_ns

    @property
    def _ahead_ns(self) -> int:
        return AHEAD_NS + self.placing.reach_ns

    @property
    def _begins(self) -> float:
        """Where the round of the next note begins."""
        return self.round * self.take.length

    @property
    def _next(self) -> float | None:
        places = [] if self.over else [self._begins + self.take.notes[self._index].place]
        return min(places + [end for end, _, _ in self._ends[:1]], default=None)

    def plan(self, now_ns: int) -> None:
        """Order what is near."""
        settings = self._stage.settings()
        self.placing.follow(self._stage.time.pulse, grid=settings.grid, swing=settings.swing)
        self._catch_up(now_ns)
        for _ in range(EVENTS_A_TURN):
            place = self._next
            if place is None or self.placing.ns_at(place) > now_ns + self._ahead_ns:
                break
            if self._ends and self._ends[0][0] <= place:
                _, _, own = heapq.heappop(self._ends)
                struck = Struck(own.due_ns, own.moved_ns)
                self._notes.end(own, self.placing.release(place, struck))
            else:
                self._strike()

    def _catch_up(self, now_ns: int) -> None:
        """Rounds that were missed altogether."""
        missed = int((self.placing.place_at(now_ns) - self._begins) / self.take.length - 1)
        if not self.over and missed > 0:
            self.round, self._index = self.round + missed, 0

    def _strike(self) -> None:
        note, index, number, begins = self.take.notes[self._index], self._index, self.round, self._begins
        self._index += 1
        if self._index == len(self.take.notes):
            self.round, self._index = self.round + 1, 0
        now_ns = self._stage.now()
        if number == self._silent or self.placing.ns_at(begins + note.place) < now_ns - LATE_NS:
            return
        played = self._varied.note(index, begins, self)
        place = begins + played.place
        own = self._notes.begin(
            played.pitch,
            played.velocity,
            lambda earliest_ns: self.placing.strike(place, now_ns, earliest_ns),
            now_ns,
            opens=index == 0 and number > 0,
        )
        if own is not None:
            self.earliest_ns = own.due_ns
            heapq.heappush(self._ends, (place + note.length, own.tag, own))

    def seek(self, now_ns: int) -> None:
        """Go on from here, whatever was ordered: that has been taken back."""
        self._ends.clear()
        place = max(0.0, self.placing.place_at(now_ns))
        self.round = int(place // self.take.length)
        within = place - self.round * self.take.length
        after = [index for index, note in enumerate(self.take.notes) if note.place >= within]
        self._index = after[0] if after else 0
        self.round += not after

    def end(self, at_ns: int) -> None:
        """From this moment on no note of it begins."""
        self.over = True
        self._notes.take_back(at_ns)

    def veto(self, now_ns: int) -> None:
        """What is to come of the round that sounds now does not."""
        number = max(0, int(self.placing.place_at(now_ns) // self.take.length))
        ends_ns = self.placing.ns_at((number + 1) * self.take.length)
        self._silent = number
        self._notes.take_back(now_ns, ends_ns)

    def meant(self, now_ns: int) -> Iterator[Tentative]:
        """What is to come of this round and not ordered yet, as far as one looks ahead."""
        if self.over or self.round == self._silent:
            return
        route = self._stage.routing.route(1)
        for note in self.take.notes[self._index :]:
            place = self._begins + note.place
            due_ns = self.placing.ns_at(place)
            if due_ns > now_ns + MEANT_NS:
                return
            played = self._varied.kept(note)
            wire = route.pitch(played.pitch)
            if wire is not None:
                ends_ns = max(self.placing.ns_at(place + note.length), due_ns + SHORTEST_NS)
                velocity = route.loudness(played.velocity)
                yield Tentative(due_ns, ends_ns, route.channel, wire, velocity)
