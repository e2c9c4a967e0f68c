"""How surprised a model was by events that it has heard already, asked for when there is time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.events import Event
from models.likelihood import score_choices
from models.sounding import Sounding
from models.step import Network
from models.vocabulary import choice_of


class Past(NamedTuple):
    """An event, and what was known before it: what sounded, the hidden vector, the place in the bar."""

    event: Event
    state: Sounding
    hidden: NDArray[np.float32]
    place: list[int]


def nats_of(network: Network, pasts: Sequence[Past]) -> NDArray[np.float64]:
    """Nats ``[n]`` of each event, in one call of the heads; ``inf`` where it was not legal.

    The same as :func:`models.likelihood.score_piece` says of them.
    """
    grid, count = network.manifest.grid_object, len(pasts)
    told = [choice_of(each.event, grid, int(each.state.now)) for each in pasts]
    chosen = np.array(told, np.int32).reshape(count, -1)
    states = [each.state for each in pasts]
    state = Sounding(
        np.stack([each.onsets for each in states]),
        np.array([each.now for each in states]),
        np.array([each.rank for each in states]),
        np.array([each.closed for each in states]),
        np.array([each.phrase_open for each in states]),
    )
    places = np.array([each.place for each in pasts], np.int32).reshape(count, -1)
    logits = network.logits(np.stack([each.hidden for each in pasts]), chosen, places)
    return score_choices(logits, chosen, state, network).total
