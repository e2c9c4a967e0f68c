"""What a step is told of one event, as one vector: all tables as one, looked up once and summed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from export.graph import FLOAT, INT32, UINT8, Graph
from models.conditions import told_to_step
from models.events import PITCHES
from models.sounding import AGE_BUCKETS
from models.vocabulary import CHOICES, LOUDNESS, TOKEN, WAIT, WHO
from training.networks import Embedder
from training.settings import ModelSettings

TABLE, SOUNDING, BIAS = "embedder/table", "embedder/sounding", "embedder/bias"


def tables_of(embedder: Embedder) -> list[tuple[int, Any]]:
    """The column of ``events`` and conditions, side by side, that each table is for."""
    choices = [
        (TOKEN, embedder.token),
        (WAIT, embedder.wait),
        (LOUDNESS, embedder.velocity),
        (WHO, embedder.voice),
    ]
    told = [(CHOICES + column, table) for column, table in enumerate(embedder.conditions)]
    return [(column, table) for column, table in [*choices, *told] if table is not None]


def embed(graph: Graph, embedder: Embedder, own: ModelSettings) -> str:
    """``[1, t, units]`` of ``events [1, t, 4]``, ``conditions [1, t, c]``, ``sounding [1, t, 128 v]``."""
    told = graph.input("events", INT32, (1, "t", CHOICES))
    if conditions := told_to_step(own.conditions):
        told = graph.node("Concat", told, graph.input("conditions", INT32, (1, "t", conditions)), axis=2)
    tables = tables_of(embedder)
    if len(tables) < CHOICES + conditions:
        told = graph.node("Gather", told, graph.numbers(*(column for column, _ in tables)), axis=2)
    arrays = [table.get_weights()[0] for _, table in tables]
    first = np.cumsum([0, *(len(each) for each in arrays[:-1])])
    rows = graph.node("Add", told, graph.integers("embedder/first", first))
    found = graph.node("Gather", graph.weight(TABLE, np.concatenate(arrays)), rows)
    x = graph.node("ReduceSum", found, graph.numbers(2), keepdims=0)

    age = graph.node("Cast", graph.input("sounding", UINT8, (1, "t", own.voices * PITCHES)), to=FLOAT)
    on = graph.node("Min", age, graph.scalar(1.0))
    both = graph.node("Concat", on, graph.node("Mul", age, graph.scalar(1.0 / AGE_BUCKETS)), axis=2)
    kernel, bias = embedder.sounding.get_weights()
    seen = graph.node(
        "Add", graph.node("MatMul", both, graph.weight(SOUNDING, kernel)), graph.weight(BIAS, bias)
    )
    return graph.node("Add", x, seen)


def fill(embedder: Embedder, known: dict[str, NDArray[np.float32]]) -> None:
    """The reverse of :func:`embed`: weights from the constants of a graph."""
    rows = known[TABLE]
    for _, table in tables_of(embedder):
        table.set_weights([rows[: table.input_dim]])
        rows = rows[table.input_dim :]
    embedder.sounding.set_weights([known[SOUNDING], known[BIAS]])
