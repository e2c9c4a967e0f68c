"""Events that the masks forbid: an error in the data, to be found when it is prepared."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.events import EventArray
from models.grid import Grid
from models.masks import legal_tokens, legal_voices, legal_waits
from models.sounding import trace
from models.vocabulary import TOKEN, WAIT, WHO, choices

CHUNK = 1024
"""Events looked at together: the masks of a long piece would fill the memory."""


def forbidden(events: EventArray, grid: Grid, voices: int) -> NDArray[np.int64]:
    """Indices of events ``[n, 5]`` that a network under the masks could not have predicted."""
    found: list[NDArray[np.int64]] = []
    for first in range(0, len(events) - 1, CHUNK):
        last = min(first + CHUNK, len(events) - 1)
        before = int(events[first - 1, 0]) if first else 0
        coming = choices(events[first : last + 1], grid, before)[1:]
        state = trace(events, first, last, grid, voices)
        at_once = coming[:, WAIT] == 0
        index = np.arange(last - first)
        legal = legal_waits(state, grid)[index, coming[:, WAIT]].astype(bool)
        tokens = legal_tokens(state, at_once, coming[:, WHO], grid)
        legal &= tokens[index, coming[:, TOKEN]].astype(bool)
        if voices > 1:
            legal &= legal_voices(state, at_once, grid)[index, coming[:, WHO]].astype(bool)
        found.append(first + 1 + np.flatnonzero(~legal))
    return np.concatenate(found) if found else np.zeros(0, np.int64)
