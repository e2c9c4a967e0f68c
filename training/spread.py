"""Training on several devices and hosts: every batch is parted among them, by Keras' distribution API on JAX.

One process sees all devices of its host by itself. For several processes, each is started with the same
command and Keras' own variables: ``KERAS_DISTRIBUTION_JOB_ADDRESSES`` (host and port of the first),
``KERAS_DISTRIBUTION_NUM_PROCESSES`` and ``KERAS_DISTRIBUTION_PROCESS_ID`` (0, 1, ...).
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import keras

from training.errors import TrainingError

_PROCESSES = "KERAS_DISTRIBUTION_NUM_PROCESSES"


@dataclass(frozen=True)
class Share:
    """Which part of every batch is this process's: ``number`` of ``processes``, over ``devices`` in all."""

    number: int = 0
    processes: int = 1
    devices: int = 1

    @property
    def first(self) -> bool:
        """Whether this process writes what is kept; the others write nothing."""
        return self.number == 0

    def rows(self, batch: int) -> slice:
        """This process's rows of a batch."""
        size = batch // self.processes
        return slice(self.number * size, (self.number + 1) * size)

    def check(self, batch: int) -> None:
        """Raise :class:`TrainingError` where a batch cannot be parted evenly."""
        if batch % self.devices:
            raise TrainingError(
                f"batches of {batch} cannot be parted among {self.devices} devices: change training.batch"
            )

    def meet(self) -> None:
        """Wait until all processes are here: what the first one wrote can be read then. Blocks."""
        if self.processes > 1:
            from jax.experimental import multihost_utils  # noqa: PLC0415  (an optional backend)

            multihost_utils.sync_global_devices("antiphon")


ALONE = Share()
_joined: Share | None = None


def join() -> Share:
    """Join the other processes, if there are any; blocks until all are there. Once in a process.

    Must come before anything is computed. Raises :class:`TrainingError` under TensorFlow.
    """
    global _joined  # noqa: PLW0603  (a process joins once, as JAX itself does)
    if _joined is None:
        _joined = _join(int(os.environ.get(_PROCESSES, "1")))
    return _joined


def _join(processes: int) -> Share:
    if keras.backend.backend() != "jax":
        if processes > 1:
            raise TrainingError("several processes train together on JAX alone: set KERAS_BACKEND=jax")
        return ALONE
    import jax  # noqa: PLC0415  (an optional backend)

    if processes > 1:
        keras.distribution.initialize()
    devices = int(jax.device_count())
    if devices > 1:
        keras.distribution.set_distribution(keras.distribution.DataParallel(auto_shard_dataset=False))
    return Share(int(jax.process_index()), int(jax.process_count()), devices)
