"""Choosing with a given surprise: probabilities raised to the power at which the mean is as wanted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

PLAUSIBLE = 1e-3
"""What is less likely than this share of the likeliest choice is never taken, whatever surprise is wanted."""

_POWERS = np.concatenate([np.linspace(0.0, 1.6, 17), np.geomspace(1.8, 40.0, 11)])[:, None]
"""1 leaves a distribution as it is, 0 makes all plausible choices equal, 40 takes the likeliest."""
_LEAST_LIKELY = np.log(PLAUSIBLE)


def tilted(log_p: NDArray[np.float64], wanted: float) -> NDArray[np.float64]:
    """Weights ``[n]`` under which the mean of ``-log_p [n]`` is ``wanted`` nats, or as near as can be.

    They are ``p ** power`` over the plausible choices: the mean falls as the power rises, so that it is found
    between two of a row of powers, in one go (0.03 ms for 40 choices).
    """
    best = log_p.max()
    weights = np.zeros(len(log_p))
    plausible = np.flatnonzero(log_p >= best + _LEAST_LIKELY)
    if len(plausible) == 1:
        weights[plausible] = 1.0
        return weights
    kept = log_p[plausible]
    scores = kept - best
    each = np.exp(_POWERS * scores)
    means = -(each @ kept) / each.sum(axis=1)
    above = int(np.searchsorted(-means, -wanted))  # means fall: the first that is not above what is wanted
    if above in (0, len(means)):
        power = float(_POWERS[min(above, len(means) - 1), 0])
    else:
        part = (means[above - 1] - wanted) / (means[above - 1] - means[above])
        power = float(_POWERS[above - 1, 0] + part * (_POWERS[above, 0] - _POWERS[above - 1, 0]))
    weights[plausible] = np.exp(power * scores)
    return weights
