"""What makes two pieces the same melody: keys for exact duplicates, features for near ones."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from models.grid import TICKS_PER_QUARTER
from models.piece import Piece

GRAM = 5
"""Intervals in a feature. Five (six notes) are seldom shared by chance; four often are."""

Features = set[bytes]


def exact_key(piece: Piece) -> str:
    """Equal for pieces whose notes are equal after transposition and shift in time, all voices."""
    notes = piece.notes[np.lexsort((piece.notes[:, 4], piece.notes[:, 0]))]
    relative = notes[:, [0, 1, 3, 4]] - np.array([notes[0, 0], notes[0, 1], 0, 0])
    return hashlib.sha256(np.rint(relative).astype("<i4").tobytes()).hexdigest()


def note_features(piece: Piece) -> Features:
    """Runs of :data:`GRAM` intervals between the notes of voice 0, whatever the rhythm."""
    return _grams(_voice(piece)[:, 1])


def beat_features(piece: Piece) -> Features:
    """The same for the pitches that sound on the quarters, repetitions left out.

    So settings of one chorale tune meet in spite of passing notes and other note values.
    """
    melody = _voice(piece)
    onsets = melody[:, 0]
    first_bar = piece.meters[0].bar_line if piece.meters else 0
    last = melody[-1, 0] + melody[-1, 3]
    beats = np.arange(first_bar % TICKS_PER_QUARTER, last, TICKS_PER_QUARTER)
    beats = beats[beats >= onsets[0]]
    pitches = melody[np.searchsorted(onsets, beats, side="right") - 1, 1]
    changed = np.append(True, np.diff(pitches) != 0)[: len(pitches)]
    return _grams(pitches[changed])


def _voice(piece: Piece) -> NDArray[np.float64]:
    melody: NDArray[np.float64] = piece.notes[piece.notes[:, 4] == 0]
    in_time: NDArray[np.float64] = melody[np.argsort(melody[:, 0], kind="stable")]
    return in_time


def _grams(pitches: NDArray[np.float64]) -> Features:
    if len(pitches) <= GRAM:  # too short to compare in part: only as a whole, marked by its length
        return {bytes([len(pitches)]) + np.diff(pitches).astype(np.int8).tobytes()}
    runs = np.lib.stride_tricks.sliding_window_view(np.diff(pitches).astype(np.int8), GRAM)
    return {run.tobytes() for run in runs}
