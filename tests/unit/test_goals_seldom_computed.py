"""Heads spend no time on goals where none is given: that part of the graph is not computed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest
from tiny import Tiny

from models.conditions import CONDITIONS
from models.manifest import Manifest, read_manifest
from models.step import find_manifest
from models.vocabulary import CHOICES

onnx = pytest.importorskip("onnx")


def session(model: object) -> ort.InferenceSession:
    return ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])  # type: ignore[attr-defined]


def logits(heads: ort.InferenceSession, manifest: Manifest, *levels: int) -> list[np.ndarray]:
    """A row for each level that all goals are at."""
    rng = np.random.default_rng(1)
    hidden = rng.normal(size=(len(levels), manifest.units)).astype(np.float32)
    goals = np.array([CONDITIONS[name].goal for name in manifest.conditions])
    told = {
        "hidden": hidden,
        "choices": np.zeros((len(levels), CHOICES), np.int32),
        "conditions": np.array(levels, np.int32)[:, None] * goals.astype(np.int32),
    }
    return list(heads.run(None, told))


def check(manifest: Manifest, folder: Path) -> None:
    model = onnx.load(folder / f"{manifest.name}.heads.onnx")
    whole = session(model)
    for weight in model.graph.initializer:
        if "/goal_" in weight.name and weight.data_type == onnx.TensorProto.FLOAT:
            array = np.full_like(onnx.numpy_helper.to_array(weight), np.nan)
            weight.CopyFrom(onnx.numpy_helper.from_array(array, weight.name))
    poisoned = session(model)
    for count in (1, 5):
        free, same = (logits(each, manifest, *[0] * count) for each in (whole, poisoned))
        assert all(np.array_equal(one, other) for one, other in zip(free, same, strict=True))
    assert all(np.isnan(each).all() for each in logits(poisoned, manifest, 1))
    one, two = (logits(whole, manifest, *levels) for levels in ((0, 0), (0, 1)))
    for free, given in zip(one, two, strict=True):
        assert np.array_equal(free[0], given[0]), "a row is as it is alone, whatever is given beside it"
        assert np.abs(free[1] - given[1]).max() > 1e-3


@pytest.mark.parametrize("name", ["folk", "piano"])
def test_of_a_shipped_model(name: str):
    path = find_manifest(name)
    check(read_manifest(path), path.parent)


@pytest.mark.train
@pytest.mark.parametrize("backbone", ["lstm", "transformer"])
def test_of_a_model_that_is_exported(tiny: Callable[[str], Tiny], backbone: str):
    model = tiny(backbone)
    check(model.manifest, model.folder)
