"""The exported step says what the trained network says, event after event, however it is fed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny import WINDOW, Tiny

from models.likelihood import score_piece
from models.memory import UNDO
from models.sounding import trace
from models.step import Logits
from models.vocabulary import choices
from training.views import View

pytest.importorskip("tensorflow")

from export.parity import FLOAT_TOLERANCE, INT8_LOSS

pytestmark = pytest.mark.train

EVENTS = 2 * (WINDOW + UNDO) + 40
"""The ring is written round twice and some."""
BACKBONES = pytest.mark.parametrize("backbone", ["gru", "lstm", "transformer"])


def forced(model: Tiny, view: View, chunks: list[int]) -> Logits:
    """Logits after each event but the last, fed in calls of these lengths, over and over."""
    told, rows = inputs(model, view)
    step, hidden, first, turn = model.live.start(), [], 0, 0
    while first < EVENTS:
        last = min(first + chunks[turn % len(chunks)], EVENTS)
        hidden.append(step.feed(told[first:last], view.conditions[first:last], rows[first:last]))
        first, turn = last, turn + 1
    assert step.position == EVENTS
    coming = slice(1, EVENTS + 1)
    return model.live.logits(np.concatenate(hidden), told[coming], view.conditions[coming])


def inputs(model: Tiny, view: View) -> tuple[np.ndarray, np.ndarray]:
    grid, voices = model.settings.grid_object, model.settings.voices
    return choices(view.events, grid), trace(view.events, 0, len(view.events), grid, voices).rows()


def trained(model: Tiny, view: View) -> dict[str, np.ndarray]:
    """The same by Keras in one go; a transformer sees the last ``WINDOW`` events in each layer."""
    from keras import ops

    told, rows = inputs(model, view)
    network, now, coming = model.trained, slice(0, EVENTS), slice(1, EVENTS + 1)
    x: Any = network.embedder(told[None, now], view.conditions[None, now], rows[None, now])
    if model.manifest.ring:
        index = np.arange(EVENTS)
        distance = index[:, None] - index[None, :]
        band = np.where((distance >= 0) & (distance < WINDOW), 0.0, -1e9).astype(np.float32)
        for block in network.backbone.blocks:
            x = block(x, band)
    else:
        x = network.backbone(x)
    logits = network.heads(network.norm(x), told[None, coming], view.conditions[None, coming])
    return {name: ops.convert_to_numpy(each)[0] for name, each in logits.items()}


@BACKBONES
def test_one_event_at_a_time_many_and_more_than_a_window(tiny: Callable[[str], Tiny], backbone: str):
    model = tiny(backbone)
    view = model.view()
    assert len(view.events) > EVENTS + 1
    wanted = trained(model, view)
    for chunks in ([1], [37], [WINDOW + 100], [UNDO + WINDOW + 60], [1, 37, WINDOW + 5, 2]):
        found = forced(model, view, chunks)
        assert set(found) == set(wanted)
        for name, logits in found.items():
            spread = wanted[name].std()
            assert spread > 0.1, "logits this flat would prove nothing"
            np.testing.assert_allclose(logits, wanted[name], atol=FLOAT_TOLERANCE, err_msg=f"{name} {chunks}")


@BACKBONES
def test_the_manifest_tells_the_parity_and_the_speed_that_were_measured(
    tiny: Callable[[str], Tiny], backbone: str
):
    figures = tiny(backbone).manifest.figures
    assert figures.parity_error is not None
    assert 0 < figures.parity_error < FLOAT_TOLERANCE
    assert figures.step_ms_p50 is not None
    assert figures.step_ms_p99 is not None
    assert 0 < figures.step_ms_p50 <= figures.step_ms_p99


@BACKBONES
def test_names_are_those_of_the_manifest_and_none_is_the_converters(
    tiny: Callable[[str], Tiny], backbone: str
):
    live = tiny(backbone).live
    names = [each.name for session in (live.step, live.heads) for each in session.get_inputs()]
    names += [each.name for session in (live.step, live.heads) for each in session.get_outputs()]
    assert not [name for name in names if ":" in name or "Identity" in name]


def test_int8_weights_cost_next_to_no_likelihood(tiny: Callable[[str], Tiny], tmp_path: Path):
    from export.export import export
    from models.step import Network

    model = tiny("lstm")
    manifest = export(model.folder / "tiny.npz", tmp_path, model.pieces, int8=True)
    small = Network(manifest, tmp_path)
    step = "folk.step.onnx"
    assert (tmp_path / step).stat().st_size < 0.6 * (model.folder / step).stat().st_size
    before, after = (
        sum(score_piece(each, view.events, view.conditions).total.sum() for view in map(model.view, range(3)))
        for each in (model.live, small)
    )
    assert abs(after / before - 1) < INT8_LOSS


def test_the_live_likelihood_is_the_loss_of_training(tiny: Callable[[str], Tiny]):
    from training.batches import stack, window_arrays
    from training.networks import EventNetwork

    model = tiny("gru")
    view = model.view()
    longer = model.settings.training.model_copy(update={"window": 100})
    settings = model.settings.model_copy(update={"training": longer})
    batch = stack([window_arrays(view, 0, settings)])
    network: EventNetwork = model.trained
    network.reset_metrics()
    loss = float(network.compute_loss(batch, None, network(batch)))
    score = score_piece(model.live, view.events[:101], view.conditions[:101])
    assert loss == pytest.approx(score.total.mean(), abs=1e-3)


@BACKBONES
def test_a_score_in_pieces_is_the_score_in_one(
    tiny: Callable[[str], Tiny], backbone: str, monkeypatch: pytest.MonkeyPatch
):
    model = tiny(backbone)
    view = model.view(1)
    whole = score_piece(model.live, view.events, view.conditions).total
    monkeypatch.setattr("models.likelihood.CHUNK", 50)
    np.testing.assert_allclose(score_piece(model.live, view.events, view.conditions).total, whole, atol=1e-3)
    assert np.isfinite(whole).all()
