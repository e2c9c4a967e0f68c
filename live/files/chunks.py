"""The chunks of a standard MIDI file: taken apart and put together byte for byte."""

from __future__ import annotations

import struct

from live.files.music import MidiSource
from live.files.unreadable import UnreadableError


def split(data: bytes) -> MidiSource:
    """The division and the track bodies of a MIDI file; foreign chunks are skipped.

    Raises ``UnreadableError`` for what is no MIDI file, is cut short, or has no usable division.
    """
    if not data:
        raise UnreadableError("it is empty")
    if not data.startswith(b"MThd"):
        raise UnreadableError("it is not a MIDI file (it does not begin with MThd)")
    chunks = _chunks(data)
    header = chunks[0][1]
    if len(header) < 6:
        raise UnreadableError("its MIDI header is too short")
    form, count, division = struct.unpack(">HHh", header[:6])
    tracks = [body for name, body in chunks[1:] if name == b"MTrk"][:count]
    if form > 1:
        raise UnreadableError(f"it is MIDI of type {form}; save it as type 0 or 1")
    if len(tracks) < count:
        raise UnreadableError(f"it is cut short: {len(tracks)} of its {count} tracks are there")
    source = MidiSource(division, tuple(tracks))
    if not source.ticks_per_quarter:
        raise UnreadableError("its header says 0 ticks a quarter")
    return source


def join(source: MidiSource, added: list[bytes]) -> bytes:
    """A file of type 1 with the source's tracks as they were, then the added ones."""
    tracks = [*source.tracks, *added]
    header = struct.pack(">HHh", 1, len(tracks), source.division)
    return _chunk(b"MThd", header) + b"".join(_chunk(b"MTrk", body) for body in tracks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack(">L", len(body)) + body


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """All chunks in order; bytes after the last track that form no chunk are ignored."""
    found: list[tuple[bytes, bytes]] = []
    at = 0
    while len(data) - at >= 8:
        name, size = struct.unpack(">4sL", data[at : at + 8])
        body = data[at + 8 : at + 8 + size]
        if len(body) < size:
            if name in (b"MThd", b"MTrk"):
                raise UnreadableError(f"it is cut short: {size - len(body)} bytes are missing")
            break
        found.append((name, body))
        at += 8 + size
    if not found:
        raise UnreadableError("it is cut short: its MIDI header is not complete")
    return found
