"""Played onsets to the score grid: exact where they were written there, else the nearest place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.grid import TICKS_PER_QUARTER

PLACES = (0, 6, 8, 12, 16, 18)
"""Ticks of a quarter on which sixteenths and triplets stand."""
WRITTEN_ERROR = 0.1 / TICKS_PER_QUARTER
"""Quarters by which an onset of written music may miss the score grid (a MIDI file's own ticks)."""
WRITTEN_SHARE = 0.9
FREE_ERROR = 0.035
"""Mean distance from sixteenths and triplets, in quarters, above which music has no beat here.

Onsets spread evenly over a quarter are 0.049 off on average, onsets played to a click about 0.02.
"""


def is_written(quarters: NDArray[np.float64]) -> bool:
    """Whether nearly all onsets stand on the score grid, as in a score or its export."""
    return bool((distance(quarters, grid(quarters)) <= WRITTEN_ERROR).mean() >= WRITTEN_SHARE)


def is_free(quarters: NDArray[np.float64]) -> bool:
    """Whether onsets keep to no beat, so that meters in the file mean nothing."""
    return not is_written(quarters) and bool(distance(quarters, beat(quarters)).mean() > FREE_ERROR)


def grid(quarters: NDArray[np.float64]) -> NDArray[np.int64]:
    """The nearest ticks of the score grid."""
    return np.rint(quarters * TICKS_PER_QUARTER).astype(np.int64)


def beat(quarters: NDArray[np.float64]) -> NDArray[np.int64]:
    """The nearest sixteenths or triplets, in ticks."""
    places = np.array([*PLACES, TICKS_PER_QUARTER])
    whole = np.floor(quarters)
    ticks = (quarters - whole) * TICKS_PER_QUARTER
    nearest = np.abs(ticks[..., None] - places).argmin(axis=-1)
    snapped: NDArray[np.int64] = (whole * TICKS_PER_QUARTER).astype(np.int64) + places[nearest]
    return snapped


def distance(quarters: NDArray[np.float64], ticks: NDArray[np.int64]) -> NDArray[np.float64]:
    """How far places are from their ticks, in quarters."""
    return np.abs(quarters - ticks / TICKS_PER_QUARTER)
