"""The heads as a graph of their own: hidden and the choices so far in, the logits of every head out."""

from __future__ import annotations

from typing import Any

import onnx
import tensorflow as tf
from keras import ops

from export.to_onnx import to_onnx
from models.vocabulary import CHOICES
from training.networks import EventNetwork


def head_names(network: EventNetwork) -> tuple[str, ...]:
    """Names of the heads, in the order of the graph's outputs."""
    return tuple(network.heads.inner)


def heads_graph(network: EventNetwork) -> onnx.ModelProto:
    """Export ``hidden [n, units], choices [n, 4], conditions [n, c] -> logits [n, size]`` by name."""
    own = network.settings

    def heads(hidden: Any, choices: Any, conditions: Any = None) -> dict[str, Any]:
        told = None if conditions is None else ops.expand_dims(conditions, 0)
        found = network.heads(ops.expand_dims(hidden, 0), ops.expand_dims(choices, 0), told)
        return {name: logits[0] for name, logits in found.items()}

    inputs: dict[str, tuple[Any, tuple[int | None, ...]]] = {
        "hidden": (tf.float32, (None, own.network.units)),
        "choices": (tf.int32, (None, CHOICES)),
    }
    if any(each.placed or each.goal for each in own.condition_objects):
        inputs["conditions"] = (tf.int32, (None, len(own.conditions)))
    return to_onnx(heads, inputs)
