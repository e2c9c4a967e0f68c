"""An ONNX graph written by hand, node by node, where a converted one would have several times the nodes.

A step of one event costs some microseconds of arithmetic, and one of bookkeeping for each node: their number
decides. Weights keep names that :mod:`export.rebuild` finds again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import ArrayLike, NDArray
from onnx import TensorProto, helper, numpy_helper

from export.to_onnx import OPSET
from training.backbones import EPSILON

FLOAT, INT32, UINT8 = TensorProto.FLOAT, TensorProto.INT32, TensorProto.UINT8
IR_VERSION = 9


class Graph:
    """Nodes in the order of their computing; every method returns the name of what it makes."""

    def __init__(self) -> None:
        self._nodes: list[onnx.NodeProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._outputs: list[onnx.ValueInfoProto] = []
        self._constants: dict[str, onnx.TensorProto] = {}

    def input(self, name: str, dtype: int, shape: Sequence[int | str | None]) -> str:
        """An input; a size with a name is decided by the call."""
        self._inputs.append(helper.make_tensor_value_info(name, dtype, list(shape)))
        return name

    def weight(self, name: str, array: ArrayLike) -> str:
        """A float32 constant under this name."""
        return self._constant(name, np.asarray(array, np.float32))

    def integers(self, name: str, array: ArrayLike) -> str:
        """An int32 constant under this name."""
        return self._constant(name, np.asarray(array, np.int32))

    def numbers(self, *values: int) -> str:
        """int64 ``[n]``: axes, sizes, places."""
        return self._constant("numbers_" + "_".join(map(str, values)), np.array(values, np.int64))

    def scalar(self, value: float, dtype: Any = np.float32) -> str:
        """A constant without axes."""
        array = np.asarray(value, dtype)
        return self._constant(f"{array.dtype}_{value}", array)

    def node(self, kind: str, *inputs: str, name: str | None = None, **attributes: Any) -> str:
        """A node with one output."""
        return self.nodes(kind, *inputs, names=[name or f"{kind}_{len(self._nodes)}"], **attributes)[0]

    def nodes(self, kind: str, *inputs: str, names: Sequence[str], **attributes: Any) -> Sequence[str]:
        """A node with several outputs."""
        self._nodes.append(helper.make_node(kind, list(inputs), list(names), **attributes))
        return names

    def output(self, name: str, shape: Sequence[int | str | None]) -> None:
        """What is called so, float32, is an output."""
        self._outputs.append(helper.make_tensor_value_info(name, FLOAT, list(shape)))

    def model(self) -> onnx.ModelProto:
        """The checked model."""
        constants = list(self._constants.values())
        graph = helper.make_graph(self._nodes, "step", self._inputs, self._outputs, constants)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
        )
        onnx.checker.check_model(model, full_check=True)
        return model

    def _constant(self, name: str, array: NDArray[Any]) -> str:
        self._constants[name] = numpy_helper.from_array(
            np.ascontiguousarray(array).reshape(array.shape), name
        )
        return name


def rms_norm(graph: Graph, name: str, x: str, gain: ArrayLike, output: str | None = None) -> str:
    """As written by ONNX Runtime's own fusion of it, which makes one node of these six."""
    mean = graph.node("ReduceMean", graph.node("Pow", x, graph.scalar(2.0)), graph.numbers(-1), keepdims=1)
    root = graph.node("Sqrt", graph.node("Add", mean, graph.scalar(EPSILON)))
    return graph.node("Mul", graph.node("Div", x, root), graph.weight(name, gain), name=output)
