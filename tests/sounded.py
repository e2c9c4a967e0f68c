"""What a listener would hear: note-ons and note-offs on the wire, paired."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

NEVER = float("inf")


class Sounded(NamedTuple):
    """A note on the wire; ``channel`` 0-15, times in milliseconds, ``end`` :data:`NEVER` while it sounds."""

    start: float
    channel: int
    pitch: int
    velocity: int
    end: float = NEVER


def sounded(messages: Iterable[tuple[float, bytes]]) -> list[Sounded]:
    """All notes by their starts. No key is struck that sounds, none is let go that does not."""
    notes: list[Sounded] = []
    under_way: dict[tuple[int, int], int] = {}
    for at, message in messages:
        kind, key = message[0] & 0xF0, (message[0] & 0x0F, message[1])
        if kind == 0x90 and message[2]:
            assert key not in under_way, f"struck while it sounds: {key} at {at} ms"
            under_way[key] = len(notes)
            notes.append(Sounded(at, *key, message[2]))
        elif kind in (0x80, 0x90):
            assert key in under_way, f"let go though it does not sound: {key} at {at} ms"
            index = under_way.pop(key)
            notes[index] = notes[index]._replace(end=at)
    return notes


def sounding_at(notes: Iterable[Sounded], at: float) -> dict[int, int]:
    """Channel -> pitch of the notes that sound; one note a channel."""
    found: dict[int, int] = {}
    for note in notes:
        if note.start <= at < note.end:
            assert note.channel not in found, f"two notes on channel {note.channel} at {at} ms"
            found[note.channel] = note.pitch
    return found


def on(pitch: int, velocity: int = 80, channel: int = 0) -> bytes:
    """A key goes down."""
    return bytes((0x90 | channel, pitch, velocity))


def off(pitch: int, channel: int = 0) -> bytes:
    """A key comes up."""
    return bytes((0x80 | channel, pitch, 0))


def controller(number: int, value: int, channel: int = 0) -> bytes:
    """A control change."""
    return bytes((0xB0 | channel, number, value))
