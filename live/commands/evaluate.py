"""``antiphon evaluate``: how surprised a model is by music that it never heard."""

from __future__ import annotations

from typing import Annotated

import typer

from live.commands import options
from live.commands.lazy import training_module


def evaluate(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A model, by name or manifest.")],
    data: options.Data,
    split: Annotated[
        str, typer.Option("--split", metavar="train|validation|test", help="Which part.")
    ] = "test",
) -> None:
    """Measure a model on a corpus, beside an n-gram of the same split."""
    training_module("training.evaluate").run(name, data, split)
