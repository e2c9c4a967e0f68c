"""Tracks of a session as a MIDI file: real times at a fixed tempo, for nobody has told a beat."""

from __future__ import annotations

from pathlib import Path

import mido

from live.files.chunks import join
from live.files.conductor import conductor_track
from live.files.midi import read_midi
from live.files.music import MidiSource, Music
from live.files.tempo import TempoMap
from live.files.tracks import track_body
from live.files.whole import write_whole
from live.sessions.tracks import Track, span

TICKS_PER_QUARTER = 960
BPM = 120.0
"""In free time. A tick lasts 0.52 ms, so that no message is moved by more than 0.26 ms."""
TICKS_PER_SECOND = TICKS_PER_QUARTER * BPM / 60


def write_session(path: Path, tracks: list[Track], name: str, start_ns: int | None = None) -> Music:
    """Write the tracks; the file begins at ``start_ns``, else with the first message.

    Returns what the file holds. Raises ``FileError`` when it cannot be written.
    """
    data = session_bytes(tracks, name, start_ns)
    write_whole(path, data)
    return read_midi(path, data)


def session_bytes(tracks: list[Track], name: str, start_ns: int | None = None, bpm: float = BPM) -> bytes:
    """The bytes of :func:`write_session`; in another tempo, that of the music where it has one."""
    origin = span(tracks)[0] if start_ns is None else start_ns
    conductor = conductor_track(Music(name, (), TempoMap.steady(bpm)), TICKS_PER_QUARTER)
    source = MidiSource(TICKS_PER_QUARTER, (conductor,))
    return join(source, [_body(track, origin, TICKS_PER_QUARTER * bpm / 60) for track in tracks])


def _body(track: Track, origin_ns: int, per_second: float) -> bytes:
    """A note lasts a tick at least, and ends before its key is struck again."""

    def tick(ns: int) -> int:
        return max(0, round((ns - origin_ns) * per_second / 1e9))

    timed = [(0, mido.MetaMessage("track_name", name=track.name))]
    timed += [(tick(at), mido.Message.from_bytes(message)) for at, message in track.controls]
    free: dict[tuple[int, int], int] = {}
    for note in sorted(track.notes):
        key = (note.channel, note.pitch)
        on = max(tick(note.start_ns), free.get(key, 0))
        off = free[key] = max(tick(note.end_ns), on + 1)
        told = {"channel": note.channel, "note": note.pitch}
        timed.append((on, mido.Message("note_on", velocity=note.velocity, **told)))
        timed.append((off, mido.Message("note_off", velocity=note.release, **told)))
    return track_body(timed)
