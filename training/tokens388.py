"""How many tokens of Performance RNN's vocabulary a performance takes.

Published figures are per token of this vocabulary: 128 note-ons, 128 note-offs, 100 time shifts of
10 ms to 1 s, 32 velocities that are said when they change (Oore et al., "This Time with Feeling",
2018; Huang et al., "Music Transformer", 2019).

MAESTRO v3.0.0 makes 22,889,077 / 2,591,871 / 2,989,743 tokens here. The project's reference counts
are 54, 43 and 31 lower (17 in a million at most). MAESTRO's MIDI ticks fall on exact half ticks of
10 ms about once in a hundred, and there any way of rounding differs by some tens (of 24 tried, none
met all three counts); a pedal that never comes up explains 30, 17 and 10 (held here until its last
movement, there until the last release). Divide by :data:`REFERENCE` to compare with others.
"""

from __future__ import annotations

import numpy as np

from models.convert import NoteArray
from models.grid import velocity_bin

LONGEST_SHIFT = 100
"""Ticks (of 10 ms) that one time shift can pass."""

REFERENCE = {"train": 22_889_023, "validation": 2_591_828, "test": 2_989_712}
"""The counts of MAESTRO v3.0.0 by which this project's likelihoods are divided."""


def count_tokens(notes: NoteArray) -> int:
    """The number of tokens for notes ``[n, 5]`` of the performance grid (unrounded).

    Silence before the first note takes none; notes of one tick are said from low to high, each
    lasts at least a tick, and the first velocity counts as a change.
    """
    if not len(notes):
        return 0
    start = np.rint(notes[:, 0]).astype(np.int64)
    end = np.rint(notes[:, 0] + notes[:, 3]).astype(np.int64)
    moments = np.unique(np.concatenate([start, np.maximum(end, start + 1)]))
    shifts = -(-np.diff(moments) // LONGEST_SHIFT)
    order = np.lexsort((notes[:, 1], start))
    loudness = velocity_bin(notes[order, 2].astype(np.int32))
    changes = 1 + np.count_nonzero(np.diff(loudness))
    return int(2 * len(notes) + shifts.sum() + changes)
