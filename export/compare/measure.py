"""Figures of an exported network of the comparison, as ``antiphon evaluate`` has them. Needs TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from export.compare.board import Baseline, Board, Measured, Speed
from export.compare.contestants import Contestant
from export.export import export
from export.latency import measure as measure_step
from models.grid import TICKS_PER_QUARTER
from models.piece import Piece
from models.step import Network, load_network
from models.step_time import step_times
from training import evaluate, ngram
from training.settings import ModelSettings
from training.store import Splits

NOTES_EVENTS = 1000
"""Events played freely to count notes a second."""


def measure(
    one: Contestant, splits: Splits, split: str, board: Board, recipe: ModelSettings, *, quiet: bool
) -> Measured:
    """Export the best weights with int8 where the likelihood allows it, score every piece of the split."""
    place = board.place(one)
    folder = place / "model"
    export(place / "best.npz", folder, splits["validation"], int8=True)
    network = load_network(str(folder / f"{one.name}.json"))
    result = evaluate.evaluate(network, splits[split], recipe)
    figures = evaluate.figures_of(result, splits[split], split, recipe)
    step, heads = (folder / f"{one.name}.{part}.onnx" for part in ("step", "heads"))
    found = Measured(
        **figures,  # type: ignore[arg-type]
        nats_per_sixteenth=_by_sixteenth(result.nats, splits[split], recipe),
        bytes=step.stat().st_size + heads.stat().st_size,
        int8=b"QuantizeLinear" in step.read_bytes(),
    )
    board.write(place / "speed.json", speed_of(network, quiet=quiet))
    board.write(place / "figures.json", found)
    return found


def speed_of(network: Network, *, quiet: bool) -> Speed:
    """How fast it plays on one core of this machine."""
    step = measure_step(network)
    return Speed(
        step_ms_p50=step.p50,
        step_ms_p99=step.p99,
        notes_per_second=round(step_times(network, NOTES_EVENTS).notes_per_second),
        quiet=quiet,
    )


def measure_speed(one: Contestant, board: Board) -> Speed:
    """Measure the speed of an exported network anew, on a machine with nothing beside."""
    path = board.place(one) / "model" / f"{one.name}.json"
    speed = speed_of(load_network(str(path)), quiet=True)
    board.write(board.place(one) / "speed.json", speed)
    return speed


def count_baseline(corpus: str, splits: Splits, split: str, board: Board, recipe: ModelSettings) -> Baseline:
    """The best n-gram of any order, over the same events."""
    if (known := board.baseline(corpus)) is not None:
        return known
    found = ngram.baseline(splits["train"], splits["validation"], splits[split], recipe)
    tokens = evaluate.tokens_of(splits[split], split) if recipe.data == "piano" else None
    baseline = Baseline(
        order=found.order,
        split=split,
        nats_per_event=round(found.per_event, 4),
        nats_per_note=round(found.per_note, 4),
        nats_per_token388=round(found.nats / tokens, 4) if tokens else None,
        nats_per_sixteenth=_by_sixteenth(found.nats, splits[split], recipe),
    )
    board.write(board.folder / f"ngram-{corpus}.json", baseline)
    return baseline


def _by_sixteenth(nats: float, pieces: Sequence[Piece], recipe: ModelSettings) -> float | None:
    """Nats for each voice and 16th, the tokens of papers on Bach's chorales."""
    if recipe.grid != "score":
        return None
    ticks = sum(float(np.max(piece.notes[:, 0] + piece.notes[:, 3])) for piece in pieces)
    return round(nats / (recipe.voices * ticks / (TICKS_PER_QUARTER / 4)), 4)
