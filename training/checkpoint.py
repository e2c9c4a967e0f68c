"""Checkpoints: everything that a run needs to go on as if it had never stopped, in one file.

Plain ``.npz`` so that a run begun under one Keras backend can be read under another. Written to a
temporary file and renamed, so a kill at any moment leaves a whole checkpoint behind.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import keras
import numpy as np

from training.errors import TrainingError


@dataclass
class Progress:
    """How far a run has come. ``seconds`` counts training time over all its resumptions, ``waited`` how
    much of it the training waited for batches; ``ended``: the schedule is over, or nothing was gained."""

    step: int = 0
    epoch: int = 0
    batch: int = 0
    events: int = 0
    seconds: float = 0.0
    waited: float = 0.0
    best: float = float("inf")
    best_step: int = 0
    stale: int = 0
    ended: bool = False
    history: list[dict[str, float]] = field(default_factory=list)


def save(path: Path, model: keras.Model, progress: Progress, settings_json: str) -> None:
    """Write weights, optimizer state, progress and settings."""
    arrays = weights_of(model)
    optimizer = getattr(model, "optimizer", None)  # there is none before the model is compiled
    if optimizer is not None and optimizer.built:
        for index, variable in enumerate(optimizer.variables):
            arrays[f"optimizer/{index}"] = keras.ops.convert_to_numpy(variable)
    arrays["progress"] = np.array(json.dumps(asdict(progress)))
    arrays["settings"] = np.array(settings_json)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".partial.npz")
    np.savez(temporary, **arrays)
    os.replace(temporary, path)


def weights_of(model: keras.Model) -> dict[str, Any]:
    """Weights in order, with their paths for the reader."""
    return {f"weights/{weight.path}": keras.ops.convert_to_numpy(weight) for weight in model.weights}


def load_weights(path: Path, model: keras.Model, *, but: Sequence[Any] = ()) -> None:
    """Put the weights of a checkpoint into a built model, in order: Keras numbers layers anew.

    ``but``: weights that the checkpoint does not have.
    """
    left_out = {id(weight) for weight in but}
    with _opened(path) as arrays:
        names = [name for name in arrays.files if name.startswith("weights/")]
        wanted = [weight for weight in model.weights if id(weight) not in left_out]
        if len(names) != len(wanted):
            raise TrainingError(f"{path} does not fit these settings: it has {len(names)} weights")
        for name, weight in zip(names, wanted, strict=True):
            if arrays[name].shape != tuple(weight.shape):
                raise TrainingError(f"{path} does not fit these settings: {weight.path} differs")
            weight.assign(arrays[name])


def load(path: Path, model: keras.Model) -> Progress:
    """Restore weights and optimizer state; return the progress."""
    load_weights(path, model)
    with _opened(path) as arrays:
        model.optimizer.build(model.trainable_variables)
        variables = model.optimizer.variables
        names = [f"optimizer/{index}" for index in range(len(variables))]
        stored = {name: arrays[name] for name in arrays.files if name.startswith("optimizer/")}
        if set(stored) != set(names) or any(
            stored[name].shape != tuple(variable.shape)
            for name, variable in zip(names, variables, strict=True)
        ):
            raise TrainingError(f"{path} does not fit these settings: another optimizer wrote it")
        for name, variable in zip(names, variables, strict=True):
            variable.assign(stored[name])
    return progress_of(path)


def progress_of(path: Path) -> Progress:
    """How far the run of a checkpoint had come."""
    with _opened(path) as arrays:
        return Progress(**json.loads(str(arrays["progress"])))


def settings_of(path: Path) -> str:
    """The settings of a checkpoint, as JSON."""
    with _opened(path) as arrays:
        return str(arrays["settings"])


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The arrays of a checkpoint; what is none is told in one line."""
    try:
        with path.open("rb") as file:
            arrays = np.load(file)
            if "progress" not in getattr(arrays, "files", ()):
                raise TrainingError(f"{path} is not a checkpoint: it holds no training run")
            with arrays:
                yield arrays
    except FileNotFoundError as error:
        raise TrainingError(f"no checkpoint at {path}: train first") from error
    except TrainingError:
        raise
    except (OSError, ValueError, EOFError, BadZipFile) as error:
        raise TrainingError(f"{path} is not a checkpoint: {error}") from error
