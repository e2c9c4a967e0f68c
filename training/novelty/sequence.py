"""Notes in one order, whoever played them: what two pieces of music are compared by.

Notes that begin together (on the performance grid: each within 30 ms of the one before) count as struck at
once and stand from high to low, so that a chord that is spread in another way is still the same chord.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.convert import NoteArray
from models.grid import Grid

CHORD_TICKS = 3
"""Ticks of 10 ms within which two notes count as struck together; the fastest trills are twice as slow."""
LONGEST_FIGURE = 16
"""Notes."""


class Sequence(NamedTuple):
    """``pitch`` ``[n]``, ``onset`` ``[n]`` in whole ticks (of a chord: of its first note)."""

    pitch: NDArray[np.int16]
    onset: NDArray[np.int32]


def in_order(notes: NoteArray, grid: Grid) -> Sequence:
    """Notes ``[n, 5]`` of any voices as one sequence."""
    by_time = np.argsort(notes[:, 0], kind="stable")
    onset = np.rint(notes[by_time, 0]).astype(np.int32)
    pitch = notes[by_time, 1].astype(np.int16)
    together = 0 if grid.monophonic else CHORD_TICKS
    begins = np.ones(len(onset), bool)
    begins[1:] = np.diff(onset) > together
    onset = onset[begins][np.cumsum(begins) - 1] if len(onset) else onset
    order = np.lexsort((-pitch, onset))
    return Sequence(pitch[order], onset[order])


def lines(notes: NoteArray, grid: Grid) -> list[Sequence]:
    """What may be copied by itself: each voice of a score, a performance as a whole."""
    if not grid.monophonic:
        return [in_order(notes, grid)]
    return [in_order(notes[notes[:, 4] == voice], grid) for voice in np.unique(notes[:, 4])]


def fresh(pitch: NDArray[np.int16]) -> NDArray[np.bool_]:
    """``[n]``: which notes do not repeat a figure (of up to :data:`LONGEST_FIGURE` notes) that went just
    before. A trill, a repeated chord, a broken chord that goes on and on are the same in all music.
    """
    found = np.ones(len(pitch), bool)
    for size in range(1, min(LONGEST_FIGURE, len(pitch) // 2) + 1):
        same = pitch[size:] == pitch[:-size]
        turned = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]]).astype(np.int8)))
        for first, last in zip(turned[::2].tolist(), turned[1::2].tolist(), strict=True):
            if last - first >= size:
                found[size + first : size + last] = False
    return found
