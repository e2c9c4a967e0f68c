"""How many tokens of Performance RNN's vocabulary a performance takes.

Published figures are per token of this vocabulary: 128 note-ons, 128 note-offs, 100 time shifts of
10 ms to 1 s, 32 velocities that are said when they change (Oore et al., "This Time with Feeling",
2018; Huang et al., "Music Transformer", 2019).
"""

from __future__ import annotations

import numpy as np

from models.convert import NoteArray
from models.grid import velocity_bin

LONGEST_SHIFT = 100
"""Ticks (of 10 ms) that one time shift can pass."""


def count_tokens(notes: NoteArray) -> int:
    """The number of tokens for notes ``[n, 5]`` of the performance grid (unrounded)."""
    if not len(notes):
        return 0
    start = np.floor(notes[:, 0] + 0.5).astype(np.int64)
    end = np.floor(notes[:, 0] + notes[:, 3] + 0.5).astype(np.int64)
    moments = np.unique(np.concatenate([start, np.maximum(end, start + 1)]))
    shifts = -(-np.diff(moments) // LONGEST_SHIFT)
    order = np.lexsort((notes[:, 1], start))
    loudness = velocity_bin(notes[order, 2].astype(np.int32))
    changes = 1 + np.count_nonzero(np.diff(loudness))
    return int(2 * len(notes) + shifts.sum() + changes)
