"""The order of events that share a tick.

Performance grid: the order in which they happened. Score grid: by voice (the given voice first, so
that the others decide after hearing it), within a voice ``off``, ``phrase``, ``on``, and ``end`` last.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.events import Kind

ORDER_VERSION = 1
"""Changes whenever order or masks change; a manifest of another version is refused."""

_RANK_OF_KIND = np.array([-1, 2, 0, 1, 3], np.int64)  # indexed by Kind
_START = int(Kind.START)
RANKS = 4
"""Ranks that a voice may use in one tick."""


def rank_of(kind: Kind) -> int:
    """The rank of a kind among the events that one voice has in a tick."""
    return int(_RANK_OF_KIND[kind])


def score_rank(kind: NDArray[np.int32] | int, voice: NDArray[np.int32] | int) -> NDArray[np.int64]:
    """The rank within a tick on the score grid; within a tick ranks strictly rise."""
    rank = np.asarray(voice, np.int64) * RANKS + _RANK_OF_KIND[kind]
    return np.where(np.asarray(kind) == _START, -1, rank)
