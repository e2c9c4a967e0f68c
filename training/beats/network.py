"""The beat network in Keras, its losses, and its weights as ``models/beat_network.py`` reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models.beat_features import FEATURES
from models.beat_network import METERS, PERIODS, PHASES
from training.beats.samples import Batch

UNITS, WIDTH = 112, 96
CELLS = PERIODS * PHASES
TENSORS = {
    "in": ("kernel", "bias"),
    "gru0": ("kernel", "recurrent", "bias"),
    "gru1": ("kernel", "recurrent", "bias"),
    "out": ("kernel", "bias"),
}


def network(dropped: float = 0.3) -> Any:
    """Rows ``[b, t, FEATURES]`` to logits ``[b, t, CELLS + 1 + METERS]``: grid, downbeat, meter."""
    told = keras.Input((None, FEATURES))
    x = keras.layers.Dense(WIDTH, "relu", name="in")(told)
    x = keras.layers.Dropout(dropped / 2)(x)
    for layer in ("gru0", "gru1"):
        x = keras.layers.GRU(UNITS, return_sequences=True, name=layer)(x)
        x = keras.layers.Dropout(dropped)(x)
    return keras.Model(told, keras.layers.Dense(CELLS + 1 + METERS, name="out")(x))


def losses(logits: Any, batch: Batch) -> tuple[Any, Any, Any]:
    """Means in nats over what is known: grid, downbeat of onsets on a beat, meter."""
    log_grid = tf.nn.log_softmax(logits[..., :CELLS])
    grid = -tf.gather(log_grid, batch.cells, batch_dims=2) * batch.weights
    down = tf.nn.sigmoid_cross_entropy_with_logits(labels=batch.downbeat, logits=logits[..., CELLS])
    meter = tf.nn.sparse_softmax_cross_entropy_with_logits(
        labels=batch.meter, logits=logits[..., CELLS + 1 :]
    )
    return (
        tf.reduce_sum(grid) / tf.reduce_sum(batch.weights),
        tf.reduce_sum(down * batch.on_beat) / tf.maximum(tf.reduce_sum(batch.on_beat), 1),
        tf.reduce_sum(meter * batch.in_bar) / tf.maximum(tf.reduce_sum(batch.in_bar), 1),
    )


def weights_of(model: Any) -> dict[str, NDArray[np.float16]]:
    """The arrays by name, in 16 bits."""
    return {
        f"{layer}_{kind}": array.astype(np.float16)
        for layer, kinds in TENSORS.items()
        for kind, array in zip(kinds, model.get_layer(layer).get_weights(), strict=True)
    }


def put_weights(model: Any, path: Path) -> None:
    """Take weights from a file."""
    with np.load(path) as file:
        for layer, kinds in TENSORS.items():
            model.get_layer(layer).set_weights([file[f"{layer}_{kind}"].astype(np.float32) for kind in kinds])


def save(model: Any, path: Path) -> None:
    """Write the weights."""
    arrays: dict[str, Any] = dict(weights_of(model))
    np.savez_compressed(path, **arrays)
