"""``antiphon train``: a model from a corpus, or from anyone's own music."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from live.commands import options
from live.commands.beginning import settings_of, weights_of
from live.commands.lazy import training_module


def train(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="folk, chorale or piano, a .toml of settings, piano-distilled (a teacher is trained first), "
            "piano-goals or folk-goals (--from piano or folk: what it lacks is learned); with --like or "
            "--from, a name of your own.",
        ),
    ],
    data: options.Data,
    like: Annotated[
        str | None,
        typer.Option(
            "--like",
            metavar="piano|folk",
            help="Learn from your own music: piano, a folder of .mid; folk, single lines in .krn, .abc, "
            ".musicxml or .mid.",
        ),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="MODEL", help="Begin with what a model (or a run's best.npz) has learned."
        ),
    ] = None,
    runs: options.Runs = Path("runs"),
    minutes: Annotated[
        float | None,
        typer.Option(
            "--minutes", min=0.01, help="Train so long, not by epochs; a teacher, too. Your own music: 30."
        ),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on from the last checkpoint of this folder.")
    ] = False,
) -> None:
    """Train a model; checkpoints, logs and the best weights go to a folder of their own.

    From your own music a model is made that plays: antiphon live --model NAME finds it.
    """
    recipes = training_module("training.settings")
    if like is not None or (start is not None and not recipes.is_recipe(name)):
        from live.commands.train_own import train_own  # noqa: PLC0415

        train_own(name, like, start, data, runs, minutes, resume)
        return
    settings = recipes.load_settings(name)
    corpus = training_module("training.corpus").load(settings.data, data, settings.corpus)
    folder, weights = runs / settings.name, None
    if start is not None:
        begun = settings_of(start)
        settings = training_module("training.own").gone_on(settings, begun)
        if not (resume and (folder / "latest.npz").is_file()):
            weights = weights_of(start, folder, corpus.splits["validation"][0])
    settings = training_module("training.goals").with_edges(settings, corpus.splits["train"])
    trainer = training_module("training.train")
    run = trainer.Run(settings, folder, minutes, start=weights)
    progress = training_module("training.teachers").train_taught(corpus.splits, run, resume=resume)
    print(f"{run.best}: {progress.best:.4f} nats an event at step {progress.best_step}")
