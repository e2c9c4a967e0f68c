"""What the beat network is told of an onset: one row of numbers, the same in training and live.

An onset is the notes struck within ``SPREAD_SECONDS`` of the first of them. Its row says how loud, low, high
and thick it is beside the last ones, and, at which distances in time the last onsets lie (a histogram over
the log of the distance: a regular pulse is a comb in it).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SPREAD_SECONDS = 0.04
"""Notes nearer than this to the first one are one onset: a chord as hands play it."""
BACK = 32
"""Onsets that a row looks back to."""
LAG_BINS = 64
SHORTEST, LONGEST = 0.03, 6.5
"""Distances in seconds that the histogram holds."""
AT, LOW, HIGH, COUNT, LOUD, CHROMA = 0, 1, 2, 3, 4, 5
"""Columns of a table of onsets: seconds, lowest, highest pitch, notes, loudest velocity, 12 pitch classes."""
COLUMNS = CHROMA + 12
FEATURES = 4 * LAG_BINS + 10 + 12
_WIDTH = np.log(LONGEST / SHORTEST) / (LAG_BINS - 1)


def onsets(notes: Floats) -> Floats:
    """A table of onsets ``[m, COLUMNS]`` from notes ``[n, 3]`` in order (seconds, pitch, velocity)."""
    table = np.zeros((len(notes), COLUMNS))
    size = -1
    for at, pitch, velocity in notes.tolist():
        if size < 0 or at - table[size, AT] >= SPREAD_SECONDS:
            size += 1
            table[size, :CHROMA] = at, pitch, pitch, 0, 0
        join(table[size], pitch, velocity)
    return table[: size + 1]


def join(onset: Floats, pitch: float, velocity: float) -> None:
    """Add a note to an onset, in place."""
    onset[LOW] = min(onset[LOW], pitch)
    onset[HIGH] = max(onset[HIGH], pitch)
    onset[COUNT] += 1
    onset[LOUD] = max(onset[LOUD], velocity)
    onset[CHROMA + int(pitch) % 12] = 1


def rows(table: Floats, count: int) -> NDArray[np.float32]:
    """The rows ``[count, FEATURES]`` of the last onsets of a table; each sees ``BACK`` onsets before it."""
    size = len(table)
    own = np.arange(size - count, size)
    before = own[:, None] - np.arange(1, BACK + 1)
    there = before >= 0
    before = np.maximum(before, 0)
    many = there.sum(1) + 1.0
    lows, louds = table[:, LOW], table[:, LOUD]
    mean_low = (lows[own] + (lows[before] * there).sum(1)) / many
    mean_loud = (louds[own] + (louds[before] * there).sum(1)) / many
    lag = table[own, AT][:, None] - table[before, AT]
    there &= lag < LONGEST
    place = np.log(np.maximum(lag, SHORTEST) / SHORTEST) / _WIDTH
    floor = np.minimum(place.astype(np.int64), LAG_BINS - 2)
    part = (place - floor) * there
    accent = np.clip((louds[before] - mean_loud[:, None]) / 16, 0, 2)
    bass = np.clip((mean_low[:, None] - lows[before]) / 12, 0, 2)
    index = floor + np.arange(count)[:, None] * LAG_BINS
    out = np.empty((count, FEATURES), np.float32)
    for block, weight in enumerate((None, accent, bass)):
        upper = part if weight is None else part * weight
        lower = (there - part) if weight is None else (there - part) * weight
        held = np.bincount(index.ravel(), lower.ravel(), count * LAG_BINS + 1)
        held[1:] += np.bincount(index.ravel(), upper.ravel(), count * LAG_BINS)
        out[:, block * LAG_BINS : (block + 1) * LAG_BINS] = held[:-1].reshape(count, LAG_BINS)
    last = out[:, 3 * LAG_BINS : 4 * LAG_BINS]
    last[:] = 0
    line = np.arange(count)
    last[line, floor[:, 0]] = there[:, 0] - part[:, 0]
    last[line, floor[:, 0] + 1] = part[:, 0]
    previous = before[:, 0]
    known = own > 0
    rest = out[:, 4 * LAG_BINS :]
    rest[:, 0] = (louds[own] - mean_loud) / 16
    rest[:, 1] = (lows[own] - mean_low) / 12
    rest[:, 2] = (table[own, HIGH] - mean_low) / 12 - 2
    rest[:, 3] = table[own, COUNT] / 4
    rest[:, 4] = table[own, COUNT] - table[previous, COUNT]
    rest[:, 4] *= known / 4
    rest[:, 5] = (lows[own] - lows[previous]) / 12
    rest[:, 6] = (table[own, HIGH] - table[previous, HIGH]) / 12
    rest[:, 7] = (louds[own] - louds[previous]) / 16
    rest[:, 8] = lows[own] / 32 - 1.5
    rest[:, 9] = known
    rest[:, 10:] = table[own, CHROMA:]
    return out
