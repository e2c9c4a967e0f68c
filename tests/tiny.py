"""Tiny networks of every backbone, with large random weights: what differs shows. Needs TensorFlow."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from made import performance_piece, score_piece
from obedient import EDGES

from models.manifest import Manifest
from models.piece import Piece
from models.step import Network, load_network
from training.settings import ModelSettings, load_settings
from training.views import View, plain_view

MODEL_OF = {"transformer": "piano", "lstm": "folk", "gru": "chorale"}
"""Which model each backbone is tried with, so that all conditions, grids and heads take part."""
GOALS = {"transformer": ("density", "register"), "lstm": ("mode",), "gru": ()}
WINDOW = 24


class Tiny(NamedTuple):
    """A network as trained and as exported, and long pieces for it."""

    settings: ModelSettings
    trained: Any
    live: Network
    manifest: Manifest
    folder: Path
    pieces: list[Piece]

    def view(self, index: int = 0) -> View:
        """A piece as the network is told it."""
        role = 2 if self.settings.voices > 1 else 0
        return plain_view(self.pieces[index], self.settings, role=role, goals=True)


def tiny_settings(backbone: str, **training: object) -> ModelSettings:
    """The shipped settings with two small layers, and goals."""
    settings = load_settings(MODEL_OF[backbone])
    small = {"backbone": backbone, "layers": 2, "units": 32, "head_units": 24, "heads": 4, "dropout": 0.0}
    shorter = {"window": WINDOW, "batch": 4, **training}
    return settings.model_copy(
        update={
            "conditions": (*settings.conditions, *GOALS[backbone]),
            "edges": {name: EDGES[name] for name in GOALS[backbone] if name in EDGES},
            "network": settings.network.model_copy(update=small),
            "training": settings.training.model_copy(update=shorter),
        }
    )


def long_pieces(settings: ModelSettings, count: int = 3) -> list[Piece]:
    """Pieces of more than 700 events."""
    if settings.grid == "performance":
        return [performance_piece(seed, notes=400) for seed in range(count)]
    quarters = 800 // settings.voices
    return [score_piece(seed, settings.voices, quarters) for seed in range(count)]


def shared_tiny(backbone: str, folder: Path) -> Tiny:
    """The one that lies in ``folder``, for all processes of a test run; exported by the first that asks."""
    from export.export import load_trained

    place = folder / f"tiny-{backbone}"
    if not place.exists():
        own = Path(tempfile.mkdtemp(dir=folder))
        export_tiny(backbone, own)
        with contextlib.suppress(OSError):  # another process was quicker
            own.rename(place)
    settings, path = tiny_settings(backbone), place / "tiny.npz"
    live = load_network(str(place / f"{settings.name}.json"))
    return Tiny(settings, load_trained(path), live, live.manifest, place, long_pieces(settings))


def export_tiny(backbone: str, folder: Path, *, int8: bool = False, vectors: bool = False) -> Tiny:
    """Build, fill with random weights (``vectors``: biases and gains too), save and export."""
    from export.export import export, load_trained
    from training import checkpoint
    from training.train import build

    settings = tiny_settings(backbone)
    network = build(settings)
    rng = np.random.default_rng(5)
    for weight in network.trainable_weights:
        if len(weight.shape) > 1:
            weight.assign(rng.normal(size=weight.shape) * weight.shape[-1] ** -0.5)
        elif vectors:
            weight.assign(weight + rng.normal(size=weight.shape) * 0.1)
    path = folder / "tiny.npz"
    checkpoint.save(path, network, checkpoint.Progress(), settings.model_dump_json())
    pieces = long_pieces(settings)
    manifest = export(path, folder, pieces, int8=int8)
    live = Network(manifest, folder)
    return Tiny(settings, load_trained(path), live, manifest, folder, pieces)
