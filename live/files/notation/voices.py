"""The notes of a part to voices: in each one chord after another, none over the next."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

from live.files.exact import fraction
from live.files.music import Part


class Chord(NamedTuple):
    """Pitches, from the lowest, that begin and end together; times in quarters."""

    onset: Fraction
    end: Fraction
    pitches: tuple[int, ...]


def voices_of(part: Part) -> list[list[Chord]]:
    """The voices of a part, the one that begins with the highest notes first; at least one."""
    together: dict[tuple[Fraction, Fraction], list[set[int]]] = {}
    for onset, pitch, _, length, _ in part.notes.tolist():
        start, end = fraction(onset), fraction(onset + length)
        if end > start:
            doubled = together.setdefault((start, end), [set()])
            if all(int(pitch) in pitches for pitches in doubled):
                doubled.append(set())  # two voices in unison
            next(pitches for pitches in doubled if int(pitch) not in pitches).add(int(pitch))
    chords = [
        Chord(*times, tuple(sorted(pitches))) for times, doubled in together.items() for pitches in doubled
    ]
    voices: list[list[Chord]] = [[]]
    for chord in sorted(chords, key=lambda each: (each.onset, -each.pitches[-1], each.end)):
        free = [voice for voice in voices if not voice or voice[-1].end <= chord.onset]
        if not free:
            voices.append([])
            free = voices[-1:]
        min(free, key=lambda voice: _leap(voice, chord)).append(chord)
    return voices


def _leap(voice: list[Chord], chord: Chord) -> float:
    """How far a voice would leap; it had better go on at once."""
    if not voice:
        return 40.0
    rest = 12.0 if voice[-1].end < chord.onset else 0.0
    return rest + abs(voice[-1].pitches[-1] - chord.pitches[-1])
