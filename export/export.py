"""Export a trained network: two graphs and a manifest, checked against Keras before they are kept."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx

from export import heads, parity, quantize, recurrent, transformer
from export.latency import measure
from export.to_onnx import OPSET
from models.likelihood import score_piece
from models.manifest import Figures, Manifest, Sampling, sha256
from models.piece import Piece
from models.step import Network, load_network
from training import checkpoint
from training.backbones import ROTARY_MODULUS
from training.errors import TrainingError
from training.networks import EventNetwork
from training.settings import ModelSettings
from training.train import build
from training.views import View, plain_view

PARITY_EVENTS = 300
GUIDANCE = {"performance": 2.0, "score": 4.0}
"""By how much what goals change in the logits is multiplied, by the response curves of the shipped models:
what is played then is nearest to what is asked for."""


class ExportError(TrainingError):
    """An exported model that does not say what the trained one says."""


def load_trained(path: Path) -> EventNetwork:
    """The network of a checkpoint, in float32."""
    settings = ModelSettings.model_validate_json(checkpoint.settings_of(path))
    network = build(settings)
    checkpoint.load_weights(path, network)
    return network


def export(
    path: Path, folder: Path, pieces: Sequence[Piece], *, int8: bool, sampling: Sampling | None = None
) -> Manifest:
    """Export the checkpoint ``path`` into ``folder`` and return the manifest.

    ``pieces`` (held out) are what parity is measured on. With ``int8`` the step's weights are quantised
    if the likelihood loses less than :data:`parity.INT8_LOSS`. Raises :class:`ExportError` where the live
    step and Keras differ; nothing is written to ``folder`` then.
    """
    network = load_trained(path)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        stem = network.settings.name
        step_file, heads_file = work / f"{stem}.step.onnx", work / f"{stem}.heads.onnx"
        kind = transformer if network.settings.network.backbone == "transformer" else recurrent
        onnx.save(kind.step_graph(network), step_file)
        onnx.save(heads.heads_graph(network), heads_file)
        live = _finish(network, work, sampling, Figures())
        view = _view(pieces, network.settings)
        error = parity.difference(
            parity.keras_logits(network, view), parity.onnx_logits(live, view, [1, 37, 1, 64])
        )
        if error > parity.FLOAT_TOLERANCE:
            raise ExportError(f"{stem}: Keras and ONNX differ by {error:.2g}: not exported")
        if int8:
            live = _quantised(network, work, live, pieces, sampling)
        speed = measure(live)
        figures = Figures(
            parity_error=error,
            step_ms_p50=speed.p50,
            step_ms_p99=speed.p99,
            call_of_512_events_ms=speed.window,
            machine=f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, 1 thread",
        )
        manifest = _finish(network, work, sampling, figures).manifest
        for file in (step_file, heads_file, work / f"{stem}.json"):
            shutil.copy(file, folder / f".{file.name}")
            os.replace(folder / f".{file.name}", folder / file.name)
    return manifest


def _finish(network: EventNetwork, work: Path, sampling: Sampling | None, figures: Figures) -> Network:
    """Write the manifest beside the graphs and load all of it as a user would."""
    own = network.settings
    is_transformer = own.network.backbone == "transformer"
    kind = transformer if is_transformer else recurrent
    files = [work / f"{own.name}.{part}.onnx" for part in ("step", "heads")]
    manifest = Manifest(
        name=own.name,
        grid=own.grid,
        time_bins=own.grid_object.time_bins,
        voices=own.voices,
        ranges=own.ranges,
        monophonic=own.grid_object.monophonic,
        conditions=own.conditions,
        edges=own.edges,
        key="C major / A minor" if own.grid == "score" else "as played",
        phrases=own.grid == "score" and own.phrases,
        backbone=own.network.backbone,
        parameters=network.count_params(),
        units=own.network.units,
        window=own.training.window,
        ring=transformer.ring_rows(own.training.window) if is_transformer else 0,
        rotary_modulus=ROTARY_MODULUS if is_transformer else 0,
        state=kind.state_tensors(network),
        heads=heads.head_names(network),
        sampling=sampling or Sampling(guidance=GUIDANCE[own.grid] if own.goals else 1.0),
        figures=figures,
        data=own.data,
        licence=own.licence,
        trained=own.model_dump(
            mode="json", include={"network", "training", "seed", "base"}, exclude_none=True
        ),
        opset=OPSET,
        sha256={file.name: sha256(file) for file in files},
    )
    path = work / f"{own.name}.json"
    path.write_text(manifest.model_dump_json(indent=2) + "\n")
    return load_network(str(path))


def _view(pieces: Sequence[Piece], settings: ModelSettings) -> View:
    """The beginning of a held-out piece, inside one window, with goals."""
    longest = max(pieces, key=lambda piece: len(piece.notes))
    view = plain_view(longest, settings, goals=True)
    count = min(PARITY_EVENTS, settings.training.window, len(view.events))
    return View(view.events[:count], view.conditions[:count])


def _quantised(
    network: EventNetwork, work: Path, live: Network, pieces: Sequence[Piece], sampling: Sampling | None
) -> Network:
    """The model with int8 weights if it stays likely enough, else as it was."""
    own = network.settings
    step_file, kept = work / f"{own.name}.step.onnx", work / "float.onnx"

    def nats(model: Network) -> float:
        total = count = 0.0
        for piece in pieces[:40]:
            view = plain_view(piece, own)
            found = score_piece(model, view.events[:3000], view.conditions[:3000]).total
            total, count = total + float(found.sum()), count + len(found)
        return total / count

    before = nats(live)
    shutil.copy(step_file, kept)
    quantize.quantize(kept, step_file)
    small = _finish(network, work, sampling, Figures())
    loss = nats(small) / before - 1
    if loss > parity.INT8_LOSS or not np.isfinite(loss):
        shutil.copy(kept, step_file)
        return live
    return small
