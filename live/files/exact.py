"""Times of music as the fractions that they were written as."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from live.files.music import Music

Floats = NDArray[np.float64]

DENOMINATORS = (
    1,
    2,
    4,
    3,
    8,
    6,
    16,
    12,
    32,
    24,
    5,
    10,
    20,
    7,
    14,
    28,
    9,
    18,
    36,
    48,
    64,
    40,
    56,
    96,
    11,
    13,
    15,
)
"""Parts of a quarter, the usual ones first: what 128th notes and tuplets of up to fifteen need."""
WRITTEN_SHARE = 0.98
"""The share of times on these places in what somebody wrote; what was played meets them by chance."""
_CLOSE = 2e-5
_ROUNDED = 0.003


def closeness(music: Music) -> float:
    """Quarters by which a written time may miss its place: half a tick of a MIDI file."""
    return _CLOSE if music.midi is None else max(_CLOSE, 0.51 / music.midi.ticks_per_quarter)


def written_times(times: Floats, close: float) -> tuple[Floats, NDArray[np.bool_]]:
    """``[n]`` each: the nearest simple places, and which times stood so near to one."""
    places = np.rint(times * DENOMINATORS[-4]) / DENOMINATORS[-4]
    found = np.zeros(len(times), bool)
    for denominator in DENOMINATORS:
        nearest = np.rint(times * denominator) / denominator
        fits = ~found & (np.abs(nearest - times) <= close)
        places[fits] = nearest[fits]
        found |= fits
    return places, found


def repaired(notes: Floats) -> Floats:
    """Notes ``[n, 5]`` of a score with the times that its program rounded put right.

    Some programs count 256 parts of a quarter, and write 85 of them for a third.
    """
    rows = notes.copy()
    starts, ends = (_repaired(times) for times in (notes[:, 0], notes[:, 0] + notes[:, 3]))
    rows[:, 0], rows[:, 3] = starts, ends - starts
    return rows


def _repaired(times: Floats) -> Floats:
    places, exact = written_times(times, _CLOSE)
    for denominator in (24, 32, 5, 7):
        nearest = np.rint(times * denominator) / denominator
        fits = ~exact & (np.abs(nearest - times) <= _ROUNDED)
        places[fits] = nearest[fits]
        exact |= fits
    return np.where(exact, places, times)


def fraction(time: float) -> Fraction:
    """The fraction that a float of quarters stands for; a 96th at the nearest."""
    for limit in (96, 960):
        near = Fraction(time).limit_denominator(limit)
        if abs(float(near) - time) < _CLOSE:
            return near
    return Fraction(round(time * 96), 96)
