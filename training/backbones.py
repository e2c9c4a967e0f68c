"""Backbones: what turns a sequence of event vectors into hidden vectors, strictly causal.

All take and give ``[batch, time, units]``. ``keras.layers`` and ``keras.ops`` only, so that the same code
trains on TensorFlow and on JAX. The stateful single-step versions are made at export.
"""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import layers, ops

from training.settings import NetworkSettings

ROTARY_MODULUS = 65536
"""Rotary frequencies are whole multiples of 2 pi / 65536, so the phase can be reduced exactly and does
not drift in float32 however long the music is (Su et al. 2021 for the encoding itself)."""

EPSILON = 1e-6
"""What keeps a norm of silence finite."""


def rotary_multiples(size: int) -> list[int]:
    """``size / 2`` integer frequencies, in units of 2 pi / ROTARY_MODULUS radians per event."""
    half = size // 2
    return [max(1, round(10000.0 ** (-i / half) * ROTARY_MODULUS / (2 * math.pi))) for i in range(half)]


def rotate(x: Any, position: Any) -> Any:
    """Rotate ``x [..., time, size]`` by ``position [time]`` (int32, any size)."""
    half = x.shape[-1] // 2
    multiples = ops.convert_to_tensor(rotary_multiples(x.shape[-1]), dtype="int32")
    # Reduced before the product, so that it cannot overflow; ``mod`` is right for what is not negative.
    turns = ops.mod(ops.mod(position, ROTARY_MODULUS)[:, None] * multiples[None, :], ROTARY_MODULUS)
    angle = ops.cast(turns, "float32") * (2 * math.pi / ROTARY_MODULUS)
    cos, sin = ops.cast(ops.cos(angle), x.dtype), ops.cast(ops.sin(angle), x.dtype)
    left, right = x[..., :half], x[..., half:]
    return ops.concatenate([left * cos - right * sin, right * cos + left * sin], axis=-1)


class RMSNorm(layers.Layer):
    """Root-mean-square normalisation with a gain (Zhang and Sennrich 2019)."""

    def build(self, shape: tuple[int, ...]) -> None:
        """One gain per unit."""
        self.gain = self.add_weight(shape=(shape[-1],), initializer="ones", name="gain")

    def call(self, x: Any) -> Any:
        """``[..., units]`` to the same shape."""
        square = ops.mean(ops.square(x), axis=-1, keepdims=True)
        return x * ops.rsqrt(square + EPSILON) * ops.cast(self.gain, x.dtype)


class TransformerBlock(layers.Layer):
    """Pre-norm attention with one key/value head for all (Shazeer 2019), then a gated feed-forward."""

    def __init__(self, units: int, heads: int, dropout: float, depth: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.heads, self.size = heads, units // heads
        small = keras.initializers.RandomNormal(stddev=0.02)
        last = keras.initializers.RandomNormal(stddev=0.02 / math.sqrt(2 * depth))
        self.norm_attention, self.norm_forward = RMSNorm(), RMSNorm()
        self.query = layers.Dense(units, use_bias=False, kernel_initializer=small)
        self.key_value = layers.Dense(2 * self.size, use_bias=False, kernel_initializer=small)
        self.mix = layers.Dense(units, use_bias=False, kernel_initializer=last)
        inner = (8 * units // 3 + 63) // 64 * 64
        self.gate = layers.Dense(inner, use_bias=False, kernel_initializer=small)
        self.up = layers.Dense(inner, use_bias=False, kernel_initializer=small)
        self.down = layers.Dense(units, use_bias=False, kernel_initializer=last)
        self.drop = layers.Dropout(dropout)

    def project(self, x: Any, position: Any) -> tuple[Any, Any, Any]:
        """Rotated queries ``[batch, heads, time, size]``, rotated keys and values ``[batch, time, size]``."""
        x = self.norm_attention(x)
        time = ops.shape(x)[1]
        query = ops.reshape(self.query(x), (-1, time, self.heads, self.size))
        query = rotate(ops.transpose(query, (0, 2, 1, 3)), position)
        key, value = ops.split(self.key_value(x), 2, axis=-1)
        return query, rotate(key, position), value

    def after_attention(self, x: Any, mixed: Any, training: bool = False) -> Any:
        """Residual, then the feed-forward; ``mixed`` ``[batch, heads, time, size]``."""
        time = ops.shape(x)[1]
        mixed = ops.reshape(ops.transpose(mixed, (0, 2, 1, 3)), (-1, time, self.heads * self.size))
        x = x + self.drop(self.mix(mixed), training=training)
        y = self.norm_forward(x)
        return x + self.drop(self.down(ops.silu(self.gate(y)) * self.up(y)), training=training)

    def call(self, x: Any, bias: Any, training: bool = False) -> Any:
        """``bias`` ``[time, time]`` is added to the scores: 0 where a query may look, else very negative."""
        time = ops.shape(x)[1]  # not x.shape: batches differ in length, and then TensorFlow traces with None
        query, key, value = self.project(x, ops.arange(time, dtype="int32"))
        # All heads share the keys, so heads and time fold into one matrix product.
        query = ops.reshape(query, (-1, self.heads * time, self.size))
        scores = ops.matmul(query * self.size**-0.5, ops.transpose(key, (0, 2, 1)))
        scores = ops.reshape(scores, (-1, self.heads, time, time)) + ops.cast(bias, scores.dtype)
        weights = ops.reshape(ops.softmax(scores), (-1, self.heads * time, time))
        mixed = ops.reshape(ops.matmul(weights, value), (-1, self.heads, time, self.size))
        return self.after_attention(x, mixed, training=training)


class Transformer(layers.Layer):
    """A stack of blocks; memory is the window."""

    def __init__(self, settings: NetworkSettings, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.blocks = [
            TransformerBlock(
                settings.units, settings.heads, settings.dropout, settings.layers, name=f"block{i}"
            )
            for i in range(settings.layers)
        ]

    def call(self, x: Any, training: bool = False) -> Any:
        """``[batch, time, units]`` to the same shape."""
        index = ops.arange(ops.shape(x)[1], dtype="int32")
        bias = ops.where(index[None, :] <= index[:, None], 0.0, -1e9)
        for block in self.blocks:
            x = block(x, bias, training=training)
        return x


class Recurrent(layers.Layer):
    """Stacked GRU (Cho et al. 2014) or LSTM (Hochreiter and Schmidhuber 1997) layers."""

    def __init__(self, settings: NetworkSettings, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        cell = {"gru": layers.GRU, "lstm": layers.LSTM}[settings.backbone]
        self.cells = [
            cell(settings.units, return_sequences=True, name=f"cell{i}") for i in range(settings.layers)
        ]
        self.drop = layers.Dropout(settings.dropout)

    def call(self, x: Any, training: bool = False) -> Any:
        """``[batch, time, units]`` to the same shape; the state starts at zero."""
        for cell in self.cells:
            x = self.drop(cell(x), training=training)
        return x


def make_backbone(settings: NetworkSettings) -> layers.Layer:
    """The backbone that the settings name."""
    if settings.backbone == "transformer":
        return Transformer(settings, name="backbone")
    return Recurrent(settings, name="backbone")
