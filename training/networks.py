"""The event network: embeddings of what happened, a backbone, and a chain of heads for what comes next.

p(event) = p(wait) p(voice | wait) p(token | wait, voice) p(velocity | wait, voice, token); on the score
grid the heads after the wait also see the place in the bar of the event that they choose.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import layers, ops

from models.events import PITCHES
from models.grid import VELOCITY_BINS
from models.sounding import AGE_BUCKETS
from models.vocabulary import (
    INPUT_TOKENS,
    LOUDNESS,
    TOKEN,
    TOKENS,
    VELOCITY_INPUTS,
    WAIT,
    WHO,
)
from training.backbones import RMSNorm, make_backbone
from training.settings import ModelSettings

FORBIDDEN = -1e9
"""Added to the logits of illegal choices."""


def legal(logits: Any, mask: Any) -> Any:
    """Logits under a mask of legal choices, or as they are where every choice is legal (None)."""
    return logits if mask is None else logits + (1.0 - ops.cast(mask, "float32")) * FORBIDDEN


class Embedder(layers.Layer):
    """What the network is told of one event, as one vector ``[batch, time, units]``."""

    def __init__(self, settings: ModelSettings, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        units = settings.network.units
        grid = settings.grid_object
        small = keras.initializers.RandomNormal(stddev=0.02)

        def table(size: int, name: str) -> layers.Embedding:
            return layers.Embedding(size, units, embeddings_initializer=small, name=name)

        self.token = table(INPUT_TOKENS, "token")
        self.wait = table(grid.time_bins, "wait")
        self.voice = table(settings.voices, "voice") if settings.voices > 1 else None
        self.velocity = table(VELOCITY_INPUTS, "velocity") if grid.has_velocity else None
        self.conditions = [
            table(each.size, each.name) for each in settings.condition_objects if not each.goal
        ]
        self.sounding = layers.Dense(units, kernel_initializer=small, name="sounding")
        self.drop = layers.Dropout(settings.network.dropout)

    def call(self, events: Any, conditions: Any, sounding: Any, training: bool = False) -> Any:
        """``events`` ``[b, t, 4]``, ``conditions`` ``[b, t, c]`` (goals are not looked at), ``sounding``
        ``[b, t, v*128]``.
        """
        x = self.token(events[..., TOKEN]) + self.wait(events[..., WAIT])
        if self.voice is not None:
            x = x + self.voice(events[..., WHO])
        if self.velocity is not None:
            x = x + self.velocity(events[..., LOUDNESS])
        for index, table in enumerate(self.conditions):
            x = x + table(conditions[..., index])
        age = ops.cast(sounding, self.compute_dtype)
        rows = ops.concatenate([ops.minimum(age, 1.0), age * (1.0 / AGE_BUCKETS)], axis=-1)
        return self.drop(x + self.sounding(rows), training=training)


class Goals(layers.Layer):
    """What goals do to the inner layer of each head: nothing where none is given, and nothing at first."""

    def __init__(self, settings: ModelSettings, heads: list[str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        units = settings.network.head_units
        wide, small = (keras.initializers.RandomNormal(stddev=each) for each in (0.5, 0.02))
        self.columns = [i for i, each in enumerate(settings.condition_objects) if each.goal]
        self.tables = [
            layers.Embedding(each.size, units, embeddings_initializer=wide, name=f"goal_{each.name}")
            for each in settings.condition_objects
            if each.goal
        ]
        self.seen = layers.Dense(units, kernel_initializer=small, name="goal_seen")
        self.steer = {
            name: layers.Dense(units, use_bias=False, kernel_initializer="zeros", name=f"goal_{name}")
            for name in heads
        }

    def call(self, hidden: Any, conditions: Any) -> dict[str, Any]:
        """``[b, t, head_units]`` for each head; ``conditions`` ``[b, t, c]`` of the next event."""
        told = [conditions[..., column] for column in self.columns]
        x = self.seen(hidden)
        for level, table in zip(told, self.tables, strict=True):
            given = ops.cast(ops.minimum(level, 1), x.dtype)[..., None]
            x = x + given * table(level)
        any_given = ops.cast(ops.minimum(sum(told[1:], start=told[0]), 1), x.dtype)[..., None]
        x = ops.silu(x)
        return {name: any_given * steer(x) for name, steer in self.steer.items()}


class Heads(layers.Layer):
    """Logits of every choice, each seeing the choices before it."""

    def __init__(self, settings: ModelSettings, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        grid, units = settings.grid_object, settings.network.head_units
        small = keras.initializers.RandomNormal(stddev=0.02)
        sizes = {"wait": grid.time_bins, "token": TOKENS}
        if settings.voices > 1:
            sizes["voice"] = settings.voices
        if grid.has_velocity:
            sizes["velocity"] = VELOCITY_BINS
        self.inner = {
            name: layers.Dense(units, kernel_initializer=small, name=f"{name}_inner") for name in sizes
        }
        self.outer = {
            name: layers.Dense(size, kernel_initializer=small, dtype="float32", name=f"{name}_logits")
            for name, size in sizes.items()
        }
        placed = [(i, each) for i, each in enumerate(settings.condition_objects) if each.placed]

        def table(size: int, name: str) -> layers.Embedding:
            return layers.Embedding(size, units, embeddings_initializer=small, name=name)

        after: list[str] = [name for name in ("voice", "token", "velocity") if name in sizes]
        self.wait_tables = {name: table(grid.time_bins, f"{name}_wait") for name in after}
        self.place_tables = {
            name: [(i, table(each.size, f"{name}_{each.name}")) for i, each in placed] for name in after
        }
        self.voice_tables = {
            name: table(settings.voices, f"{name}_voice")
            for name in after
            if name != "voice" and "voice" in sizes
        }
        self.token_table = table(TOKENS, "velocity_token") if "velocity" in sizes else None
        self.goals = Goals(settings, list(sizes), name="goals") if settings.goals else None
        self.drop = layers.Dropout(settings.network.dropout)

    def call(self, hidden: Any, choices: Any, conditions: Any, training: bool = False) -> Any:
        """Logits by name, float32 ``[b, t, size]``.

        ``choices`` int32 ``[b, t, 4]`` and ``conditions`` int32 ``[b, t, c]`` of the *next* event; each
        head looks only at the choices before its own.
        """
        hidden = self.drop(hidden, training=training)
        steered = None if self.goals is None else self.goals(hidden, conditions)
        return self.logits(hidden, choices, conditions, steered)

    def logits(self, hidden: Any, choices: Any, conditions: Any, steered: dict[str, Any] | None) -> Any:
        """The same, with what goals do to the inner layer of each head; ``[n, ...]`` will do for each."""
        logits = {}
        for name, inner in self.inner.items():
            x = inner(hidden)
            if name != "wait":
                x = x + self.wait_tables[name](choices[..., WAIT])
                for index, table in self.place_tables[name]:
                    x = x + table(conditions[..., index])
            if name in self.voice_tables:
                x = x + self.voice_tables[name](choices[..., WHO])
            if name == "velocity" and self.token_table is not None:
                x = x + self.token_table(choices[..., TOKEN])
            if steered is not None:
                x = x + steered[name]
            logits[name] = self.outer[name](ops.silu(x))
        return logits


class EventNetwork(keras.Model):
    """Inputs to logits, with teacher forcing; its loss is nats per event."""

    def __init__(self, settings: ModelSettings, **kwargs: Any) -> None:
        super().__init__(name="event_network", **kwargs)  # fixed: checkpoints know weights by path
        self.settings = settings
        self.embedder = Embedder(settings, name="embedder")
        self.backbone = make_backbone(settings.network)
        self.norm = RMSNorm(name="norm")
        self.heads = Heads(settings, name="heads")
        names = [*self.heads.inner, "nats", "right"]
        self.means = {name: keras.metrics.Mean(name=name) for name in names}

    def hidden(self, inputs: dict[str, Any], training: bool = False) -> Any:
        """``[batch, time, units]`` after each event."""
        x = self.embedder(inputs["events"], inputs["conditions"], inputs["sounding"], training=training)
        return self.norm(self.backbone(x, training=training))

    def call(self, inputs: dict[str, Any], training: bool = False) -> Any:
        """Logits by name for each position."""
        hidden = self.hidden(inputs, training=training)
        return self.heads(hidden, inputs["next_events"], inputs["next_conditions"], training=training)

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None,
        training: bool = True,
    ) -> Any:  # fmt: skip
        """Mean nats per counted event; ``x["counted"]`` ``[b, t]`` says which count."""
        counted = ops.cast(x["counted"], "float32")
        total = ops.maximum(ops.sum(counted), 1.0)
        nats = ops.zeros_like(counted)
        right = ops.ones_like(counted)
        for name, free in y_pred.items():
            target, mask, matters = self._target(name, x)
            logits = legal(free, mask)
            each = keras.losses.sparse_categorical_crossentropy(target, logits, from_logits=True)
            hit = ops.cast(ops.equal(ops.argmax(logits, axis=-1), target), "float32")
            if matters is not None:
                each, hit = each * matters, hit * matters + (1.0 - matters)
            if name == "wait":
                each = each + ops.cast(x["log_width"], "float32")
            self.means[name].update_state(ops.sum(each * counted) / total, total)
            nats, right = nats + each, right * hit
        loss = ops.sum(nats * counted) / total
        self.means["nats"].update_state(loss, total)
        self.means["right"].update_state(ops.sum(right * counted) / total, total)
        return loss

    def _target(self, name: str, x: dict[str, Any]) -> tuple[Any, Any, Any]:
        """Target index, mask of legal choices (or None), and where the choice exists (or None)."""
        chosen = x["next_events"]
        if name == "wait":
            return chosen[..., WAIT], x["legal_waits"], None
        if name == "voice":
            return chosen[..., WHO], x["legal_voices"], None
        if name == "token":
            return chosen[..., TOKEN], x["legal_tokens"], None
        struck = ops.cast(chosen[..., TOKEN] < PITCHES, "float32")
        return ops.maximum(chosen[..., LOUDNESS] - 1, 0), None, struck

    @property
    def goal_weights(self) -> list[Any]:
        """What goals do, and nothing else."""
        return [] if self.heads.goals is None else self.heads.goals.weights

    @property
    def metrics(self) -> list[Any]:
        """Means over the epoch: nats of each head, their sum, share of events right in full."""
        return list(self.means.values())
