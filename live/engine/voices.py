"""The companion's sounding voices: who sounds, because of which melody note, and until when."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from live.engine.orders import Orders
from live.engine.routing import Routing
from live.stage import records as r
from live.stage.messages import is_note_off

MILLISECOND = 1_000_000
LINGER_NS = 60 * MILLISECOND
"""A voice outlasts its melody note by this, so that a legato player's next note can adopt it."""
CALL_BACK_NS = MILLISECOND
"""A note that stands by is called back at least this long before its deadline."""
_TOO_LATE_NS = 5 * MILLISECOND
"""An end nearer than this cannot be taken back: the stage may have sent it already."""


@dataclass
class Voice:
    """One sounding note: what was ``meant``, and where it was sent. ``ends_ns``: when its note-off is due,
    if it is planned."""

    meant: int
    pitch: int
    channel: int
    velocity: int
    tag: int
    ends_ns: int | None = None

    @property
    def on(self) -> bytes:
        """Its note-on."""
        return bytes((0x90 | self.channel, self.pitch, self.velocity))

    @property
    def off(self) -> bytes:
        """Its note-off."""
        return bytes((0x80 | self.channel, self.pitch, 0))


class Voices:
    """Notes of the companion by voice. Owned by the engine's thread; orders never block."""

    def __init__(
        self,
        send: Orders,
        routing: Routing,
        tags: Callable[[], int],
        expect: Callable[[int, bytes, int, int], None],
    ) -> None:
        """``expect`` is told (tag, note-on, voice, pitch as meant) of what the stage may report."""
        self._send, self._routing, self._tags, self._expect = send, routing, tags, expect
        self._sounding: dict[int, Voice] = {}
        self._standing_by: dict[int, tuple[Voice, Voice | None]] = {}
        self._deadline_ns = 0

    @property
    def meant(self) -> dict[int, int]:
        """Pitches of the voices that sound, before routing."""
        return {voice: note.meant for voice, note in self._sounding.items()}

    def stand_by(self, notes: dict[int, int], velocity: int, deadline_ns: int) -> None:
        """Notes by voice that the stage strikes at the deadline, unless each has been sent home by then.

        So a harmony note is never later than that, however long a model takes. A voice that sounds the
        very pitch goes on.
        """
        self._deadline_ns = deadline_ns
        orders: list[r.Plan] = []
        for voice, pitch in notes.items():
            before, note = self._sounding.get(voice), self._note(voice, pitch, velocity)
            if note is None or (before is not None and before.meant == pitch):
                continue
            if before is not None:
                orders.append(r.Plan(deadline_ns, before.off, before.tag))
            orders.append(r.Plan(deadline_ns, note.on, note.tag))
            self._standing_by[voice] = note, before
        self._send(*orders)

    def go_home(self) -> None:
        """Whoever still stands by is not needed."""
        if self._standing_by:
            self._send(*self._sent_home(self._standing_by))

    def too_late(self, now_ns: int) -> bool:
        """Whether what stands by sounds already, or cannot be called back: nothing else begins then."""
        return now_ns > self._deadline_ns - CALL_BACK_NS

    def step_in(self) -> dict[int, int]:
        """The deadline is over: the voices that stood by sound now. Their pitches."""
        found = {voice: note for voice, (note, _) in sorted(self._standing_by.items())}
        self._standing_by.clear()
        self._sounding |= found
        return {voice: note.meant for voice, note in found.items()}

    def begin(self, voice: int, pitch: int, velocity: int, now_ns: int, cause: int = 0) -> bool:
        """A note now; the voice's note before it ends first. Voices up to this one are on their own feet.

        False: the voice is silent, because its range has the pitch in no octave.
        """
        orders = self._sent_home([each for each in self._standing_by if each <= voice])
        before, note = self._sounding.pop(voice, None), self._note(voice, pitch, velocity)
        if before is not None:
            orders.append(r.Plan(now_ns, before.off, before.tag))
        if note is not None:
            self._sounding[voice] = note
            orders.append(r.Plan(now_ns, note.on, note.tag, cause))
        self._send(*orders)
        return note is not None

    def end(self, voice: int, now_ns: int) -> None:
        """The voice's note ends now."""
        note = self._sounding.pop(voice, None)
        if note is not None:
            self._send(r.Plan(now_ns, note.off, note.tag))

    def linger(self, released_ns: int, for_ns: int = LINGER_NS) -> None:
        """The melody note was released: its voices end a moment later, unless they are adopted."""
        for note in self._sounding.values():
            if note.ends_ns is None:
                note.ends_ns = released_ns + for_ns
                self._send(r.Plan(note.ends_ns, note.off, note.tag))

    def adopt(self, now_ns: int) -> set[int]:
        """A new melody note takes over the voices that still sound. Returns those that have ended."""
        ended = {
            v
            for v, note in self._sounding.items()
            if (note.ends_ns or now_ns + LINGER_NS) - now_ns < _TOO_LATE_NS
        }
        for voice in ended:
            del self._sounding[voice]
        for note in self._sounding.values():
            if note.ends_ns is not None:
                note.ends_ns = None
                self._send(r.Cancel(note.tag, r.CancelMode.KEEP))
        return ended

    def clear(self, now_ns: int) -> None:
        """Everything ends now."""
        self.go_home()
        for voice in list(self._sounding):
            self.end(voice, now_ns)

    def forget(self) -> None:
        """The stage has ended everything by itself."""
        self._sounding.clear()
        self._standing_by.clear()

    def silenced_by(self, record: r.Sent | r.Dropped | r.Cancelled) -> int | None:
        """The voice that a report of the stage says is silent: dropped, or ended after its melody note."""
        if isinstance(record, r.Dropped) or (isinstance(record, r.Sent) and is_note_off(record.message)):
            return self.lost(record.tag)
        return None

    def lost(self, tag: int) -> int | None:
        """A note was not sent or has ended by itself: the voice that it belonged to, now silent."""
        for voice, note in self._sounding.items():
            if note.tag == tag:
                del self._sounding[voice]
                return voice
        return None

    def _note(self, voice: int, meant: int, velocity: int) -> Voice | None:
        """By its route, which is asked for here alone: the note-off goes where the note-on went."""
        route = self._routing.route(voice)
        pitch = route.pitch(meant)
        if pitch is None:
            return None
        note = Voice(meant, pitch, route.channel, route.loudness(velocity), self._tags())
        self._expect(note.tag, note.on, voice, meant)
        return note

    def _sent_home(self, voices: Iterable[int]) -> list[r.EngineRecord]:
        orders: list[r.EngineRecord] = []
        for voice in list(voices):
            note, before = self._standing_by.pop(voice)
            orders.append(r.Cancel(note.tag))
            if before is not None:  # what the voice played goes on
                orders.append(r.Cancel(before.tag, r.CancelMode.KEEP))
        return orders
