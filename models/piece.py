"""A prepared piece: what the corpora hand to training and what files hand to the engine."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.convert import NoteArray, notes_to_events
from models.events import EventArray
from models.grid import Grid
from models.meter import Meter


@dataclass
class Piece:
    """One piece of music, times in ticks of its grid (fractional on the performance grid).

    ``notes`` ``[n, 5]`` as in :data:`models.convert.NoteArray`. Score pieces stand in C major or A minor;
    adding ``transposition`` semitones to the source gave these pitches. ``group`` is equal for pieces that
    must not be parted by a split (the same melody). ``phrases`` are the ticks where phrases of voice 0 end.
    """

    name: str
    notes: NoteArray
    group: str = ""
    mode: str = ""
    transposition: int = 0
    phrases: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    meters: list[Meter] = field(default_factory=list)

    def events(self, grid: Grid, voices: int = 1) -> EventArray:
        """All events of the piece, ``start`` to ``end``."""
        phrases = self.phrases if grid.monophonic else None
        return notes_to_events(self.notes, grid, voices=voices, phrases=phrases)
