"""A prompt: music as a model hears it, and the way back from the model's notes to the file's.

A model speaks in ticks of its grid, counted from the first note, on the score grid in C major or
A minor. A file speaks in quarters and in its own key. ``Prompt`` knows both.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from live.files.music import Music
from live.files.tempo import TempoMap
from models.convert import NoteArray
from models.grid import SCORE, TICK_SECONDS, TICKS_PER_QUARTER, Grid
from models.piece import Piece

Floats = NDArray[np.float64]


class Axis(Protocol):
    """Ticks of a grid to quarters of a file and back; inverse to each other, both rising."""

    def quarters(self, ticks: ArrayLike) -> Floats:
        """Where ticks stand in the file."""

    def ticks(self, quarters: ArrayLike) -> Floats:
        """Where places of the file stand on the grid, in possibly fractional ticks."""


@dataclass(frozen=True)
class ClockAxis:
    """The performance grid: ticks of 10 ms from ``origin`` (seconds), through the tempo map."""

    tempo: TempoMap
    origin: float

    def quarters(self, ticks: ArrayLike) -> Floats:
        """Where ticks stand in the file."""
        return self.tempo.quarters_at(self.origin + np.asarray(ticks) * TICK_SECONDS)

    def ticks(self, quarters: ArrayLike) -> Floats:
        """Where places of the file stand on the grid."""
        found: Floats = (self.tempo.seconds_at(quarters) - self.origin) / TICK_SECONDS
        return found


@dataclass(frozen=True)
class BeatAxis:
    """The score grid, bent so that snapped onsets come back to where they were played.

    ``at_ticks`` and ``at_quarters`` ``[m]`` are the same places, both strictly rising; before and
    after them a quarter has 24 ticks.
    """

    at_ticks: Floats
    at_quarters: Floats

    def quarters(self, ticks: ArrayLike) -> Floats:
        """Where ticks stand in the file."""
        return _bent(ticks, self.at_ticks, self.at_quarters, 1 / TICKS_PER_QUARTER)

    def ticks(self, quarters: ArrayLike) -> Floats:
        """Where places of the file stand on the grid."""
        return _bent(quarters, self.at_quarters, self.at_ticks, TICKS_PER_QUARTER)


@dataclass(frozen=True)
class Prompt:
    """Music for a model. ``piece`` begins at tick 0 with the first note; at the tick ``end``
    everything in the file has stopped sounding.
    """

    music: Music
    grid: Grid
    piece: Piece
    axis: Axis
    end: int

    def length(self, *, seconds: float | None = None, bars: int | None = None) -> int:
        """How many ticks this much music takes after the end; of the two, ``bars`` counts first."""
        start = float(self.axis.quarters(self.end))
        if bars is not None:
            stop = start + bars * self.music.bar_quarters()
        else:
            tempo = self.music.tempo
            stop = float(tempo.quarters_at(tempo.seconds_at(start) + (seconds or 0.0)))
        return max(1, ceil(float(self.axis.ticks(stop)) - self.end - 1e-6))

    def restored(self, notes: NoteArray) -> NoteArray:
        """A model's notes ``[n, 5]`` (ticks, the piece's key) in quarters and in the file's key."""
        back = notes.astype(np.float64)
        onset = self.axis.quarters(notes[:, 0])
        back[:, 3] = self.axis.quarters(notes[:, 0] + notes[:, 3]) - onset
        back[:, 0] = onset
        back[:, 1] = np.clip(notes[:, 1] - self.piece.transposition, 0, 127)
        return back


def empty_prompt(music: Music, grid: Grid, piece: Piece) -> Prompt:
    """A prompt without notes, for composing: tick 0 is the start of the (empty) music."""
    axis: Axis = ClockAxis(music.tempo, 0.0)
    if grid.name == SCORE.name:
        axis = BeatAxis(np.zeros(1), np.zeros(1))
    return Prompt(music, grid, piece, axis, end=0)


def _bent(x: ArrayLike, xs: Floats, ys: Floats, slope: float) -> Floats:
    """Straight between the points, with ``slope`` before the first and after the last."""
    at = np.asarray(x, np.float64)
    outside = np.minimum(at - xs[0], 0) + np.maximum(at - xs[-1], 0)
    return np.asarray(np.interp(at, xs, ys) + outside * slope)
