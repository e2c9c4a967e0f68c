"""Lines: whether music is a single one, which part carries the melody, and the melody itself."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from live.errors import FileError
from live.files.music import Music, Part
from models.convert import NoteArray

LEGATO = 0.25
"""Quarters for which two notes of one line may overlap; never more than half of the shorter one."""
CHANCE = 0.02
"""The share of notes that may stand on others in what still counts as a single line."""
ROLL = 0.0625
"""Quarters within which the notes of a rolled chord begin."""

_MELODY_NAME = re.compile(r"melod|sopran|vocal|voice|lead|cantus|tune", re.IGNORECASE)


def is_line(music: Music) -> bool:
    """Whether one note at a time is played, whatever the number of parts; legato may overlap."""
    notes = np.concatenate([part.notes for part in music.pitched])
    return int(stacked(notes).sum()) <= CHANCE * len(notes)


def stacked(notes: NoteArray) -> NDArray[np.bool_]:
    """``[n]``, by onset: which notes begin while another goes on for longer than legato."""
    notes = notes[np.lexsort((notes[:, 3], notes[:, 0]))]
    onset, length = notes[:, 0], notes[:, 3]
    end = onset + length
    found = np.zeros(len(notes), bool)
    if len(notes) < 2:
        return found
    # The earlier note that ends last, for each note but the first.
    latest = np.maximum.accumulate(end)[:-1]
    holder = np.maximum.accumulate(np.where(end[:-1] == latest, np.arange(len(notes) - 1), 0))
    overlap = np.minimum(latest, end[1:]) - onset[1:]
    found[1:] = overlap > legato(length[1:], length[holder])
    return found


def legato(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """How long two notes of these lengths may overlap and still follow each other, in quarters."""
    allowed: NDArray[np.float64] = np.minimum(np.minimum(one, other) / 2, LEGATO)
    return allowed + 1e-9


def melody_part(music: Music, name: str | None = None) -> Part:
    """The part of this name (or number, from 1); else one named like a melody; else the highest.

    Raises ``FileError`` when no part is called ``name``.
    """
    parts = music.pitched
    if name is not None:
        return _named(music, name)
    likely = [part for part in parts if _MELODY_NAME.search(part.name)]
    return max(likely or parts, key=_height)


def melody(part: Part) -> NoteArray:
    """The melody of a part: at every moment its highest note; each ends where the next begins.

    A lower note struck under a higher one is left out; a higher one takes over, and within a rolled
    chord it takes the place of the lower ones.
    """
    kept: list[NDArray[np.float64]] = []
    for note in part.notes[np.lexsort((-part.notes[:, 1], part.notes[:, 0]))]:
        if kept:
            last = kept[-1]
            overlap = min(last[0] + last[3], note[0] + note[3]) - note[0]
            if overlap > legato(last[3], note[3]) or note[0] == last[0]:
                if note[1] <= last[1]:
                    continue
                if note[0] - last[0] < ROLL:
                    kept.pop()
        kept.append(note)
    line = np.array(kept).reshape(-1, 5)
    line[:-1, 3] = np.minimum(line[:-1, 3], np.diff(line[:, 0]))
    return line


def _named(music: Music, name: str) -> Part:
    parts = music.pitched
    found = [part for part in parts if part.name.casefold() == name.casefold()]
    if name.isdecimal() and 0 < int(name) <= len(parts):
        found = found or [parts[int(name) - 1]]
    if not found:
        known = ", ".join(f"{at} {part.name}" for at, part in enumerate(parts, start=1))
        raise FileError(f"no part is called {name!r}; there are: {known}")
    return found[0]


def _height(part: Part) -> float:
    """The mean pitch, weighted by duration."""
    weights = part.notes[:, 3] + 1e-9
    return float((part.notes[:, 1] * weights).sum() / weights.sum())
