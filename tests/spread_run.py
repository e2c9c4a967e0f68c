"""A tiny training run in a process of its own: ``python spread_run.py FOLDER``; the log is what it says."""

# ruff: noqa: E402
from __future__ import annotations

import sys
from pathlib import Path

sys.modules["tensorflow"] = None  # type: ignore[assignment]  # as on a machine that has only JAX

from made import score_piece
from rich.console import Console
from tiny import tiny_settings

from training import train as training
from training.train import Run


def main(folder: Path) -> None:
    """Six passes over a dozen tunes."""
    training.LOG_STEPS = 1
    training.choose_precision = lambda _: "float32"
    tiny = tiny_settings("lstm", epochs=6, batch=8, warmup_steps=2, learning_rate=1e-2, averaging=0.5)
    network = tiny.network.model_copy(update={"backbone": "transformer", "layers": 1, "dropout": 0.2})
    pieces = {
        "train": [score_piece(seed, quarters=20 + 3 * seed) for seed in range(12)],
        "validation": [score_piece(seed, quarters=40) for seed in range(12, 20)],
    }
    run = Run(tiny.model_copy(update={"network": network}), folder, validations=2)
    training.train(pieces, run, resume=(folder / "latest.npz").is_file(), console=Console(stderr=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
