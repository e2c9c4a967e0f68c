"""What a run writes down: CSV files, TensorBoard events, and one line on the screen."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


class RunLog:
    """Appends rows to ``log.csv`` and, where TensorFlow is installed, scalars for TensorBoard."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "log.csv"
        self._writer: Any = None
        try:
            import tensorflow as tf  # noqa: PLC0415  (a JAX-only machine trains without it)
        except ImportError:
            return
        self._scalar = tf.summary.scalar
        self._writer = tf.summary.create_file_writer(str(folder / "tensorboard"))

    def row(self, split: str, step: int, values: dict[str, float]) -> None:
        """One row; columns are ``split``, ``step`` and a ``name=value`` pair for each value."""
        with self.path.open("a", newline="") as file:
            pairs = [f"{name}={value:.6g}" for name, value in values.items()]
            csv.writer(file).writerow([split, step, *pairs])
        if self._writer is not None:
            with self._writer.as_default(step=step):
                for name, value in values.items():
                    self._scalar(f"{split}/{name}", value)
            self._writer.flush()

    def curve(self, history: Sequence[Mapping[str, float]]) -> None:
        """All validations so far, as a table with a header for plots: ``validation.csv``, written whole."""
        with (self.path.parent / "validation.csv").open("w", newline="") as file:
            table = csv.DictWriter(file, list(history[0]))
            table.writeheader()
            table.writerows(history)
