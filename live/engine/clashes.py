"""What would clash with the player: a semitone from what he holds, octaves apart or not.

The model, told one hand of two, strikes such notes as often as chance does, a pianist's other hand a third as
often (``docs/benchmarks.md``, duets).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from models.events import PITCHES

AGAINST = 3.0
"""Nats: a clash is chosen a twentieth as often as the model would have it."""

_CLASSES = np.arange(PITCHES) % 12
_SEMITONE = np.isin((_CLASSES[:, None] - _CLASSES) % 12, (1, 11))
"""``[pitch, other]``: whether the two clash."""


def clashes(pitches: Iterable[int]) -> NDArray[np.float64] | None:
    """``[128]`` nats that keep the companion's notes away from these of the player's; None: nothing does."""
    fresh = [*pitches]
    return np.where(_SEMITONE[fresh].any(axis=0), -AGAINST, 0.0) if fresh else None
