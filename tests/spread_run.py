"""A tiny training run in a process of its own: ``python spread_run.py FOLDER``; the log is what it says."""

# ruff: noqa: E402
from __future__ import annotations

import sys
from pathlib import Path

sys.modules["tensorflow"] = None  # type: ignore[assignment]  # as on a machine that has only JAX

from made import score_piece
from rich.console import Console
from tiny import tiny_settings

from training import checkpoint, spread
from training import train as training
from training.settings import ModelSettings, TeacherSettings
from training.train import Run


def teacher(folder: Path, settings: ModelSettings) -> Path:
    """A network that knows nothing, written by the first process and read by all."""
    path = folder / "teacher.npz"
    share = spread.join()
    network = training.build(settings)
    if share.first:
        checkpoint.save(path, network, checkpoint.Progress(), settings.model_dump_json())
    share.meet()
    return path


def main(folder: Path) -> None:
    """Six passes over a dozen tunes, with a teacher that slows it down a little."""
    training.LOG_STEPS = 1
    training.choose_precision = lambda _: "float32"
    tiny = tiny_settings("lstm", epochs=6, batch=8, warmup_steps=2, learning_rate=1e-2, averaging=0.5)
    network = tiny.network.model_copy(update={"backbone": "transformer", "layers": 1, "dropout": 0.2})
    pieces = {
        "train": [score_piece(seed, quarters=20 + 3 * seed) for seed in range(12)],
        "validation": [score_piece(seed, quarters=40) for seed in range(12, 20)],
    }
    settings = tiny.model_copy(update={"network": network})
    own = settings.training.model_copy(update={"teacher": TeacherSettings(recipes=("it",), share=0.1)})
    taught = settings.model_copy(update={"training": own})
    run = Run(taught, folder, validations=2, teachers=(teacher(folder, settings),))
    training.train(pieces, run, resume=(folder / "latest.npz").is_file(), console=Console(stderr=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
