"""The optimizer, its schedule, and the moving average of the weights."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import keras
import numpy as np

from training.muon import FastMuon
from training.settings import TrainingSettings

ADAM_SHARE = 0.5
"""Learning rate of AdamW beside Muon's, whose updates are scaled to AdamW's size (Liu et al. 2025)."""
LEAST_SHARE = 0.01
"""The learning rate never falls below this share of its height."""


def make_optimizer(own: TrainingSettings) -> keras.Optimizer:
    """AdamW, or Muon for the matrices of the backbone and AdamW for the rest."""
    common: dict[str, Any] = {"weight_decay": own.weight_decay, "global_clipnorm": own.clip_norm}
    if own.averaging:
        common |= {"use_ema": True, "ema_momentum": own.averaging}
    if own.optimizer == "adamw":
        return keras.optimizers.AdamW(own.learning_rate, beta_2=0.98, **common)
    return FastMuon(
        own.learning_rate,
        adam_weight_decay=own.weight_decay,
        adam_beta_2=0.98,
        adam_lr_ratio=ADAM_SHARE,
        exclude_layers=["embedder", "heads"],
        **common,
    )


def schedule(part_done: float, step: int, warmup: int) -> float:
    """Share of the learning rate: warm up, then fall linearly to zero (Bergsma et al. 2025)."""
    return min(1.0, (step + 1) / max(1, warmup)) * max(LEAST_SHARE, 1.0 - part_done)


class Averaged:
    """Within this context a model has the moving average of its weights, if one is kept."""

    def __init__(self, model: keras.Model) -> None:
        self._model = model
        self._kept: list[Any] = []

    def __enter__(self) -> None:
        optimizer = self._model.optimizer
        if optimizer.use_ema and optimizer.built:
            variables = self._model.trainable_variables
            self._kept = [keras.ops.convert_to_numpy(variable) for variable in variables]
            optimizer.finalize_variable_values(variables)
            for variable in variables:  # a copy: JAX would share, then give away, the average's memory
                variable.assign(np.array(keras.ops.convert_to_numpy(variable)))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for variable, value in zip(self._model.trainable_variables, self._kept, strict=False):
            variable.assign(value)
