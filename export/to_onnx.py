"""Keras functions to ONNX graphs with named inputs and outputs, by tf2onnx."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import onnx
import tensorflow as tf
import tf2onnx

OPSET = 18


def to_onnx(
    function: Callable[..., dict[str, Any]], inputs: dict[str, tuple[Any, tuple[int | None, ...]]]
) -> onnx.ModelProto:
    """Convert ``function(**inputs) -> {name: tensor}``; inputs are ``name: (dtype, shape)``.

    A tensor called ``Identity:0`` is a defect: outputs get the names of the dictionary.
    """
    names = list(inputs)
    signature = [tf.TensorSpec(shape, dtype, name=name) for name, (dtype, shape) in inputs.items()]
    produced: list[str] = []

    @tf.function(input_signature=signature)  # type: ignore[untyped-decorator]
    def traced(*tensors: Any) -> Any:
        outputs = function(**dict(zip(names, tensors, strict=True)))
        produced[:] = list(outputs)
        return tuple(tf.identity(outputs[name]) for name in outputs)

    model, _ = tf2onnx.convert.from_function(traced, input_signature=signature, opset=OPSET)
    rename(model, {value.name: name for value, name in zip(model.graph.output, produced, strict=True)})
    rename(model, {each.name: each.name.removesuffix(":0") for each in model.graph.input})
    return model


def rename(model: onnx.ModelProto, names: dict[str, str]) -> None:
    """Rename tensors wherever they occur in the main graph."""
    graph = model.graph
    for node in graph.node:
        node.input[:] = [names.get(each, each) for each in node.input]
        node.output[:] = [names.get(each, each) for each in node.output]
    for value in [*graph.input, *graph.output, *graph.value_info]:
        value.name = names.get(value.name, value.name)
