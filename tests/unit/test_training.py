"""A training run: it learns, repeats itself, goes on where it stopped, and stops when nothing is gained."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from tiny import tiny_settings

from models.piece import Piece

pytest.importorskip("tensorflow")

import keras

from training import checkpoint
from training import train as training
from training.errors import TrainingError
from training.settings import ModelSettings
from training.train import Run

pytestmark = pytest.mark.train

STOPPED = 31
Log = list[tuple[str, int, dict[str, float]]]


def exercise(seed: int, bars: int = 24) -> Piece:
    """The same four notes over and over, from somewhere on the keyboard."""
    onset = 20.0 * np.arange(4 * bars)
    pitch = np.tile([0, 4, 7, 4], bars) + 50 + seed % 12
    return Piece(f"exercise {seed}", np.stack([onset, pitch, 0 * onset + 64, 0 * onset + 15, 0 * onset], 1))


PIECES = {"train": [exercise(n) for n in range(12)], "validation": [exercise(n) for n in range(12, 16)]}


def settings(**changes: object) -> ModelSettings:
    own: dict[str, object] = {"epochs": 2, "warmup_steps": 4, "learning_rate": 8e-3, "transpose": 0}
    made = tiny_settings("transformer", **{**own, "averaging": 0.5, **changes})
    return made.model_copy(update={"network": made.network.model_copy(update={"layers": 1})})


def run(folder: Path, *, resume: bool = False, pieces: Any = None, **changes: object) -> checkpoint.Progress:
    quiet = Console(quiet=True)
    return training.train(pieces or PIECES, Run(settings(**changes), folder), resume=resume, console=quiet)


def log(folder: Path) -> Log:
    """The rows of the log, but for the speed."""
    found = []
    for split, step, *pairs in csv.reader((folder / "log.csv").read_text().splitlines()):
        values = {name: float(value) for name, value in (pair.split("=") for pair in pairs)}
        if values.pop("events_per_second", None):
            assert 0 <= values.pop("waited_for_input") <= 1
        found.append((split, int(step), values))
    return found


def weights(path: Path) -> list[np.ndarray]:
    """In order: Keras numbers the names of layers anew for each network."""
    with np.load(path) as arrays:
        return [arrays[name] for name in arrays.files if name.startswith(("weights/", "optimizer/"))]


@pytest.fixture(scope="module", autouse=True)
def rows_often() -> Iterator[None]:
    """The log gets a row every 4 steps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "LOG_STEPS", 4)
        yield


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, checkpoint.Progress]:
    """A run in one go."""
    folder = tmp_path_factory.mktemp("whole")
    return folder, run(folder)


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same run, stopped by Ctrl-C in its second epoch."""
    folder = tmp_path_factory.mktemp("stopped")
    plain: Callable[..., None] = training._Trainer._step

    def interrupted(self: Any, batch: Any) -> None:
        if self._progress.step == STOPPED:
            raise KeyboardInterrupt
        plain(self, batch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training._Trainer, "_step", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(folder)
    return folder


def test_it_learns_a_pattern_that_repeats(whole: tuple[Path, checkpoint.Progress]):
    folder, progress = whole
    first, last = (row[2]["nats"] for row in (log(folder)[0], log(folder)[-1]))
    assert first > 8, "even an untrained network cannot be surprised more than by chance"
    assert progress.best < 4
    assert last == pytest.approx(progress.best, abs=1e-4)


def test_loss_of_every_head_and_accuracy_are_logged(whole: tuple[Path, checkpoint.Progress]):
    for _, _, values in log(whole[0]):
        assert set(values) == {"wait", "token", "velocity", "nats", "right"}
        assert values["nats"] == pytest.approx(
            sum(values[n] for n in ("wait", "token", "velocity")), rel=1e-3
        )
        assert 0 <= values["right"] <= 1


def test_a_seed_gives_the_same_run_twice(whole: tuple[Path, checkpoint.Progress], stopped: Path):
    """To the last bit, on the CPU."""
    rows = log(stopped)
    assert rows[-1][1] == STOPPED - STOPPED % 4
    assert rows == log(whole[0])[: len(rows)]


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not(
    whole: tuple[Path, checkpoint.Progress], stopped: Path
):
    folder, progress = whole
    resumed = run(stopped, resume=True)
    assert (resumed.step, resumed.epoch, resumed.events) == (progress.step, progress.epoch, progress.events)
    assert resumed.best == pytest.approx(progress.best, rel=1e-3)
    pairs = zip(weights(folder / "latest.npz"), weights(stopped / "latest.npz"), strict=True)
    assert all(np.allclose(one, other, atol=1e-4) for one, other in pairs)


def test_a_run_that_has_ended_is_left_as_it_is(whole: tuple[Path, checkpoint.Progress]):
    folder, progress = whole
    before = (folder / "latest.npz").read_bytes()
    assert run(folder, resume=True).step == progress.step
    assert (folder / "latest.npz").read_bytes() == before


def test_it_stops_when_validation_gains_nothing(tmp_path: Path):
    progress = run(tmp_path, learning_rate=1e-12, patience=2, validate_minutes=1e-9, epochs=50)
    assert progress.stale == 2
    assert progress.step == 3
    assert progress.best_step == 1
    assert (tmp_path / "best.npz").is_file()


@pytest.mark.parametrize("empty", ["train", "validation"])
def test_an_empty_split_is_told(tmp_path: Path, empty: str):
    with pytest.raises(TrainingError, match="split is empty"):
        run(tmp_path, pieces={**PIECES, empty: []})


@pytest.mark.parametrize(("small", "word"), [("train", "training"), ("validation", "validation")])
def test_a_split_smaller_than_a_batch_is_told(tmp_path: Path, small: str, word: str):
    with pytest.raises(TrainingError, match=rf"the {word} split is smaller than one batch"):
        run(tmp_path, pieces={**PIECES, small: [exercise(1, bars=1)]})


def test_there_must_be_a_checkpoint_to_resume(tmp_path: Path):
    with pytest.raises(TrainingError, match="no checkpoint at"):
        run(tmp_path, resume=True)


def test_the_schedule_warms_up_and_falls_to_nothing():
    rates = [training.schedule(step / 100, step, warmup=10) for step in range(100)]
    assert rates[:10] == sorted(rates[:10])
    assert rates[9:] == sorted(rates[9:], reverse=True)
    assert rates[0] == 0.1
    assert 0 < rates[-1] < 0.02


def test_the_average_of_weights_is_used_and_given_back():
    from keras.ops import convert_to_numpy

    model = training.build(settings())
    model.compile(optimizer=training.make_optimizer(settings().training))
    model.optimizer.build(model.trainable_variables)

    def values() -> list[np.ndarray]:
        return [convert_to_numpy(each) for each in model.trainable_weights]

    model.optimizer.apply([0 * each for each in values()])  # the first step begins the average
    before = values()
    for each in model.trainable_weights:
        each.assign_add(np.ones(each.shape, np.float32))
    moved = values()
    with training.Averaged(model):
        assert all(np.allclose(one, other) for one, other in zip(values(), before, strict=True))
    assert all(np.array_equal(one, other) for one, other in zip(values(), moved, strict=True))


def test_a_run_leaves_the_precision_of_other_networks_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(training, "choose_precision", lambda _: "mixed_bfloat16")
    before = keras.config.dtype_policy().name
    training.train(PIECES, Run(settings(epochs=1), tmp_path), resume=False)
    assert keras.config.dtype_policy().name == before
