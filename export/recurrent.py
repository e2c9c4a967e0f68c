"""The live step of a GRU or LSTM: ONNX's own operators, filled from the cells' weights.

``keras.layers.GRU`` converts only to an ONNX ``Loop`` (three times slower, and int8 gains nothing), so what
stands before and after is converted, and the operators are put between by ``onnx.compose``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import tensorflow as tf
from numpy.typing import NDArray
from onnx import TensorProto, compose, helper, numpy_helper

from export.to_onnx import OPSET, to_onnx
from models.conditions import told_to_step
from models.events import PITCHES
from models.manifest import Tensor
from models.vocabulary import CHOICES
from training.networks import EventNetwork

GATES = {"gru": 3, "lstm": 4}


def state_tensors(network: EventNetwork) -> tuple[Tensor, ...]:
    """``h`` (and ``c``) ``[layers, 1, units]``."""
    own = network.settings.network
    names = ("h", "c") if own.backbone == "lstm" else ("h",)
    shape = (own.layers, 1, own.units)
    return tuple(Tensor(name=name, output=f"new_{name}", shape=shape) for name in names)


def step_graph(network: EventNetwork) -> onnx.ModelProto:
    """Export ``events, conditions, sounding, state -> hidden, new state``."""
    before = _before(network)
    after = to_onnx(
        lambda mixed: {"hidden": network.norm(mixed)},
        {"mixed": (tf.float32, (1, None, network.settings.network.units))},
    )
    middle = _cells(network)
    for part in (before, middle, after):
        _one_opset(part)  # compose wants equal versions
    states = [each.output for each in state_tensors(network)]
    joined = compose.merge_models(
        compose.add_prefix(before, "before/", rename_inputs=False, rename_outputs=False),
        middle,
        io_map=[("embedded", "embedded")],
        outputs=["mixed", *states],
    )
    whole = compose.merge_models(
        joined,
        compose.add_prefix(after, "after/", rename_inputs=False, rename_outputs=False),
        io_map=[("mixed", "mixed")],
        outputs=["hidden", *states],
    )
    _one_opset(whole)  # quantising fails where compose has left two
    return whole


def _one_opset(model: onnx.ModelProto) -> None:
    model.ir_version = 9
    del model.opset_import[:]
    model.opset_import.append(helper.make_opsetid("", OPSET))


def _before(network: EventNetwork) -> onnx.ModelProto:
    own = network.settings

    def embed(events: Any, sounding: Any, conditions: Any = None) -> dict[str, Any]:
        return {"embedded": network.embedder(events, conditions, sounding)}

    inputs: dict[str, tuple[Any, tuple[int | None, ...]]] = {
        "events": (tf.int32, (1, None, CHOICES)),
        "sounding": (tf.uint8, (1, None, own.voices * PITCHES)),
    }
    if told := told_to_step(own.conditions):
        inputs["conditions"] = (tf.int32, (1, None, told))
    return to_onnx(embed, inputs)


def _cells(network: EventNetwork) -> onnx.ModelProto:
    """``embedded [1, T, units]`` and the state to ``mixed [1, T, units]`` and the new state."""
    own = network.settings.network
    tensors = state_tensors(network)
    nodes = [helper.make_node("Transpose", ["embedded"], ["x0"], perm=[1, 0, 2])]
    constants: list[onnx.TensorProto] = [_constant("one", np.array([1], np.int64))]
    for each in tensors:
        parts = [f"{each.name}{layer}" for layer in range(own.layers)]
        nodes.append(helper.make_node("Split", [each.name], parts, axis=0, num_outputs=own.layers))
    for layer, cell in enumerate(network.backbone.cells):
        weights = _weights(own.backbone, cell.get_weights())
        for suffix, array in zip("WRB", weights, strict=True):
            constants.append(_constant(f"{suffix}{layer}", array))
        inputs = [f"x{layer}", f"W{layer}", f"R{layer}", f"B{layer}", ""]
        inputs += [f"{each.name}{layer}" for each in tensors]
        outputs = [f"y{layer}", *(f"{each.output}{layer}" for each in tensors)]
        extra = {"linear_before_reset": 1} if own.backbone == "gru" else {}
        nodes.append(helper.make_node(own.backbone.upper(), inputs, outputs, hidden_size=own.units, **extra))
        nodes.append(helper.make_node("Squeeze", [f"y{layer}", "one"], [f"x{layer + 1}"]))
    for each in tensors:
        parts = [f"{each.output}{layer}" for layer in range(own.layers)]
        nodes.append(helper.make_node("Concat", parts, [each.output], axis=0))
    nodes.append(helper.make_node("Transpose", [f"x{own.layers}"], ["mixed"], perm=[1, 0, 2]))
    sequence = [1, "T", own.units]
    graph = helper.make_graph(
        nodes,
        "cells",
        [_float("embedded", sequence), *(_float(each.name, list(each.shape)) for each in tensors)],
        [_float("mixed", sequence), *(_float(each.output, list(each.shape)) for each in tensors)],
        constants,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])


def _weights(backbone: str, weights: list[NDArray[np.float32]]) -> list[NDArray[np.float32]]:
    """Keras (kernel, recurrent kernel, bias) to ONNX (W, R, B) with its order of gates.

    GRU: z, r, h in both, two biases. LSTM: Keras i, f, c, o; ONNX i, o, f, c; the second bias is zero.
    """
    kernel, recurrent, bias = weights
    if backbone == "gru":
        return [kernel.T[None], recurrent.T[None], bias.reshape(1, -1)]

    def reorder(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
        i, f, c, o = np.split(matrix, 4, axis=-1)
        return np.concatenate([i, o, f, c], axis=-1)

    both = np.concatenate([reorder(bias), np.zeros_like(bias)])
    return [reorder(kernel).T[None], reorder(recurrent).T[None], both[None]]


def _constant(name: str, array: NDArray[Any]) -> onnx.TensorProto:
    return numpy_helper.from_array(np.ascontiguousarray(array), name)


def _float(name: str, shape: list[Any]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
