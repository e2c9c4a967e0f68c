"""The heads as a graph of their own: hidden and the choices so far in, the logits of every head out.

What goals do is computed only where one is given, which is seldom: inside of an ``If`` of the graph.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import tensorflow as tf
from onnx import TensorProto, helper, numpy_helper
from onnx.compose import add_prefix

from export.to_onnx import to_onnx
from models.vocabulary import CHOICES
from training.networks import EventNetwork

GIVEN = "given/"
"""Before the names of what is computed only where a goal is given."""
_STEER = "steer_"

Inputs = dict[str, tuple[Any, tuple[int | None, ...]]]


def head_names(network: EventNetwork) -> tuple[str, ...]:
    """Names of the heads, in the order of the graph's outputs."""
    return tuple(network.heads.inner)


def heads_graph(network: EventNetwork) -> onnx.ModelProto:
    """Export ``hidden [n, units], choices [n, 4], conditions [n, c] -> logits [n, size]`` by name."""
    own, layer = network.settings, network.heads
    hidden: Inputs = {"hidden": (tf.float32, (None, own.network.units))}
    choices: Inputs = {"choices": (tf.int32, (None, CHOICES))}
    conditions: Inputs = {"conditions": (tf.int32, (None, len(own.conditions)))}
    if not any(each.placed or each.goal for each in own.condition_objects):
        conditions = {}
    steers: Inputs = {
        _STEER + name: (tf.float32, (None, own.network.head_units))
        for name in (head_names(network) if own.goals else ())
    }

    def heads(hidden: Any, choices: Any, conditions: Any = None, **steered: Any) -> Any:
        named = {name.removeprefix(_STEER): each for name, each in steered.items()}
        return layer.logits(hidden, choices, conditions, named or None)

    if layer.goals is None:
        return to_onnx(heads, hidden | choices | conditions)

    steer = layer.goals

    def goals(hidden: Any, conditions: Any) -> Any:
        return {_STEER + name: each for name, each in steer(hidden, conditions).items()}

    without = to_onnx(heads, hidden | choices | conditions | steers)
    return _joined(without, to_onnx(goals, hidden | conditions), steer.columns)


def _joined(heads: onnx.ModelProto, goals: onnx.ModelProto, columns: list[int]) -> onnx.ModelProto:
    """``heads`` told what ``goals`` says where any of these columns is given, else zeros."""
    goals = add_prefix(goals, GIVEN, rename_inputs=False)
    steers = [each.name for each in goals.graph.output]
    then = helper.make_graph(goals.graph.node, "given", [], goals.graph.output)
    nothing = helper.make_node("Constant", [], ["nothing"], value=helper.make_tensor("0", 1, [1, 1], [0.0]))
    same = [helper.make_node("Identity", ["nothing"], [f"free/{name}"]) for name in steers]
    zeros = [helper.make_tensor_value_info(f"free/{name}", TensorProto.FLOAT, [1, 1]) for name in steers]
    free = helper.make_graph([nothing, *same], "free", [], zeros)
    names = [name.removeprefix(GIVEN) for name in steers]
    asked = [
        helper.make_node("Gather", ["conditions", "goal_columns"], ["goals"], axis=1),
        helper.make_node("ReduceMax", ["goals"], ["highest_goal"], keepdims=0),
        helper.make_node("Cast", ["highest_goal"], ["any_goal"], to=TensorProto.BOOL),
        helper.make_node("If", ["any_goal"], names, then_branch=then, else_branch=free),
    ]
    graph = heads.graph
    inputs = [each for each in graph.input if each.name not in names]
    nodes = [*asked, *graph.node]
    del graph.input[:], graph.node[:]
    graph.input.extend(inputs)
    graph.node.extend(nodes)
    # Weights stand outside of the branch: so they are found by whoever reads them back.
    graph.initializer.extend(goals.graph.initializer)
    graph.initializer.append(numpy_helper.from_array(np.array(columns, np.int64), "goal_columns"))
    onnx.checker.check_model(heads)
    return heads
