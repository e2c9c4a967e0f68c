"""``antiphon evaluate``: how surprised a model is by music that it never heard, or what it plays itself."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from live.commands import options
from live.commands.lazy import corpus_module, training_module


def evaluate(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A model, by name or manifest.")],
    data: options.Data,
    split: Annotated[
        str | None,
        typer.Option(
            "--split", metavar="train|validation|test", help="Which part; test, validation for samples."
        ),
    ] = None,
    samples: Annotated[
        int | None,
        typer.Option("--samples", min=1, help="Let it play so often, and compare with the real music."),
    ] = None,
    temperature: options.Temperature = None,
    top_p: options.TopP = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Draws passages and samples.")] = 1,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="Processes that play at once; all cores.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print an object for programs.")] = False,
    write: Annotated[
        Path | None, typer.Option("--write", metavar="FILE.md", help="Put the tables into this file as well.")
    ] = None,
) -> None:
    """Measure a model on a corpus, beside an n-gram of the same split; or, with --samples, what it plays.

    Samples are kept while they are played: the same command goes on where it was stopped.
    """
    if samples is None:
        if as_json or write or temperature is not None or top_p is not None:
            raise typer.BadParameter("--temperature, --top-p, --json and --write need --samples")
        training_module("training.evaluate").run(name, data, split or "test")
        return
    from live.engine.playing import going_on, harmonizing  # noqa: PLC0415
    from models.sampling import Style  # noqa: PLC0415
    from models.step import load_network  # noqa: PLC0415

    own = load_network(name).manifest.sampling
    style = Style(
        own.temperature if temperature is None else temperature, own.top_p if top_p is None else top_p
    )
    listening = corpus_module("training.listening.run")
    asked = listening.Asked(
        name=name, data=data, split=split or "validation", samples=samples, seed=seed, style=style,
        jobs=jobs or os.cpu_count() or 1, as_json=as_json, write=write,
    )  # fmt: skip
    listening.run(asked, going_on, harmonizing)
