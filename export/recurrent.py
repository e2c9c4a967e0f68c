"""The live step of a GRU or LSTM: ONNX's own operators, filled from the cells' weights.

``keras.layers.GRU`` converts only to an ONNX ``Loop`` (three times slower, and int8 gains nothing).
"""

from __future__ import annotations

import numpy as np
import onnx
from keras import layers
from numpy.typing import NDArray

from export.embedder import embed
from export.graph import FLOAT, Graph, rms_norm
from models.manifest import Tensor
from training.backbones import Recurrent
from training.networks import EventNetwork

Array = NDArray[np.float32]


def state_tensors(network: EventNetwork) -> tuple[Tensor, ...]:
    """``h`` (and ``c``) ``[layers, 1, units]``."""
    own = network.settings.network
    names = ("h", "c") if own.backbone == "lstm" else ("h",)
    shape = (own.layers, 1, own.units)
    return tuple(Tensor(name=name, output=f"new_{name}", shape=shape) for name in names)


def step_graph(network: EventNetwork) -> onnx.ModelProto:
    """Export ``events, conditions, sounding, state -> hidden, new state``."""
    own = network.settings.network
    graph = Graph()
    x = graph.node("Transpose", embed(graph, network.embedder, network.settings), perm=[1, 0, 2])
    state = state_tensors(network)
    old = [_layers(graph, graph.input(each.name, FLOAT, each.shape), own.layers) for each in state]
    new: list[list[str]] = [[] for _ in state]
    for layer, cell in enumerate(network.backbone.cells):
        weights = _weights(own.backbone, cell.get_weights())
        told = [graph.weight(f"{part}{layer}", array) for part, array in zip("WRB", weights, strict=True)]
        names = [f"y{layer}", *(f"{each.output}{layer}" for each in state)]
        extra = {"linear_before_reset": 1} if own.backbone == "gru" else {}
        graph.nodes(
            own.backbone.upper(), x, *told, "", *(parts[layer] for parts in old), names=names,
            hidden_size=own.units, **extra,
        )  # fmt: skip
        x = graph.node("Squeeze", names[0], graph.numbers(1))
        for parts, name in zip(new, names[1:], strict=True):
            parts.append(name)
    mixed = graph.node("Transpose", x, perm=[1, 0, 2])
    rms_norm(graph, "norm", mixed, network.norm.gain, output="hidden")
    graph.output("hidden", (1, "t", own.units))
    for each, parts in zip(state, new, strict=True):
        graph.node("Concat", *parts, name=each.output, axis=0)
        graph.output(each.output, each.shape)
    return graph.model()


def _layers(graph: Graph, state: str, count: int) -> list[str]:
    names = [f"{state}{layer}" for layer in range(count)]
    return list(graph.nodes("Split", state, names=names, axis=0, num_outputs=count))


def _weights(backbone: str, weights: list[Array]) -> list[Array]:
    """Keras (kernel, recurrent kernel, bias) to ONNX (W, R, B) with its order of gates.

    GRU: z, r, h in both, two biases. LSTM: Keras i, f, c, o; ONNX i, o, f, c; the second bias is zero.
    """
    kernel, recurrent, bias = weights
    if backbone == "gru":
        return [kernel.T[None], recurrent.T[None], bias.reshape(1, -1)]

    def reorder(matrix: Array) -> Array:
        i, f, c, o = np.split(matrix, 4, axis=-1)
        return np.concatenate([i, o, f, c], axis=-1)

    both = np.concatenate([reorder(bias), np.zeros_like(bias)])
    return [reorder(kernel).T[None], reorder(recurrent).T[None], both[None]]


def fill(backbone: Recurrent, known: dict[str, Array]) -> None:
    """The reverse of :func:`_weights`: cells from the constants of a graph."""
    for number, cell in enumerate(backbone.cells):
        kernel, recurrent = (known[f"{part}{number}"][0].T for part in "WR")
        bias = known[f"B{number}"][0]
        if isinstance(cell, layers.GRU):
            cell.set_weights([kernel, recurrent, bias.reshape(2, -1)])
        else:
            first = bias[: len(bias) // 2]
            cell.set_weights([_keras_gates(kernel), _keras_gates(recurrent), _keras_gates(first)])


def _keras_gates(matrix: Array) -> Array:
    """LSTM: ONNX i, o, f, c to Keras i, f, c, o."""
    i, o, f, c = np.split(matrix, 4, axis=-1)
    return np.concatenate([i, f, c, o], axis=-1)
