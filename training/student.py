"""A student: it learns what teachers would have said, beside what was played (Hinton et al. 2015)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from training.networks import EventNetwork, legal
from training.settings import ModelSettings

LEAST = 1e-30
"""A smaller probability is nothing, and its logarithm not asked for."""


class Student(EventNetwork):
    """Its loss is parted: ``share`` is how far it is from its teachers, the rest nats of the data.

    Teachers and student are told the same true choices before each head, so what the heads add up to is the
    divergence of whole events, KL(teachers || student). Several teachers are one: the mean of their
    probabilities, head by head. They learn nothing, drop nothing out, and are not kept with the student.
    """

    def __init__(self, settings: ModelSettings, teachers: Sequence[EventNetwork], share: float) -> None:
        super().__init__(settings)
        self.teachers, self.share = list(teachers), share
        for teacher in self.teachers:
            teacher.trainable = False
        self.means["distance"] = keras.metrics.Mean(name="distance")

    @property
    def weights(self) -> list[Any]:
        """Those of the student alone: what a checkpoint keeps and what is counted."""
        theirs = {id(weight) for teacher in self.teachers for weight in teacher.weights}
        return [weight for weight in super().weights if id(weight) not in theirs]

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None,
        training: bool = True,
    ) -> Any:  # fmt: skip
        """As without teachers, with a share of nats per counted event between them and the student."""
        nats = super().compute_loss(x, y, y_pred, sample_weight, training)
        counted = ops.cast(x["counted"], "float32")
        total = ops.maximum(ops.sum(counted), 1.0)
        distance = ops.sum(self._distance(x, y_pred) * counted) / total
        self.means["distance"].update_state(distance, total)
        return (1.0 - self.share) * nats + self.share * distance

    def _distance(self, x: Any, own: dict[str, Any]) -> Any:
        """Nats at each position ``[b, t]``, from the student's free logits by name."""
        theirs = [teacher(x, training=False) for teacher in self.teachers]
        apart = ops.zeros_like(x["log_width"])
        for name, free in own.items():
            _, mask, matters = self._target(name, x)
            wanted = sum(ops.softmax(legal(each[name], mask)) for each in theirs) / len(theirs)
            wanted = ops.stop_gradient(wanted)
            surer = ops.log(ops.maximum(wanted, LEAST)) - ops.log_softmax(legal(free, mask))
            each = ops.sum(wanted * surer, axis=-1)
            apart = apart + (each if matters is None else each * matters)
        return apart
