"""The live step of a transformer: a ring of keys and values in, only the new rows out.

The cache is read by two matrix products and never concatenated or returned (returning it: 3.9 instead of
2.4 ms a step). The ring has ``window + UNDO`` rows, so that a plan can be taken back.
"""

from __future__ import annotations

from typing import Any

import onnx
import tensorflow as tf
from keras import ops

from export.to_onnx import to_onnx
from models.conditions import told_to_step
from models.events import PITCHES
from models.manifest import Tensor
from models.memory import UNDO
from models.vocabulary import CHOICES
from training.backbones import TransformerBlock
from training.networks import EventNetwork

BLOCKED = -1e9


def ring_rows(window: int) -> int:
    """Rows of the ring."""
    return window + UNDO


def state_tensors(network: EventNetwork) -> tuple[Tensor, ...]:
    """Keys ``[layers, 1, 1, size, rows]`` and values ``[layers, 1, 1, rows, size]``."""
    own = network.settings
    layers, size = own.network.layers, own.network.units // own.network.heads
    rows = ring_rows(own.training.window)
    return (
        Tensor(name="keys", output="new_keys", shape=(layers, 1, 1, size, rows), event_axis=4),
        Tensor(name="values", output="new_values", shape=(layers, 1, 1, rows, size), event_axis=3),
    )


def step_graph(network: EventNetwork) -> onnx.ModelProto:
    """Export ``events, conditions, sounding, position, slots, keys, values -> hidden, new rows``."""
    own = network.settings
    window = own.training.window
    keys, values = state_tensors(network)

    def step(
        events: Any, sounding: Any, position: Any, slots: Any, keys: Any, values: Any, conditions: Any = None
    ) -> dict[str, Any]:
        x = network.embedder(events, conditions, sounding)
        past = ops.logical_and(slots[None, :] >= 0, position[:, None] - slots[None, :] < window)
        distance = position[:, None] - position[None, :]
        new = ops.logical_and(distance >= 0, distance < window)
        bias = ops.where(ops.concatenate([past, new], axis=1), 0.0, BLOCKED)
        new_keys, new_values = [], []
        for layer, block in enumerate(network.backbone.blocks):
            x, key, value = _attend(block, x, position, bias, keys[layer, 0], values[layer, 0])
            new_keys.append(ops.transpose(key, (0, 2, 1)))
            new_values.append(value)
        return {
            "hidden": network.norm(x),
            "new_keys": ops.stack(new_keys)[:, :, None],
            "new_values": ops.stack(new_values)[:, :, None],
        }

    inputs: dict[str, tuple[Any, tuple[int | None, ...]]] = {
        "events": (tf.int32, (1, None, CHOICES)),
        "sounding": (tf.uint8, (1, None, own.voices * PITCHES)),
        "position": (tf.int32, (None,)),
        "slots": (tf.int32, (ring_rows(window),)),
        "keys": (tf.float32, keys.shape),
        "values": (tf.float32, values.shape),
    }
    if told := told_to_step(own.conditions):
        inputs["conditions"] = (tf.int32, (1, None, told))
    return to_onnx(step, inputs)


def _attend(
    block: TransformerBlock, x: Any, position: Any, bias: Any, keys: Any, values: Any
) -> tuple[Any, Any, Any]:
    """One block over the ring (``keys [1, size, rows]``, ``values [1, rows, size]``) and the new events."""
    query, key, value = block.project(x, position)
    time, rows = ops.shape(query)[2], keys.shape[-1]
    query = ops.reshape(query * block.size**-0.5, (1, -1, block.size))
    scores = ops.concatenate(
        [ops.matmul(query, keys), ops.matmul(query, ops.transpose(key, (0, 2, 1)))], axis=-1
    )
    scores = ops.reshape(scores, (1, block.heads, time, -1)) + bias
    weights = ops.reshape(ops.softmax(scores), (1, block.heads * time, -1))
    mixed = ops.matmul(weights[..., :rows], values) + ops.matmul(weights[..., rows:], value)
    mixed = ops.reshape(mixed, (1, block.heads, time, block.size))
    return block.after_attention(x, mixed), key, value
