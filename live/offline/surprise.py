"""How likely a model finds events, given those before."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from live.offline.heard_last import REMEMBERED
from models.conditions import conditions_at
from models.events import TIME, EventArray
from models.likelihood import score_events
from models.meter import Meter
from models.sounding import trace
from models.step import Network
from models.vocabulary import choices


def nats_of(network: Network, events: EventArray, meters: list[Meter], first: int = 1) -> NDArray[np.float64]:
    """Nats of each of ``events[first:]``, given the (last 1024) events before; ``first`` is at least 1.

    Blocks: 0.12 ms an event.
    """
    manifest = network.manifest
    grid, voices = manifest.grid_object, manifest.voices
    since = max(0, first - REMEMBERED)
    told = choices(events[since:-1], grid, int(events[since - 1, TIME]) if since else 0)
    conditions = conditions_at(manifest.conditions, events[since:, TIME], meters)
    rows = trace(events, since, len(events) - 1, grid, voices).rows()
    hidden = network.start().feed(told, conditions[:-1], rows)[first - 1 - since :]
    coming = choices(events[first:], grid, int(events[first - 1, TIME]))
    logits = network.logits(hidden, coming, conditions[first - since :])
    return score_events(logits, events, first - 1, len(events) - 1, network).total
