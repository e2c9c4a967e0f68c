"""From exported models back to weights: the network is the one that was exported."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tiny import Tiny, export_tiny

pytest.importorskip("tensorflow")

from export import parity
from export.export import load_trained
from export.rebuild import MOST_LOSS, rebuild
from training.errors import TrainingError
from training.views import View

pytestmark = pytest.mark.train
EVENTS = 60
"""A recurrent network steps through them one by one in Python here."""
BACKBONES = pytest.mark.parametrize("backbone", ["gru", "lstm", "transformer"])


def manifest_of(model: Tiny) -> Path:
    return model.folder / f"{model.manifest.name}.json"


@BACKBONES
def test_float_weights_come_back_as_they_were(backbone: str, tmp_path: Path):
    model = export_tiny(backbone, tmp_path, vectors=True)
    found = rebuild(manifest_of(model), tmp_path / "again.npz", model.pieces[0])
    assert found.settings.network == model.settings.network
    assert found.rebuilt == pytest.approx(found.exported, rel=1e-5)
    again = load_trained(tmp_path / "again.npz")
    pairs = zip(again.trainable_weights, model.trained.trainable_weights, strict=True)
    for one, other in pairs:  # queries are exported times a constant, which costs a rounding
        np.testing.assert_allclose(np.asarray(one), np.asarray(other), rtol=1e-6)


@BACKBONES
def test_int8_weights_come_back_nearly(backbone: str, tmp_path: Path):
    model = export_tiny(backbone, tmp_path, int8=True, vectors=True)
    found = rebuild(manifest_of(model), tmp_path / "again.npz", model.pieces[0])
    assert abs(found.rebuilt / found.exported - 1) < MOST_LOSS
    again = load_trained(tmp_path / "again.npz")
    view = model.view()
    heard = View(view.events[:EVENTS], view.conditions[:EVENTS])
    one, other = (parity.keras_logits(network, heard) for network in (again, model.trained))
    assert parity.difference(one, other) > 0 or backbone == "gru"


def test_a_model_whose_weights_do_not_fit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    model = export_tiny("lstm", tmp_path, vectors=True)
    monkeypatch.setattr("export.recurrent._keras_gates", lambda matrix: matrix)  # gates exchanged
    monkeypatch.setattr("export.rebuild.MOST_LOSS", 1e-5)  # so small a network hardly minds
    with pytest.raises(TrainingError, match="cannot be read back"):
        rebuild(manifest_of(model), tmp_path / "again.npz", model.pieces[0])
    assert not (tmp_path / "again.npz").exists()
