"""The companion's sounding voices: who sounds, because of which melody note, and until when."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from live.stage import records as r
from live.stage.messages import is_note_off

MILLISECOND = 1_000_000
LINGER_NS = 60 * MILLISECOND
"""A voice outlasts its melody note by this, so that a legato player's next note can adopt it."""
_TOO_LATE_NS = 5 * MILLISECOND
"""An end nearer than this cannot be taken back: the stage may have sent it already."""

Orders = Callable[..., None]
"""Takes stage orders; any number at once."""


@dataclass
class Voice:
    """One sounding note. ``ends_ns``: when its note-off is due, if it is planned."""

    pitch: int
    channel: int
    tag: int
    ends_ns: int | None = None


class Voices:
    """Notes of the companion by voice. Owned by the engine's thread; orders never block."""

    def __init__(self, send: Orders, channels: tuple[int, ...], tags: Callable[[], int]) -> None:
        self._send, self._channels, self._tags = send, channels, tags
        self._sounding: dict[int, Voice] = {}

    @property
    def channels(self) -> tuple[int, ...]:
        """MIDI channels (0-15) that the companion plays on."""
        return self._channels

    def begin(self, voice: int, pitch: int, velocity: int, now_ns: int, cause: int = 0) -> None:
        """A note now; the voice's note before it ends first."""
        self.end(voice, now_ns)
        channel = self._channels[(voice - 1) % len(self._channels)]
        tag = self._tags()
        self._sounding[voice] = Voice(pitch, channel, tag)
        self._send(r.Plan(now_ns, bytes((0x90 | channel, pitch, velocity)), tag, cause))

    def end(self, voice: int, now_ns: int) -> None:
        """The voice's note ends now."""
        note = self._sounding.pop(voice, None)
        if note is not None:
            self._send(r.Plan(now_ns, bytes((0x80 | note.channel, note.pitch, 0)), note.tag))

    def linger(self, released_ns: int) -> None:
        """The melody note was released: its voices end a moment later, unless they are adopted."""
        for note in self._sounding.values():
            if note.ends_ns is None:
                note.ends_ns = released_ns + LINGER_NS
                off = bytes((0x80 | note.channel, note.pitch, 0))
                self._send(r.Plan(note.ends_ns, off, note.tag))

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
        for voice in list(self._sounding):
            self.end(voice, now_ns)

    def forget(self) -> None:
        """The stage has ended everything by itself."""
        self._sounding.clear()

    def express(self, message: bytes, now_ns: int) -> None:
        """Bend, pressure or a controller of the player on every channel of the companion."""
        for channel in dict.fromkeys(self._channels):
            own = bytes((message[0] & 0xF0 | channel, *message[1:]))
            self._send(r.Plan(now_ns, own, tag=0))

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
