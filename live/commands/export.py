"""``antiphon export``: a trained network becomes a model that plays."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from live.commands import options
from live.commands.lazy import training_module


def export(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="folk, chorale or piano, or a .toml of settings.")
    ],
    data: options.Data,
    runs: options.Runs = Path("runs"),
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where the model goes.")
    ] = Path("models"),
    int8: Annotated[
        bool, typer.Option("--int8/--float", help="Smaller and faster, if it loses nothing.")
    ] = True,
) -> None:
    """Export the best checkpoint of a training run; what differs from Keras is not kept."""
    from live.commands.own_music import splits_of  # noqa: PLC0415

    best = runs / name / "best.npz"
    if best.is_file():  # also a model of somebody's own, which has no recipe
        text = training_module("training.checkpoint").settings_of(best)
        settings = training_module("training.settings").ModelSettings.model_validate_json(text)
    else:
        settings = training_module("training.settings").load_settings(name)
        best = runs / settings.name / "best.npz"
    exporter = training_module("export.export")
    manifest = exporter.export(best, output, splits_of(settings, data)["validation"], int8=int8)
    print(f"{output / manifest.name}.json: {manifest.parameters:,} parameters")
