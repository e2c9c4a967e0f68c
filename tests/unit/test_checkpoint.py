"""Checkpoints: whole or not there, and refused in one line where they do not fit."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny import tiny_settings

pytest.importorskip("keras")

import keras

from training import checkpoint
from training.checkpoint import Progress
from training.errors import TrainingError
from training.optimizer import make_optimizer
from training.settings import ModelSettings
from training.train import build

pytestmark = pytest.mark.train


def compiled(settings: ModelSettings) -> Any:
    model = build(settings)
    model.compile(optimizer=make_optimizer(settings.training))
    model.optimizer.build(model.trainable_variables)
    return model


def values(model: Any) -> list[np.ndarray]:
    return [
        keras.ops.convert_to_numpy(each) for each in (*model.trainable_weights, *model.optimizer.variables)
    ]


@pytest.fixture(scope="module")
def folk() -> Any:
    return compiled(tiny_settings("lstm"))


@pytest.fixture
def saved(folk: Any, tmp_path: Path) -> Path:
    path = tmp_path / "run" / "latest.npz"
    checkpoint.save(path, folk, Progress(step=7, history=[{"step": 7, "nats": 2.5}]), '{"name": "folk"}')
    return path


def test_everything_comes_back(folk: Any, saved: Path):
    other = compiled(tiny_settings("lstm"))
    assert not all(np.array_equal(one, two) for one, two in zip(values(folk), values(other), strict=True))
    progress = checkpoint.load(saved, other)
    assert progress == Progress(step=7, history=[{"step": 7, "nats": 2.5}])
    assert all(np.array_equal(one, two) for one, two in zip(values(folk), values(other), strict=True))
    assert checkpoint.settings_of(saved) == '{"name": "folk"}'


@pytest.mark.parametrize("moment", ["while it is written", "before it is renamed"])
def test_a_kill_leaves_the_checkpoint_before(
    folk: Any, saved: Path, monkeypatch: pytest.MonkeyPatch, moment: str
):
    def killed(*_: object, **__: object) -> None:
        if moment == "while it is written":
            saved.with_suffix(".partial.npz").write_bytes(b"PK\x03\x04 half of it")
        raise KeyboardInterrupt

    monkeypatch.setattr(*((np, "savez", killed) if "written" in moment else (os, "replace", killed)))
    with pytest.raises(KeyboardInterrupt):
        checkpoint.save(saved, folk, Progress(step=8), "{}")
    monkeypatch.undo()
    assert checkpoint.load(saved, folk).step == 7
    checkpoint.save(saved, folk, Progress(step=9), "{}")  # what was left behind is in nobody's way
    assert checkpoint.load(saved, folk).step == 9
    assert [path.name for path in saved.parent.iterdir()] == ["latest.npz"]


@pytest.mark.parametrize("damage", ["cut", "empty", "text", "another archive", "an array"])
def test_a_damaged_checkpoint_is_told(folk: Any, saved: Path, damage: str):
    if damage == "cut":
        saved.write_bytes(saved.read_bytes()[:5000])
    elif damage == "empty":
        saved.write_bytes(b"")
    elif damage == "text":
        saved.write_text("not a checkpoint at all")
    elif damage == "another archive":
        np.savez(saved, notes=np.zeros(3))
    else:
        with saved.open("wb") as file:
            np.save(file, np.zeros(3))
    for use in (lambda: checkpoint.load(saved, folk), lambda: checkpoint.settings_of(saved)):
        with pytest.raises(TrainingError, match="is not a checkpoint") as caught:
            use()
        assert "\n" not in str(caught.value)


def test_another_network_is_told(saved: Path):
    with pytest.raises(TrainingError, match="does not fit these settings"):
        checkpoint.load(saved, compiled(tiny_settings("transformer")))


def test_a_wider_network_is_told(saved: Path):
    settings = tiny_settings("lstm")
    wider = settings.network.model_copy(update={"units": 40})
    with pytest.raises(TrainingError, match=r"does not fit these settings: .* differs"):
        checkpoint.load(saved, compiled(settings.model_copy(update={"network": wider})))


def test_another_optimizer_is_told(saved: Path):
    with pytest.raises(TrainingError, match="another optimizer"):
        checkpoint.load(saved, compiled(tiny_settings("lstm", optimizer="adamw")))


def test_a_checkpoint_that_is_not_there_is_told(folk: Any, tmp_path: Path):
    with pytest.raises(TrainingError, match="no checkpoint at"):
        checkpoint.load(tmp_path / "latest.npz", folk)
