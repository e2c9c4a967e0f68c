"""The notes of a loop, from order to end: a key that is struck again is let go first, and the context hears
what was sent, when it is reported."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from live.engine.overheard import Overheard
from live.engine.own_notes import OwnNote, OwnNotes
from live.engine.placing import SHORTEST_NS, Struck
from live.engine.policy import Stage
from live.engine.routing import Place
from live.stage import records as r
from live.stage.messages import is_note_on
from models.events import Event, Kind

Placed = Callable[[int], Struck]
"""Where a note-on comes that may not be earlier than this moment (ns)."""


class LoopNotes:
    """What is ordered and not reported as ended; pitches are real. Engine thread only; blocks for the model
    alone."""

    def __init__(self, stage: Stage, overheard: Overheard) -> None:
        self._stage, self._overheard = stage, overheard
        self._own = OwnNotes(stage)
        self._keys: dict[Place, OwnNote] = {}  # the last note of each
        self._opening: set[int] = set()  # tags of notes that begin a round
        self._course = stage.surprise.companion.course
        self.begun = 0
        """Notes that have begun to sound."""
        self.news = 0
        """Grows whenever something happens that a plan does not know of."""
        self.told: set[tuple[int, bool]] = set()
        """Tag, and whether it begins: what a plan has been told."""

    def begin(
        self, pitch: int, velocity: int, strike: Placed, now_ns: int, *, opens: bool = False
    ) -> OwnNote | None:
        """Order a note of the first voice; None where its route has no such pitch. Its key is free then.

        ``opens``: it is the first of a round.
        """
        route = self._stage.routing.route(1)
        place = route.place(pitch)
        if place is None:
            return None
        before = self._keys.get(place)
        before = before if before is not None and before in self._own else None
        struck = strike(0 if before is None else before.due_ns + SHORTEST_NS)
        due_ns = max(struck.due_ns, now_ns)
        if before is not None:
            self.end(before, due_ns)
        loudness = route.loudness(min(127, max(1, velocity)))
        event = Event(0, Kind.ON, pitch, loudness)
        course = self._stage.surprise.companion.course
        note = OwnNote(event, place, loudness, due_ns, struck.moved_ns, course)
        self._keys[place] = note
        self._own.begin(note)
        if opens:
            self._opening.add(note.tag)
        return note

    def end(self, note: OwnNote, due_ns: int) -> None:
        """Order its end; the first that is due counts."""
        if note in self._own and (note.ends_ns is None or note.ends_ns > due_ns):
            self._own.end(note, due_ns)

    def sent(self, record: r.Sent | r.Dropped | r.Cancelled) -> None:
        """The stage has done something with one of them, or has not."""
        note = self._own.reported(record)
        if note is None or isinstance(record, r.Cancelled):
            return
        if isinstance(record, r.Dropped):
            self.news += 1
        elif is_note_on(record.message):
            self._tell((note.tag, True))
            self._began(note, record.due_ns)
        else:
            early = bool(record.flags & r.SentFlag.EARLY_END)
            self.news += early
            self._tell((note.tag, False))
            at_ns = record.actual_ns if early else record.due_ns
            self._overheard.ended(note.pitch, self._stage.straight(at_ns))

    def _tell(self, what: tuple[int, bool]) -> None:
        if what in self.told:
            self.told.discard(what)
        else:
            self.news += 1

    def _began(self, note: OwnNote, due_ns: int) -> None:
        self.begun += 1
        self._course = note.course
        if self.opens(note):
            self._opening.discard(note.tag)
            self._stage.history.phrase(due_ns, voice=0)
            self._overheard.phrase()
        players = self._stage.hearing.sounding
        self._overheard.sent(note.pitch, note.loudness, self._stage.straight(due_ns), players)

    def opens(self, note: OwnNote) -> bool:
        """Whether it is the first of a round, and has not sounded yet."""
        return note.tag in self._opening

    def ordered(self) -> Iterator[tuple[int, bool, OwnNote]]:
        """What is ordered and not reported yet: when it is due, whether it begins, and the note."""
        for note in self._own:
            if not note.sent:
                yield note.due_ns, True, note
            if note.ends_ns is not None:
                yield note.ends_ns, False, note

    def take_back(self, since_ns: int, until_ns: int | None = None) -> None:
        """What would begin then does not; what sounds goes on to its end."""
        for note in self._own:
            if not note.sent and note.due_ns >= since_ns and (until_ns is None or note.due_ns < until_ns):
                self._own.keep_silent(note)
                self.news += 1
        self._spent()

    def stop(self, now_ns: int) -> None:
        """All of them end now."""
        self._spent()
        for note in self._own:
            self._own.take_back(note)
        self.forget(now_ns)

    def forget(self, now_ns: int) -> None:
        """They have ended by themselves."""
        self._own.forget()
        self._keys.clear()
        self._opening.clear()
        self._overheard.silence_own(self._stage.straight(now_ns))
        self.news += 1

    def _spent(self) -> None:
        """What was drawn and does not sound has cost nothing."""
        if any(not note.sent for note in self._own):
            self._stage.surprise.companion.course = self._course
