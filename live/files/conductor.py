"""The first track of a clean MIDI file: title, tempo, meters, key."""

from __future__ import annotations

from collections.abc import Iterator

import mido

from live.files.music import MeterMark, Music
from live.files.tracks import track_body

_MAJOR = {0: "C", 1: "Db", 2: "D", 3: "Eb", 4: "E", 5: "F", 6: "F#", 7: "G", 8: "Ab", 9: "A",
          10: "Bb", 11: "B"}  # fmt: skip
_MINOR = {0: "Cm", 1: "C#m", 2: "Dm", 3: "Ebm", 4: "Em", 5: "Fm", 6: "F#m", 7: "Gm", 8: "G#m",
          9: "Am", 10: "Bbm", 11: "Bm"}  # fmt: skip


def conductor_track(music: Music, division: int) -> bytes:
    """The body of a track with what holds for all parts."""
    timed = [(0, mido.MetaMessage("track_name", name=music.name))]
    for quarter, pace in zip(music.tempo.quarters, music.tempo.pace, strict=True):
        tempo = min(0xFFFFFF, max(1, round(pace * 1e6)))
        timed.append((round(quarter * division), mido.MetaMessage("set_tempo", tempo=tempo)))
    for mark in music.meters:
        timed += [(round(at * division), sign) for at, sign in _signs(mark)]
    if music.key is not None:
        names = _MINOR if music.key.mode == "minor" else _MAJOR
        timed.append((0, mido.MetaMessage("key_signature", key=names[music.key.tonic])))
    return track_body(timed)


def _signs(mark: MeterMark) -> Iterator[tuple[float, mido.MetaMessage]]:
    """The meter; after a pickup at the first bar line, with the pickup as a short bar before it."""
    pickup = (mark.bar_line - mark.quarter) % mark.bar_quarters
    for unit in (4, 8, 16, 32):
        beats = round(pickup * unit / 4)
        if pickup and abs(beats - pickup * unit / 4) < 1e-6:
            yield mark.quarter, _sign(beats, unit)
            yield mark.quarter + pickup, _sign(mark.numerator, mark.denominator)
            return
    yield mark.quarter, _sign(mark.numerator, mark.denominator)


def _sign(numerator: int, denominator: int) -> mido.MetaMessage:
    return mido.MetaMessage("time_signature", numerator=numerator, denominator=denominator)
