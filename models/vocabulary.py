"""How an event is split into the choices of a network: wait, voice, token, velocity.

Tokens are (kind, pitch) in one number, laid out as a chain of offsets. ``START`` is only ever an input.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.events import KIND, PITCH, PITCHES, TIME, VELOCITY, VOICE, Event, EventArray, Kind
from models.grid import VELOCITY_BINS, Grid, velocity_bin

ON_TOKENS = 0
OFF_TOKENS = ON_TOKENS + PITCHES
PHRASE_TOKEN = OFF_TOKENS + PITCHES
END_TOKEN = PHRASE_TOKEN + 1
TOKENS = END_TOKEN + 1
"""Number of tokens that a network may choose."""
START_TOKEN = TOKENS
INPUT_TOKENS = TOKENS + 1
"""Number of tokens that a network may be told."""

VELOCITY_INPUTS = VELOCITY_BINS + 1
"""Velocity as an input: 0 for none, else bin + 1."""

TOKEN, WAIT, LOUDNESS, WHO = range(4)
"""Columns of a choice array ``[..., 4]``: token, wait bin, velocity bin + 1 (0: none), voice."""
CHOICES = 4

_OFFSETS = (START_TOKEN, ON_TOKENS, OFF_TOKENS, PHRASE_TOKEN, END_TOKEN)
_PITCHED = (0, 1, 1, 0, 0)
_OFFSET, _HAS_PITCH = np.array(_OFFSETS, np.int64), np.array(_PITCHED, np.int64)


def token_of(kind: int, pitch: int = 0) -> int:
    """The token of a (kind, pitch)."""
    return _OFFSETS[kind] + _PITCHED[kind] * pitch


def kind_and_pitch(token: int) -> tuple[Kind, int]:
    """The (kind, pitch) of a token; pitch 0 where the kind has none."""
    if token < OFF_TOKENS:
        return Kind.ON, token
    if token < PHRASE_TOKEN:
        return Kind.OFF, token - OFF_TOKENS
    return (Kind.PHRASE, Kind.END, Kind.START)[token - PHRASE_TOKEN], 0


def choice_of(event: Event, grid: Grid, before: int) -> tuple[int, int, int, int]:
    """One row of :func:`choices`, quick for a single event."""
    loud = event.kind == Kind.ON and grid.has_velocity
    loudness = min(max(event.velocity - 1, 0), 126) // 4 + 1 if loud else 0
    return token_of(event.kind, event.pitch), grid.bin_of(event.time - before), loudness, event.voice


def choices(events: EventArray, grid: Grid, before: int = 0) -> NDArray[np.int32]:
    """``[n, 4]``: what a network is told of each event; ``before`` is the tick of the event before."""
    kind = events[:, KIND]
    rows = np.zeros((len(events), CHOICES), np.int32)
    rows[:, TOKEN] = _OFFSET[kind] + _HAS_PITCH[kind] * events[:, PITCH]
    rows[:, WAIT] = grid.time_bin(np.diff(events[:, TIME], prepend=before))
    if grid.has_velocity:
        rows[:, LOUDNESS] = np.where(kind == Kind.ON, velocity_bin(events[:, VELOCITY]) + 1, 0)
    rows[:, WHO] = events[:, VOICE]
    return rows
