"""MIDI messages as ``bytes``: what they are, and how raw input is cut into them. Never blocks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

SUSTAIN, SOSTENUTO, HOLD_2 = 64, 66, 69
HOLDING_PEDALS = frozenset((SUSTAIN, SOSTENUTO, HOLD_2))
"""Controllers that keep notes sounding."""

ALL_SOUND_OFF = 120
ALL_NOTES_OFF = 123
SYSTEM_RESET = 0xFF

_DATA_BYTES = {0x80: 2, 0x90: 2, 0xA0: 2, 0xB0: 2, 0xC0: 1, 0xD0: 1, 0xE0: 2}
_SYSTEM_DATA_BYTES = {0xF1: 1, 0xF2: 2, 0xF3: 1, 0xF6: 0}
_REALTIME = range(0xF8, 0x100)
_SYSEX, _SYSEX_END = 0xF0, 0xF7


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


def split(data: Sequence[int]) -> tuple[list[bytes], int]:
    """Cut what a port gave at once into messages, and count the bytes that are no MIDI.

    A port gives whole messages; drivers and other programs are known to give several, with running
    status, or rubbish. A system exclusive message stays in one piece, byte for byte.
    """
    try:
        raw = bytes(data)
    except ValueError:
        return [], len(data)
    if _is_whole(raw):
        return [raw], 0
    return _split_slowly(raw)


def _is_whole(raw: bytes) -> bool:
    """One complete message and nothing else: the case that always happens."""
    if not raw or raw[0] < 0x80:
        return False
    status = raw[0]
    if status == _SYSEX:
        return raw.find(_SYSEX_END) in (-1, len(raw) - 1)
    wanted = _DATA_BYTES.get(status & 0xF0, _SYSTEM_DATA_BYTES.get(status))
    if wanted is None:
        return status in _REALTIME and len(raw) == 1
    return len(raw) == wanted + 1 and all(byte < 0x80 for byte in raw[1:])


def _split_slowly(raw: bytes) -> tuple[list[bytes], int]:
    found: list[bytes] = []
    bad = 0
    partial = b""  # the message under way; after a whole one, its status alone (running status)
    place = 0
    while place < len(raw):
        byte = raw[place]
        place += 1
        if byte in _REALTIME:
            found.append(bytes((byte,)))
        elif byte == _SYSEX:
            end = raw.find(_SYSEX_END, place)
            end = len(raw) if end < 0 else end + 1
            found.append(raw[place - 1 : end])
            bad += max(0, len(partial) - 1)
            partial, place = b"", end
        elif byte >= 0x80:
            bad += max(0, len(partial) - 1)
            wanted = _SYSTEM_DATA_BYTES.get(byte, 0) if byte >= 0xF0 else 1
            known = byte < 0xF0 or byte in _SYSTEM_DATA_BYTES
            if known and wanted:
                partial = bytes((byte,))
            else:
                partial = b""
                if known:
                    found.append(bytes((byte,)))
                else:
                    bad += 1
        elif not partial:
            bad += 1
        else:
            partial += bytes((byte,))
            status = partial[0]
            if len(partial) - 1 == _DATA_BYTES.get(status & 0xF0, _SYSTEM_DATA_BYTES.get(status)):
                found.append(partial)
                partial = partial[:1] if status < 0xF0 else b""
    return found, bad + max(0, len(partial) - 1)
