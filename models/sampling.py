"""Choosing between the heads: masks, temperature, top-p and surprise, in NumPy, here alone.

Randomness is keyed by (seed, decision, draw), so a plan that is cancelled uses none up and a replay draws
the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.conditions import Told
from models.tilt import tilted

_MASK64 = (1 << 64) - 1


class Picked(NamedTuple):
    """A choice and its surprise in nats under the masked distribution at temperature 1.

    ``entropy``: the mean surprise under that distribution; 0 where no surprise was asked for.
    """

    choice: int
    nats: float
    entropy: float = 0.0


@dataclass(frozen=True)
class Style:
    """How to choose. ``temperature`` > 0 flattens, ``top_p`` keeps the most likely mass (Holtzman 2020); a
    context does not ask it of waits.

    ``bias``: nats added to the logits of ``[TOKENS]``, before all that.
    ``surprise``: in place of the first two, how many times its entropy a choice costs on average.
    ``goals``: what a context tells the heads of what is to come (:meth:`models.goals.Goals.told`).
    """

    temperature: float = 1.0
    top_p: float = 0.95
    bias: NDArray[np.float32] | None = field(default=None, compare=False)
    surprise: float | None = None
    goals: Told = field(default_factory=dict, hash=False)


class Draws:
    """Uniform numbers of one decision: the n-th is a function of (seed, decision, n) alone."""

    def __init__(self, seed: int, decision: int) -> None:
        self._state = _mix(_mix(seed & _MASK64) ^ (decision & _MASK64))
        self._count = 0

    def uniform(self) -> float:
        """The next number in [0, 1)."""
        self._count += 1
        return (_mix(self._state + self._count * 0x9E3779B97F4A7C15) >> 11) * 2.0**-53


def _mix(value: int) -> int:
    """SplitMix64's finaliser (Steele, Lea and Flood 2014)."""
    value &= _MASK64
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK64
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK64
    return value ^ (value >> 31)


def log_probabilities(logits: NDArray[np.float32], legal: NDArray[np.bool_] | None) -> NDArray[np.float64]:
    """``[..., n]`` log-softmax over the legal choices; illegal ones are ``-inf``."""
    scores = logits.astype(np.float64)
    if legal is not None:
        scores = np.where(legal, scores, -np.inf)
    scores = scores - scores.max(axis=-1, keepdims=True)
    return np.asarray(scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True)))


def pick(
    logits: NDArray[np.float32],
    legal: NDArray[np.bool_] | None,
    style: Style,
    uniform: float,
    bias: NDArray[np.float32] | None = None,
) -> Picked:
    """Choose one index of ``logits [n]``. At least one choice must be legal; ``bias [n]`` is added."""
    indices = None if legal is None else np.flatnonzero(legal)
    scores = (logits if indices is None else logits[indices]).astype(np.float64)
    if bias is not None:
        scores += bias if indices is None else bias[indices]
    scores -= scores.max()
    weights = np.exp(scores)
    total = weights.sum()
    entropy = 0.0
    if style.surprise is not None:
        log_p = scores - np.log(total)
        entropy = float(-(weights @ log_p) / total)
        weights = tilted(log_p, style.surprise * entropy)
    elif style.temperature != 1.0:
        weights = np.exp(scores / style.temperature)
    if style.top_p < 1.0 and style.surprise is None:
        order = np.argsort(-weights, kind="stable")
        sums = weights[order].cumsum()
        kept = int(np.searchsorted(sums, style.top_p * sums[-1])) + 1  # the fewest that hold the share
        weights[order[kept:]] = 0.0
    sums = weights.cumsum()
    index = int(np.searchsorted(sums, uniform * sums[-1], side="right"))
    index = min(index, int(np.flatnonzero(weights)[-1]))
    nats = float(np.log(total) - scores[index])
    return Picked(index if indices is None else int(indices[index]), nats, entropy)


def mass(logits: NDArray[np.float32], legal: NDArray[np.bool_] | None, indices: slice) -> float:
    """Probability of a range of choices."""
    return float(np.exp(log_probabilities(logits, legal)[indices]).sum())
