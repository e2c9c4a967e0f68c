"""Music to a MIDI file: what was read stays as it was, what is new stands in tracks of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from live.files.chunks import join
from live.files.conductor import conductor_track
from live.files.music import DRUM_CHANNEL, MidiSource, Music, Part
from live.files.tracks import division_for, part_track


def midi_bytes(music: Music, added: Sequence[Part] = ()) -> bytes:
    """A MIDI file of the music and, after its own tracks, the added parts (times in the music's quarters).

    A MIDI input keeps every byte of its tracks; type 0 becomes type 1. Added parts get channels
    that the music does not use.
    """
    source = music.midi or _clean_source(music)
    used = source.channels
    tracks = []
    for part in added:
        placed = _placed(part, music, used)
        used |= {placed.channel}
        tracks.append(part_track(placed, source.ticks_per_quarter))
    return join(source, tracks)


def _placed(part: Part, music: Music, used: frozenset[int]) -> Part:
    """The part on a channel of its own; where all are taken, on one that plays its program."""
    free = [channel for channel in range(16) if channel not in used and channel != DRUM_CHANNEL]
    if free:
        return replace(part, channel=free[0])
    shared = [other for other in music.pitched if other.program == part.program]
    host = (shared or music.pitched)[0]
    return replace(part, channel=host.channel, program=None)


def _clean_source(music: Music) -> MidiSource:
    """A new MIDI file of a score: a track with tempo and meters, then the parts."""
    division = division_for([part.notes for part in music.parts])
    tracks = [conductor_track(music, division)]
    tracks += [part_track(part, division) for part in music.parts]
    return MidiSource(division, tuple(tracks), frozenset(part.channel for part in music.parts))
