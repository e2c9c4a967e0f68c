"""The beat network: onset after onset, where in the beat this one lies, and how long the beat is.

A dense layer, two gated recurrent layers and three heads, in NumPy: one step is a few products of a vector
and a matrix, less work than a call into a runtime. Owned by one thread; never blocks.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

PERIODS, PHASES = 16, 24
"""The joint grid: log of the beat's length, place in the beat. Cell (i, j) is i * PHASES + j."""
FIRST_PERIOD, LAST_PERIOD = 0.18, 3.0
"""Seconds of the first and the last row; their logs are evenly spaced."""
METERS = 6
"""Lengths of a bar: 1 to 5 beats, and 6 or more."""
WEIGHTS = Path(__file__).with_name("beat.npz")


class Heard(NamedTuple):
    """What was heard in an onset.

    ``grid`` ``[PERIODS, PHASES]``: log probabilities. ``downbeat``: log odds that the onset begins a bar, if
    it is on a beat. ``meter`` ``[METERS]``: log probabilities.
    """

    grid: Floats
    downbeat: float
    meter: Floats


class BeatNetwork:
    """One listener. ``weights`` as :func:`load` gives them."""

    def __init__(self, weights: dict[str, Floats]) -> None:
        self._w = weights
        self._state = [np.zeros(weights[f"gru{layer}_recurrent"].shape[0], np.float32) for layer in (0, 1)]

    def reset(self) -> None:
        """As if nothing had been heard."""
        for state in self._state:
            state[:] = 0

    def step(self, row: Floats) -> Heard:
        """Hear one onset, told as a row ``[FEATURES]``."""
        w = self._w
        x = np.maximum(row @ w["in_kernel"] + w["in_bias"], 0)
        for layer in (0, 1):
            x = self._recur(layer, x)
        out = x @ w["out_kernel"] + w["out_bias"]
        cells = PERIODS * PHASES
        grid = _log_softmax(out[:cells]).reshape(PERIODS, PHASES)
        return Heard(grid, float(out[cells]), _log_softmax(out[cells + 1 :]))

    def _recur(self, layer: int, x: Floats) -> Floats:
        w, state = self._w, self._state[layer]
        units = len(state)
        told = x @ w[f"gru{layer}_kernel"] + w[f"gru{layer}_bias"][0]
        kept = state @ w[f"gru{layer}_recurrent"] + w[f"gru{layer}_bias"][1]
        gates = 0.5 + 0.5 * np.tanh(0.5 * (told[: 2 * units] + kept[: 2 * units]))  # sigmoid, at any size
        new = np.tanh(told[2 * units :] + gates[units:] * kept[2 * units :])
        state[:] = new + gates[:units] * (state - new)
        return state


@cache
def load(path: Path = WEIGHTS) -> dict[str, Floats]:
    """The shipped weights, as 32-bit floats; read once."""
    with np.load(path) as file:
        return {name: file[name].astype(np.float32) for name in file.files}


def _log_softmax(values: Floats) -> Floats:
    values = values - values.max()
    return values - np.float32(np.log(np.exp(values).sum()))
