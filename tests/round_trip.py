"""Music written to a format and read again: what differs."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from live.files.music import Music, Signature
from live.files.read import read_data
from live.files.write import encoded
from models.key import Key

C_MAJOR = (Signature(0.0, 0),)
PROGRAMS = (".musicxml", ".abc", ".mid")


def corpus(name: str) -> Path:
    import music21

    return Path(music21.__file__).parent / "corpus" / name


def again(music: Music, ending: str) -> Music:
    path = Path(f"again{ending}")
    return read_data(path, encoded(path, music).data)


def differences(before: Music, after: Music, ending: str) -> list[str]:
    """What the format could have kept and did not, by name. Of ABC with more voices than parts all notes."""
    pairs = list(zip(before.parts, after.parts, strict=False))
    paired = len(before.parts) == len(after.parts)
    whole = ending == ".abc" and not paired
    notation = ending != ".mid"
    keyed = before.key is not None and (notation or before.key != Key(0, "major"))
    repeats = [(music.repeats.starts, music.repeats.ends) for music in (before, after)]
    lost = {
        "notes": not equal(all_notes(before), all_notes(after))
        if whole
        else not paired or not all(equal(one.notes, other.notes) for one, other in pairs),
        "meters": bool(before.meters) and not same_meters(before, after),
        "tempo": not same_tempo(before, after),
        "key": keyed and before.key != after.key,
        "signatures": notation and (before.signatures or C_MAJOR) != (after.signatures or C_MAJOR),
        "repeats": notation and repeats[0] != repeats[1],
        "endings": notation and ending != ".krn" and endings(before, ending) != endings(after, ending),
        "lyrics": notation and not whole and any(one.lyrics != other.lyrics for one, other in pairs),
        "names": not whole and any(" ".join(one.name.split()) != other.name for one, other in pairs),
        "programs": ending in PROGRAMS
        and not whole
        and any(one.program not in (None, other.program) for one, other in pairs),
        "chords": notation and ending != ".krn" and before.chords != after.chords,
    }
    return [name for name, is_lost in lost.items() if is_lost]


def endings(music: Music, ending: str) -> list[tuple[float, ...]]:
    """ABC does not say where the last bracket ends."""
    found = music.repeats.endings
    return [(start, number, 0 if ending == ".abc" else end) for start, end, number in found]


def equal(one: np.ndarray, other: np.ndarray) -> bool:
    """Onset, pitch and length; a thousandth of a quarter is a tick."""
    return one.shape == other.shape and bool(np.allclose(one[:, [0, 1, 3]], other[:, [0, 1, 3]], atol=1e-3))


def all_notes(music: Music) -> np.ndarray:
    notes = np.concatenate([part.notes[:, :4] for part in music.parts]).round(4)
    notes[:, 2] = 0
    return notes[np.lexsort((notes[:, 3], notes[:, 1], notes[:, 0]))]


def same_meters(before: Music, after: Music) -> bool:
    """The same bar lines and beats wherever a note of the music begins."""
    from live.files.bars import bar_lines

    lines = [[quarter for _, quarter in bar_lines(music.meters, before.end)] for music in (before, after)]
    signs = [[mark[1:3] for mark in music.meters] for music in (before, after)]
    return np.allclose(*lines, atol=1e-3) if len(lines[0]) == len(lines[1]) else signs[0] == signs[1]


def same_tempo(before: Music, after: Music) -> bool:
    """The same seconds at every quarter, to a thousandth of them."""
    places = np.arange(0, before.end + 1)
    return bool(np.allclose(before.tempo.seconds_at(places), after.tempo.seconds_at(places), rtol=1e-3))
