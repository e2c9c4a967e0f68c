"""The live step of a transformer: a ring of keys and values in, only the new rows out.

The ring is read by two matrix products a layer, and never concatenated, sliced or returned: copying it would
cost more than all the rest. It has ``window + UNDO`` rows, so that a plan can be taken back. Heads and time
are one axis throughout, since all heads share the keys.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from export.embedder import embed
from export.graph import FLOAT, INT32, Graph, rms_norm
from models.manifest import Tensor
from models.memory import UNDO
from training.backbones import ROTARY_MODULUS, Transformer, TransformerBlock, rotary_multiples
from training.networks import EventNetwork

BLOCKED = -1e9

Array = NDArray[np.float32]


def ring_rows(window: int) -> int:
    """Rows of the ring."""
    return window + UNDO


def state_tensors(network: EventNetwork) -> tuple[Tensor, ...]:
    """Of each layer keys ``[1, size, rows]`` and values ``[1, rows, size]``."""
    own = network.settings
    size, rows = own.network.units // own.network.heads, ring_rows(own.training.window)
    tensors = []
    for layer in range(own.network.layers):
        tensors += [
            Tensor(name=f"keys{layer}", output=f"new_keys{layer}", shape=(1, size, rows), event_axis=2),
            Tensor(name=f"values{layer}", output=f"new_values{layer}", shape=(1, rows, size), event_axis=1),
        ]
    return tuple(tensors)


def step_graph(network: EventNetwork) -> onnx.ModelProto:
    """Export ``events, conditions, sounding, position, slots, keys, values -> hidden, new rows``."""
    own = network.settings
    graph = Graph()
    x = embed(graph, network.embedder, own)
    position = graph.input("position", INT32, ("t",))
    slots = graph.input("slots", INT32, (ring_rows(own.training.window),))
    bias = _bias(graph, position, slots, own.training.window)
    turn = _turn(graph, position, own.network.units, own.network.heads)
    state = state_tensors(network)
    for each in state:
        graph.input(each.name, FLOAT, each.shape)
    for layer, block in enumerate(network.backbone.blocks):
        x = _block(graph, f"block{layer}", block, x, bias, turn, *state[2 * layer : 2 * layer + 2])
    rms_norm(graph, "norm", x, network.norm.gain, output="hidden")
    graph.output("hidden", (1, "t", own.network.units))
    for each in state:
        graph.output(
            each.output, ["t" if axis == each.event_axis else n for axis, n in enumerate(each.shape)]
        )
    return graph.model()


def _bias(graph: Graph, position: str, slots: str, window: int) -> str:
    """``[t, 1, rows + t]``: what each new event may look at, among the ring and the new ones."""
    known = graph.node("Concat", slots, position, axis=0)
    distance = graph.node("Sub", graph.node("Unsqueeze", position, graph.numbers(1)), known)
    past = graph.node("GreaterOrEqual", distance, graph.scalar(0, np.int32))
    near = graph.node("Less", distance, graph.scalar(window, np.int32))
    held = graph.node("GreaterOrEqual", known, graph.scalar(0, np.int32))
    seen = graph.node("And", graph.node("And", past, near), held)
    return graph.node(
        "Unsqueeze",
        graph.node("Where", seen, graph.scalar(0.0), graph.scalar(BLOCKED)),
        graph.numbers(1),
    )


def _turn(graph: Graph, position: str, units: int, heads: int) -> tuple[str, str]:
    """Cosines and sines ``[t, units + size]`` by which queries of all heads and the key are turned.

    A pair ``(l, r)`` becomes ``(l, r) cos + (r, l) sin``, the sine negative for the first half of a head.
    """
    size = units // heads
    multiples = np.tile(np.array(rotary_multiples(size), np.int32), 2 * (heads + 1))
    signs = np.tile(np.repeat([-1.0, 1.0], size // 2), heads + 1)
    modulus = graph.scalar(ROTARY_MODULUS, np.int32)
    reduced = graph.node("Unsqueeze", graph.node("Mod", position, modulus), graph.numbers(1))
    turns = graph.node("Mod", graph.node("Mul", reduced, graph.integers("rotary", multiples)), modulus)
    radians = graph.weight("radians", signs * (2 * math.pi / ROTARY_MODULUS))
    angle = graph.node("Mul", graph.node("Cast", turns, to=FLOAT), radians)
    return graph.node("Cos", angle), graph.node("Sin", angle)


def _block(
    graph: Graph, name: str, block: TransformerBlock, x: str, bias: str, turn: tuple[str, str],
    keys: Tensor, values: Tensor,
) -> str:  # fmt: skip
    """One block over the ring and the new events; ``x`` and what it returns ``[1, t, units]``."""
    size, units, rows = block.size, block.heads * block.size, values.shape[1]
    cos, sin = turn
    y = rms_norm(graph, f"{name}/norm_attention", x, block.norm_attention.gain)
    projected = graph.node("MatMul", y, graph.weight(f"{name}/attend", _attend_weights(block)))
    straight = f"{name}/straight"
    graph.nodes(
        "Split", projected, graph.numbers(units + size, size), names=[straight, values.output], axis=2
    )
    pairs = np.arange(units + size).reshape(-1, 2, size // 2)[:, ::-1].reshape(-1)
    crossed = graph.node("Gather", straight, graph.integers("crossed", pairs), axis=2)
    turned = graph.node("Add", graph.node("Mul", straight, cos), graph.node("Mul", crossed, sin))
    query, key = graph.nodes(
        "Split", turned, graph.numbers(units, size), names=[f"{name}/query", f"{name}/key"], axis=2
    )
    query = graph.node("Reshape", query, graph.numbers(1, -1, size))
    graph.node("Transpose", key, name=keys.output, perm=[0, 2, 1])
    scores = graph.node(
        "Concat", graph.node("MatMul", query, keys.name), graph.node("MatMul", query, keys.output), axis=2
    )
    scores = graph.node("Reshape", scores, graph.numbers(-1, block.heads, 0))
    weights = graph.node("Softmax", graph.node("Add", scores, bias), axis=2)
    weights = graph.node("Reshape", weights, graph.numbers(1, -1, 0))
    far = graph.node("Slice", weights, graph.numbers(0), graph.numbers(rows), graph.numbers(2))
    near = graph.node("Slice", weights, graph.numbers(rows), graph.numbers(2**31), graph.numbers(2))
    mixed = graph.node(
        "Add", graph.node("MatMul", far, values.name), graph.node("MatMul", near, values.output)
    )
    mixed = graph.node("Reshape", mixed, graph.numbers(1, -1, units))
    mixed = graph.node("MatMul", mixed, graph.weight(f"{name}/mix", _kernel(block.mix)))
    x = graph.node("Add", x, mixed)

    y = rms_norm(graph, f"{name}/norm_forward", x, block.norm_forward.gain)
    both = np.concatenate([_kernel(block.gate), _kernel(block.up)], axis=1)
    both_sides = graph.node("MatMul", y, graph.weight(f"{name}/gate_up", both))
    gate, up = graph.nodes("Split", both_sides, names=[f"{name}/gate", f"{name}/up"], axis=2, num_outputs=2)
    gated = graph.node("Mul", graph.node("Mul", gate, graph.node("Sigmoid", gate)), up)
    return graph.node(
        "Add", x, graph.node("MatMul", gated, graph.weight(f"{name}/down", _kernel(block.down)))
    )


def fill(backbone: Transformer, known: dict[str, Array]) -> None:
    """The reverse of :func:`_block`: weights of all blocks from the constants of a graph."""
    for number, block in enumerate(backbone.blocks):
        own = {name.removeprefix(f"block{number}/"): array for name, array in known.items()}
        query, key_value = np.split(own["attend"], [block.heads * block.size], axis=1)
        gate, up = np.split(own["gate_up"], 2, axis=1)
        arrays = {
            block.norm_attention: own["norm_attention"],
            block.query: query * block.size**0.5,
            block.key_value: key_value,
            block.mix: own["mix"],
            block.norm_forward: own["norm_forward"],
            block.gate: gate,
            block.up: up,
            block.down: own["down"],
        }
        for layer, array in arrays.items():
            layer.set_weights([array])


def _attend_weights(block: TransformerBlock) -> Array:
    """One matrix ``[units, units + 2 size]`` for queries of all heads, key and value."""
    return np.concatenate([_kernel(block.query) * block.size**-0.5, _kernel(block.key_value)], axis=1)


def _kernel(layer: Any) -> Array:
    return np.asarray(layer.get_weights()[0], np.float32)
