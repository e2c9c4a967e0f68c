"""Muon with its orthogonalisation in bfloat16, as its authors run it (Jordan et al. 2024).

Keras runs the Newton-Schulz iteration in float32, which on a CPU with bfloat16 matrix units takes as
long as the whole backward pass of a small network. Its result is approximate by design.
"""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


class FastMuon(keras.optimizers.Muon):
    """``keras.optimizers.Muon`` with a bfloat16 Newton-Schulz iteration."""

    def zeropower_via_newtonschulz5(self, x: Any, steps: int) -> Any:
        """Nearest semi-orthogonal matrix, approximately; shape and dtype of ``x``."""
        tall = x.shape[-2] > x.shape[-1]
        y = ops.cast(x / (ops.norm(x) + 1e-7), "bfloat16")
        y = ops.transpose(y) if tall else y
        for _ in range(steps):
            square = ops.matmul(y, ops.transpose(y))
            y = self.muon_a * y + ops.matmul(
                self.muon_b * square + self.muon_c * ops.matmul(square, square), y
            )
        y = ops.transpose(y) if tall else y
        return ops.cast(y, x.dtype)
