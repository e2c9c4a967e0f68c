"""From an exported model back to weights that can be trained: what a model was shipped as is enough to go on.

int8 weights are taken as the numbers that they stand for, so the network begins next to where it was
(:func:`rebuild` measures that); the finest differences that quantising took are gone.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

from export import embedder, parity, recurrent, transformer
from models.likelihood import score_events
from models.manifest import Manifest
from models.piece import Piece
from models.step import load_network
from training import checkpoint
from training.errors import TrainingError
from training.networks import EventNetwork
from training.settings import ModelSettings
from training.train import build
from training.views import View, plain_view

Array = NDArray[np.float32]
MOST_LOSS = 0.02
"""Greatest relative difference of likelihood between the exported network and the one built from it."""
_KERAS = re.compile(
    r"(?:given/)?(?:heads(?:_\d+)?/)?(?:goals(?:_\d+)?/)?(\w+)/(?:Cast|GatherV2|BiasAdd)/ReadVariableOp:0"
)


class Rebuilt(NamedTuple):
    """Nats an event over the same music: of the exported model, and of the network built from it."""

    settings: ModelSettings
    exported: float
    rebuilt: float


def rebuild(path: Path, target: Path, piece: Piece) -> Rebuilt:
    """Write a checkpoint with the weights of the model whose manifest is ``path``; compare both on ``piece``.

    Raises ``TrainingError`` where they differ: then the export of another version wrote the model.
    """
    live = load_network(str(path))
    settings = settings_of(live.manifest)
    network = build(settings)
    step, heads = (
        _initializers(path.parent / f"{live.manifest.name}.{part}.onnx") for part in ("step", "heads")
    )
    try:
        _fill(network, step, heads)
    except (KeyError, ValueError) as error:
        raise TrainingError(f"the weights of {live.manifest.name} cannot be read back: {error}") from error
    view = plain_view(piece, settings)
    count = min(len(view.events), settings.training.window)
    view = View(view.events[:count], view.conditions[:count])
    exported, rebuilt = (
        float(score_events(logits, view.events, 0, count - 1, live).total.mean())
        for logits in (parity.onnx_logits(live, view, [64]), parity.keras_logits(network, view))
    )
    if not abs(rebuilt / exported - 1) < MOST_LOSS:
        raise TrainingError(
            f"the weights of {live.manifest.name} cannot be read back: {rebuilt:.3f} nats an event "
            f"instead of {exported:.3f}"
        )
    checkpoint.save(target, network, checkpoint.Progress(), settings.model_dump_json())
    return Rebuilt(settings, exported, rebuilt)


def settings_of(manifest: Manifest) -> ModelSettings:
    """What a model was made with, as its manifest has it."""
    said = {"name", "grid", "voices", "ranges", "conditions", "edges", "data", "licence"}
    known = manifest.model_dump(include=said)
    try:
        return ModelSettings.model_validate({**known, "phrases": manifest.phrases, **manifest.trained})
    except ValueError as error:
        raise TrainingError(f"the manifest of {manifest.name} does not say how it was trained") from error


def _initializers(path: Path) -> dict[str, Array]:
    """The constants of a graph, int8 ones as the numbers that they stand for."""
    found = {each.name: numpy_helper.to_array(each) for each in onnx.load(path).graph.initializer}
    for name in [name for name in found if name.endswith("_quantized")]:
        plain = name.removesuffix("_quantized")
        whole, scale, zero = found.pop(name), found[f"{plain}_scale"], found[f"{plain}_zero_point"]
        found[plain] = (whole.astype(np.float32) - zero.astype(np.float32)) * scale
        if plain[:1] in "WR" and plain[1:].isdecimal():  # the quantised operator wants them transposed
            found[plain] = found[plain].transpose(0, 2, 1)
    return found


def _fill(network: EventNetwork, step: dict[str, Array], heads: dict[str, Array]) -> None:
    embedder.fill(network.embedder, step)
    kind = transformer if network.settings.network.backbone == "transformer" else recurrent
    kind.fill(network.backbone, step)
    network.norm.gain.assign(step["norm"])
    _fill_heads(network.heads, _by_layer(heads))


def _by_layer(graph: dict[str, Array]) -> dict[str, list[Array]]:
    """What belongs to each named layer: matrix or table, then bias. TensorFlow ends names in numbers."""
    found: dict[str, list[Array]] = {}
    for name, array in graph.items():
        if match := _KERAS.fullmatch(name):
            found.setdefault(re.sub(r"_\d+$", "", match[1]), []).append(array)
    return {layer: sorted(arrays, key=lambda array: -array.ndim) for layer, arrays in found.items()}


def _fill_heads(heads: Any, known: dict[str, list[Array]]) -> None:
    """These were converted from Keras: each layer has kept its name."""
    for layer in heads._flatten_layers(include_self=False, recursive=True):
        holds_others = any(True for _ in layer._flatten_layers(include_self=False))
        if layer.weights and not holds_others:
            layer.set_weights(known[layer.name])
