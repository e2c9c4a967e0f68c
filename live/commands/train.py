"""``antiphon train``: a model from a corpus."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from live.commands import options
from live.commands.lazy import training_module


def train(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="folk, chorale or piano, or a .toml of settings.")
    ],
    data: options.Data,
    runs: options.Runs = Path("runs"),
    minutes: Annotated[
        float | None, typer.Option("--minutes", min=0.01, help="Train so long, not by epochs.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the last checkpoint of this folder.")
    ] = False,
) -> None:
    """Train a model; checkpoints, logs and the best weights go to a folder of their own."""
    settings = training_module("training.settings").load_settings(name)
    corpus = training_module("training.corpus").load(settings.data, data, settings.corpus)
    trainer = training_module("training.train")
    run = trainer.Run(settings, runs / settings.name, minutes)
    progress = trainer.train(corpus.splits, run, resume=resume)
    print(f"{run.best}: {progress.best:.4f} nats an event at step {progress.best_step}")
