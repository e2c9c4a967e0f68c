"""The companion's notes, from order to last report: one tag each, so that each can be taken back.

Every note-on that was ordered has its end ordered, or is taken back, or is ended by the stage itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from live.engine.policy import Stage
from live.engine.routing import Place
from live.stage import records as r
from live.stage.messages import is_note_on
from models.events import Event
from models.surprise import Course

VOICE = 0
"""Of the history: not one of a harmony."""


@dataclass(eq=False)
class OwnNote:
    """``event``: its note-on as the model meant it; it goes to ``place`` with velocity ``loudness``, due at
    ``due_ns``, ``moved_ns`` later than was meant. ``course``: what the companion's notes have cost with it.
    """

    event: Event
    place: Place
    loudness: int
    due_ns: int
    moved_ns: int
    course: Course
    tag: int = 0
    """0 until it is ordered."""
    sent: bool = False
    ends_ns: int | None = None
    """When the note-off that was ordered is due."""
    yields_ns: int | None = None
    """When it is to end at the latest, because the player has come near."""

    @property
    def pitch(self) -> int:
        """As the model knows it."""
        return self.event.pitch


class OwnNotes:
    """Ordered and not yet over. Owned by the engine's thread; orders never block."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._notes: dict[int, OwnNote] = {}

    def __iter__(self) -> Iterator[OwnNote]:
        return iter([*self._notes.values()])

    def __contains__(self, note: OwnNote) -> bool:
        return note.tag in self._notes

    def __len__(self) -> int:
        return len(self._notes)

    def begin(self, note: OwnNote) -> None:
        """Order its note-on. Its end is owed from now on."""
        note.tag = self._stage.tags()
        self._notes[note.tag] = note
        on = bytes((0x90 | note.place.channel, note.place.pitch, note.loudness))
        self._stage.history.expect(note.tag, on, VOICE, note.pitch)
        self._stage.send(r.Plan(note.due_ns, on, note.tag))

    def end(self, note: OwnNote, due_ns: int) -> None:
        """Order its note-off."""
        note.ends_ns = due_ns
        off = bytes((0x80 | note.place.channel, note.place.pitch, 0))
        self._stage.send(r.Plan(due_ns, off, note.tag))

    def take_back(self, note: OwnNote) -> None:
        """It does not begin; if it sounds already, it ends now. Nothing more is heard of it."""
        del self._notes[note.tag]
        self._stage.send(r.Cancel(note.tag, r.CancelMode.END))

    def keep_silent(self, note: OwnNote) -> None:
        """It does not begin; if it sounds already, it goes on to its end, which is owed."""
        self._stage.send(r.Cancel(note.tag, r.CancelMode.LET_RING))

    def forget(self) -> None:
        """The stage has ended everything by itself."""
        self._notes.clear()

    def reported(self, record: r.Sent | r.Dropped | r.Cancelled) -> OwnNote | None:
        """The note that a report is about, if it is not over for us. After its end it is."""
        note = self._notes.get(record.tag)
        if note is None:
            return None
        if isinstance(record, r.Sent) and is_note_on(record.message):
            note.sent = True
        elif not isinstance(record, r.Cancelled) or not note.sent:
            del self._notes[record.tag]
        return note
