"""Music to the performance grid: what a piano model hears."""

from __future__ import annotations

from math import ceil

import numpy as np

from live.files.music import Music
from live.files.prompt import ClockAxis, Prompt
from models.grid import PERFORMANCE
from models.piece import Piece


def performance_prompt(music: Music) -> Prompt:
    """All pitched parts as one polyphonic voice, for as long as they sound, not rounded."""
    notes = np.concatenate([part.sounding() for part in music.pitched])
    notes = notes[np.argsort(notes[:, 0], kind="stable")]
    axis = ClockAxis(music.tempo, float(music.tempo.seconds_at(notes[0, 0])))
    onset = axis.ticks(notes[:, 0])
    notes[:, 3] = axis.ticks(notes[:, 0] + notes[:, 3]) - onset
    notes[:, 0] = onset
    notes[:, 4] = 0
    end = ceil(float(axis.ticks(music.end)) - 1e-6)
    return Prompt(music, PERFORMANCE, Piece(music.name, notes), axis, end)
