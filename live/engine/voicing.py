"""A chord as one to three voices under a melody: which tones, and where, so that one leads to the next."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import combinations

import numpy as np

from models.chord import QUALITIES, Chord

LOWEST, REACH = 43, 26
"""No voice goes below this (G2) as long as the melody leaves room, nor so many semitones under the melody."""
_MOST = 9
"""Tones that are thought of, the highest ones: 84 ways to set three voices."""

_MISSING = {"third": 9.0, "root": 6.0, "seventh": 5.0}
_NOT_ROOT, _DOUBLED, _WIDE, _FAR, _LEAP = 2.5, 2.0, 3.0, 0.4, 0.5
"""What it costs: a lowest voice without the root; a class sung twice; voices further apart than an octave;
each semitone from the melody beyond an octave; each semitone that a voice moves."""


def voiced(
    chord: Chord, voices: int, melody: int, before: Mapping[int, int], taken: Collection[int] = ()
) -> dict[int, int]:
    """Pitches for voices 1.. from the top, all below ``melody``; fewer where there is no room.

    ``before`` says where voices are: they move little. ``taken`` pitches, which the player sounds, are left
    to him where others are left. Pure; takes 0.2 ms.
    """
    tones = _tones(chord, melody, voices, taken)
    count = min(voices, len(tones))
    if not count:
        return {}
    ways = np.array([way[::-1] for way in combinations(tones, count)])  # each from the top
    cost = _cost(chord, ways, melody)
    for voice, pitch in before.items():
        if voice <= count:
            cost += _LEAP * np.abs(ways[:, voice - 1] - pitch)
    return dict(enumerate(ways[int(cost.argmin())].tolist(), 1))


def _tones(chord: Chord, melody: int, voices: int, taken: Collection[int]) -> list[int]:
    """Tones of the chord under the melody, upwards."""
    classes = set(chord.classes)
    for lowest, avoided in ((LOWEST, taken), (LOWEST, ()), (0, ())):
        pitches = range(max(lowest, melody - REACH), melody)
        found = [pitch for pitch in pitches if pitch % 12 in classes and pitch not in avoided]
        if len(found) >= voices:
            break
    return found[-_MOST:]


def _cost(chord: Chord, ways: np.ndarray, melody: int) -> np.ndarray:
    classes = ways % 12
    cost = np.zeros(len(ways))
    for name, tone in _needed(chord).items():
        if tone != melody % 12:
            cost += _MISSING[name] * ~(classes == tone).any(axis=1)
    if ways.shape[1] > 2:
        bass = chord.root if chord.bass is None else chord.bass
        cost += _NOT_ROOT * (classes[:, -1] != bass)
    sung = np.concatenate([classes, np.full((len(ways), 1), melody % 12)], axis=1)
    for one, other in combinations(range(sung.shape[1]), 2):
        cost += _DOUBLED * (sung[:, one] == sung[:, other])
    cost += _WIDE * (np.diff(ways, axis=1) < -12).sum(axis=1)
    cost += _FAR * np.maximum(0, melody - ways[:, 0] - 12)
    return cost


def _needed(chord: Chord) -> dict[str, int]:
    """The tones that say which chord it is."""
    steps = QUALITIES[chord.quality]
    third = next((step for step in (4, 3, 5, 2) if step in steps), None)
    seventh = next((step for step in (10, 11, 9) if step in steps and len(steps) > 3), None)
    found = {"root": 0, "third": third, "seventh": seventh}
    return {name: (chord.root + step) % 12 for name, step in found.items() if step is not None}
