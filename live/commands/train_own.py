"""A model from anyone's own music: the second half of ``antiphon train``."""

from __future__ import annotations

import sys
from pathlib import Path

from live.commands.beginning import settings_of, weights_of
from live.commands.lazy import corpus_module, training_module
from live.commands.own_music import source
from live.errors import AntiphonError
from models import places

MINUTES = 30.0
"""How long a model trains when nobody says."""
VALIDATIONS = 20


def train_own(
    name: str,
    like: str | None,
    start: str | None,
    data: Path,
    runs: Path,
    minutes: float | None,
    resume: bool,
) -> None:
    """Read the music, train, export to the user's models. Raises errors of one line."""
    if fault := places.fault_in(name):
        raise AntiphonError(fault)
    begun = settings_of(start) if start else None
    like = like or (begun.data.rpartition("/")[2] if begun else "")
    own = corpus_module("training.own")
    splits, report = own.load(source(like, data))
    print("\n".join(report.lines()))
    for line in own.warnings(like, splits, tuned=start is not None):
        print(f"antiphon: {line}", file=sys.stderr)
    settings = own.settings(name, like, splits)
    folder = runs / name
    weights = None
    if start and begun is not None:
        settings = own.tuned(settings, begun)
        if not resume:
            weights = weights_of(start, folder, splits["validation"][0])
    minutes = MINUTES if minutes is None else minutes
    print(f"training for {minutes:g} minutes (--minutes)")
    trainer = training_module("training.train")
    run = trainer.Run(settings, folder, minutes, start=weights, validations=VALIDATIONS)
    progress = trainer.train(splits, run, resume=resume)
    manifest = training_module("export.export").export(
        run.best, places.own_folder(), splits["validation"], int8=True
    )
    mode = "" if settings.grid == "performance" else " --mode answer"
    print(
        f"{name}: {manifest.parameters:,} parameters, {progress.best:.4f} nats an event on validation\n"
        f"play with it: antiphon live{mode} --model {name}\n"
        f"measure it: antiphon evaluate {name} --data {data}"
    )
