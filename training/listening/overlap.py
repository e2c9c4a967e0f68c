"""How far two sets of music agree in a feature: 1 where their distributions are the same, 0 where they share
nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
"""``[n, bins]`` histograms of n excerpts, or ``[n, 1]`` numbers."""

_PLACES = 2000
_BINS = 24


def pooled(one: Values, other: Values) -> float:
    """Overlap of all excerpts together: the sum of the smaller share in each bin."""
    if one.shape[1] == 1:
        one, other = _binned(one, other)
    shares = [each.sum(axis=0) / max(1e-12, each.sum()) for each in (one, other)]
    return float(np.minimum(*shares).sum())


def of_distances(played: Values, real: Values) -> float:
    """Yang and Lerch's overlapping area: of the distances within the real music with those to what was
    played. It also sees whether excerpts differ from each other as much as real ones do.
    """
    played, real = _normal(played), _normal(real)
    inside = _distances(real, real)[np.triu_indices(len(real), 1)]
    across = _distances(played, real).ravel()
    top = max(float(inside.max(initial=0.0)), float(across.max(initial=0.0)))
    if top <= 0:
        return 1.0
    return float(np.minimum(_density(inside, top), _density(across, top)).sum())


def stacked(rows: Iterable[NDArray[np.float64] | float]) -> Values:
    """Histograms or numbers of several excerpts as rows."""
    return np.array([np.atleast_1d(row) for row in rows], float)


def _binned(one: Values, other: Values) -> tuple[Values, Values]:
    low, high = np.quantile(np.concatenate([one, other]), [0.005, 0.995])
    edges = np.linspace(low, max(high, low + 1e-9), _BINS + 1)[1:-1]
    found = [np.eye(_BINS)[np.searchsorted(edges, each[:, 0])] for each in (one, other)]
    return found[0], found[1]


def _normal(values: Values) -> Values:
    """Histograms as shares; numbers as they are."""
    if values.shape[1] == 1:
        return values
    return np.asarray(values / np.maximum(values.sum(axis=1, keepdims=True), 1e-12))


def _distances(one: Values, other: Values) -> Values:
    squares = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1) - 2 * one @ other.T
    return np.asarray(np.sqrt(np.maximum(squares, 0.0)))


def _density(distances: Values, top: float) -> Values:
    """Shares at :data:`_PLACES` places from 0 up to beyond the top: Gaussian kernels, width after Scott."""
    width = max(float(distances.std()) * len(distances) ** -0.2, top / _PLACES)
    places = np.linspace(-0.25 * top, 1.25 * top, _PLACES)
    counts = np.histogram(distances, np.append(places, 2 * places[-1] - places[-2]))[0].astype(float)
    step = places[1] - places[0]
    reach = min(_PLACES // 2 - 1, int(np.ceil(4 * width / step)))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) * step / width) ** 2)
    smooth = np.convolve(counts, kernel, mode="same")
    return np.asarray(smooth / smooth.sum())
