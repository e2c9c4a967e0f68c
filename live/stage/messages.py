"""MIDI messages as ``bytes``: what they are. Never blocks."""

from __future__ import annotations

from typing import NamedTuple

SUSTAIN, SOSTENUTO, HOLD_2 = 64, 66, 69
HOLDING_PEDALS = frozenset((SUSTAIN, SOSTENUTO, HOLD_2))
"""Controllers that keep notes sounding."""

ALL_SOUND_OFF = 120
ALL_NOTES_OFF = 123
SYSTEM_RESET = 0xFF

DATA_BYTES = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}
"""Of channel messages, by the upper half of the status."""
SYSTEM_DATA_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1, 0xF6: 0}
"""Of system messages that have a length; those from 0xF8 on are single bytes."""


CLOCK = frozenset((0xF2, 0xF8, 0xFA, 0xFB, 0xFC))
"""Song position, tick, start, continue, stop."""
TICKS = 24
"""Of MIDI clock, a quarter."""


class Incoming(NamedTuple):
    """One message of one input; ``source`` is the input's number."""

    stamp_ns: int
    source: int
    message: bytes


def is_note_on(message: bytes) -> bool:
    """A key goes down (velocity above 0)."""
    return len(message) == 3 and message[0] & 0xF0 == 0x90 and message[2] > 0


def is_note_off(message: bytes) -> bool:
    """A key goes up (also written as a note-on of velocity 0)."""
    return len(message) == 3 and (
        message[0] & 0xF0 == 0x80 or (message[0] & 0xF0 == 0x90 and message[2] == 0)
    )


def is_controller(message: bytes) -> bool:
    """A control change."""
    return len(message) == 3 and message[0] & 0xF0 == 0xB0


def note_off(channel: int, pitch: int) -> bytes:
    """The note-off that the stage makes itself; its release velocity is the neutral 64."""
    return bytes((0x80 | channel, pitch, 64))


def controller(channel: int, number: int, value: int) -> bytes:
    """A control change."""
    return bytes((0xB0 | channel, number, value))
