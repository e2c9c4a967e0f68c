"""How surprised a model is by music: nats of every event, head by head, under the rolling window of live use.

The figure to compare is the sum over all events of all pieces, from ``start``, divided by notes or tokens.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.conditions import ConditionArray
from models.events import EventArray
from models.masks import legal_tokens, legal_voices, legal_waits
from models.sampling import log_probabilities
from models.sounding import Sounding, trace
from models.step import Logits, Network
from models.vocabulary import LOUDNESS, TOKEN, WAIT, WHO, choices

CHUNK = 1024
"""Events at a time: bounds the memory, not the result."""


class Score(NamedTuple):
    """Of each predicted event: nats ``[n]`` by head, and whether every choice was the likeliest ``[n]``."""

    nats: dict[str, NDArray[np.float64]]
    right: NDArray[np.bool_]

    @property
    def total(self) -> NDArray[np.float64]:
        """Nats of each event, ``[n]``."""
        return np.asarray(sum(self.nats.values()))


def score_piece(network: Network, events: EventArray, conditions: ConditionArray) -> Score:
    """Score every event of a piece but its first, through the live step on a fresh memory."""
    manifest = network.manifest
    grid, voices = manifest.grid_object, manifest.voices
    told = choices(events, grid)
    model = network.start()
    scores = []
    for first in range(0, len(events) - 1, CHUNK):
        last = min(first + CHUNK, len(events) - 1)
        rows = trace(events, first, last, grid, voices).rows()
        hidden = model.feed(told[first:last], conditions[first:last], rows)
        coming = slice(first + 1, last + 1)
        logits = network.logits(hidden, told[coming], conditions[coming])
        scores.append(score_events(logits, events, first, last, network))
    return Score(
        {name: np.concatenate([each.nats[name] for each in scores]) for name in scores[0].nats},
        np.concatenate([each.right for each in scores]),
    )


def score_events(logits: Logits, events: EventArray, first: int, last: int, network: Network) -> Score:
    """Score ``events[first + 1 : last + 1]`` under logits ``[last - first, size]`` by head."""
    grid = network.manifest.grid_object
    chosen = choices(events[first + 1 : last + 1], grid, int(events[first, 0]))
    return score_choices(logits, chosen, trace(events, first, last, grid, network.manifest.voices), network)


def score_choices(logits: Logits, chosen: NDArray[np.int32], state: Sounding, network: Network) -> Score:
    """Score the choices ``[n, 4]`` made in the states ``[n]``; ``inf`` nats for one that was not legal."""
    grid, voices = network.manifest.grid_object, network.manifest.voices
    at_once = chosen[:, WAIT] == 0
    masks: dict[str, NDArray[np.bool_] | None] = {
        "wait": legal_waits(state, grid),
        "voice": legal_voices(state, at_once, grid) if voices > 1 else None,
        "token": legal_tokens(state, at_once, chosen[:, WHO], grid),
        "velocity": None,
    }
    columns = {"wait": WAIT, "voice": WHO, "token": TOKEN, "velocity": LOUDNESS}
    nats: dict[str, NDArray[np.float64]] = {}
    right = np.ones(len(chosen), bool)
    for name, found in logits.items():
        index = chosen[:, columns[name]].astype(np.int64)
        exists = np.ones(len(chosen), bool)
        if name == "velocity":
            exists, index = index > 0, np.maximum(index - 1, 0)
        log_p = log_probabilities(found, masks[name])
        nats[name] = np.where(exists, -np.take_along_axis(log_p, index[:, None], 1)[:, 0], 0.0)
        right &= (log_p.argmax(axis=-1) == index) | ~exists
    # A wide bin is a density over the ticks that it holds.
    nats["wait"] = nats["wait"] + np.log(grid.bin_widths[chosen[:, WAIT]])
    return Score(nats, right)
