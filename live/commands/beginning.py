"""What training begins with: a model that there is, or the checkpoint of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from live.commands.lazy import training_module
from models.step import find_manifest


def settings_of(start: str) -> Any:
    """The settings of the model or checkpoint that training begins with."""
    if start.endswith(".npz"):
        settings = training_module("training.settings").ModelSettings
        text = training_module("training.checkpoint").settings_of(Path(start))
        return settings.model_validate_json(text)
    manifest = training_module("models.manifest").read_manifest(find_manifest(start))
    return training_module("export.rebuild").settings_of(manifest)


def weights_of(start: str, folder: Path, piece: Any) -> Path:
    """A checkpoint with the weights to begin with."""
    if start.endswith(".npz"):
        return Path(start)
    path = folder / "start.npz"
    found = training_module("export.rebuild").rebuild(find_manifest(start), path, piece)
    print(
        f"weights of {start} taken up: {found.rebuilt:.3f} nats an event in a piece where it has "
        f"{found.exported:.3f}"
    )
    return path
