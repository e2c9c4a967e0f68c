"""The chords that music already has: its chord symbols, else a part that plays chords."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from live.files.music import Music, Part
from models.chord import Chord
from models.fingered import fingered
from models.key import Key

TOGETHER = 0.0625
"""Quarters within which the notes of a chord begin."""
LEAST_NOTES, SHARE = 3, 0.7
"""A part plays chords if this share of its notes stand in chords of at least so many."""


class Given(NamedTuple):
    """A chord from ``quarter`` on; None: none is to be played there."""

    quarter: float
    chord: Chord | None


def given_chords(music: Music, melody: Part, key: Key) -> list[Given]:
    """In order; empty where the music has none."""
    if music.chords:
        return [
            Given(mark.quarter, None if mark.name == "N.C." else Chord.parse(mark.name))
            for mark in music.chords
        ]
    for part in music.pitched:
        if part is melody:
            continue
        groups = _groups(part)
        inside = sum(len(pitches) for _, pitches in groups if len(pitches) >= LEAST_NOTES)
        if inside >= SHARE * len(part.notes):
            found = [Given(quarter, fingered(pitches, key)) for quarter, pitches in groups]
            return [given for given in found if given.chord is not None]
    return []


def _groups(part: Part) -> list[tuple[float, list[int]]]:
    """Notes that begin together."""
    found: list[tuple[float, list[int]]] = []
    for onset, pitch in part.notes[np.argsort(part.notes[:, 0], kind="stable"), :2].tolist():
        if found and onset - found[-1][0] <= TOGETHER:
            found[-1][1].append(int(pitch))
        else:
            found.append((onset, [int(pitch)]))
    return found
