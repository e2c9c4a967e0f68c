"""Whether the exported step says what the trained network says, over forced events of real data.

Tolerances are named here; the measured differences go into the manifest.
"""

from __future__ import annotations

from itertools import chain, repeat

import numpy as np
from numpy.typing import NDArray

from models.sounding import trace
from models.step import Logits, Network
from models.vocabulary import choices
from training.networks import EventNetwork
from training.views import View

FLOAT_TOLERANCE = 2e-3
"""Greatest difference of any logit between Keras and ONNX in float32."""
INT8_LOSS = 0.005
"""Greatest relative loss of likelihood by int8 weights."""


def keras_logits(network: EventNetwork, view: View) -> dict[str, NDArray[np.float32]]:
    """Logits ``[n - 1, size]`` by head for every event but the first, teacher forced in one window."""
    told = choices(view.events, network.settings.grid_object)
    state = trace(view.events, 0, len(view.events), network.settings.grid_object, network.settings.voices)
    inputs = {
        "events": told[None, :-1],
        "conditions": view.conditions[None, :-1],
        "sounding": state.rows()[None, :-1],
        "next_events": told[None, 1:],
        "next_conditions": view.conditions[None, 1:],
    }
    return {name: np.asarray(logits)[0] for name, logits in network(inputs).items()}


def onnx_logits(network: Network, view: View, chunks: list[int]) -> Logits:
    """The same through the live step, fed in calls of the given lengths (the last one repeats)."""
    manifest = network.manifest
    told = choices(view.events, manifest.grid_object)
    state = trace(view.events, 0, len(view.events), manifest.grid_object, manifest.voices)
    rows = state.rows()
    model, hidden, first = network.start(), [], 0
    lengths = chain(chunks, repeat(chunks[-1]))
    while first < len(told) - 1:
        last = min(first + next(lengths), len(told) - 1)
        hidden.append(model.feed(told[first:last], view.conditions[first:last], rows[first:last]))
        first = last
    return network.logits(np.concatenate(hidden), told[1:], view.conditions[1:])


def difference(one: Logits, other: Logits) -> float:
    """Greatest absolute difference of any logit."""
    return max(float(np.abs(one[name] - other[name]).max()) for name in one)
