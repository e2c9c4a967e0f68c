"""An n-gram model of symbol sequences with Witten-Bell smoothing, in sorted arrays.

Interpolated as in Chen and Goodman, "An Empirical Study of Smoothing Techniques for Language
Modeling" (1998): ``P_k(s|h) = (c(h, s) + T(h) P_(k-1)(s|h')) / (c(h) + T(h))``, where ``T(h)`` counts the
different symbols seen after ``h``. Below order 0 stands the uniform distribution.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
START = -1
"""What a context holds before the beginning of a sequence."""


class Sequences(NamedTuple):
    """Many sequences in one: ``symbols`` ``[n]``, ``kinds`` ``[n]``, ``ends`` (one past each last).

    Symbols of different kinds (waits, tokens, ...) must be different numbers; the kind that comes
    next is always known.
    """

    symbols: NDArray[np.int64]
    kinds: NDArray[np.int64]
    ends: NDArray[np.int64]


class _Table(NamedTuple):
    """Counts of one order, sorted by key."""

    grams: Keys
    gram_counts: NDArray[np.uint32]
    contexts: Keys
    context_counts: NDArray[np.uint32]
    successors: NDArray[np.uint32]


class WittenBell:
    """``sizes``: the number of symbols of each kind. Memory while counting: about 130 bytes a symbol."""

    def __init__(self, order: int, sizes: list[int]) -> None:
        self.order = order
        self.sizes = np.array(sizes, np.float64)
        self._tables: list[_Table] = []

    def fit(self, sequences: Sequences) -> None:
        """Count all sequences."""
        self._tables = [_count(context, grams) for context, grams in _keys(sequences, self.order)]

    def nats(self, sequences: Sequences) -> NDArray[np.float64]:
        """``[order + 1, n]``: minus the log-probability of each symbol under every order from 0."""
        found = np.empty((self.order + 1, len(sequences.symbols)))
        likelihood = 1.0 / self.sizes[sequences.kinds]
        for order, (context, grams) in enumerate(_keys(sequences, self.order)):
            table = self._tables[order]
            count = _look_up(table.grams, table.gram_counts, grams)
            total = _look_up(table.contexts, table.context_counts, context)
            others = _look_up(table.contexts, table.successors, context)
            seen = total > 0
            likelihood[seen] = (count[seen] + others[seen] * likelihood[seen]) / (total[seen] + others[seen])
            found[order] = -np.log(likelihood)
        return found


def joined(sequences: list[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> Sequences:
    """Pairs of symbols and kinds as one :class:`Sequences`."""
    ends = np.cumsum([len(symbols) for symbols, _ in sequences]).astype(np.int64)
    return Sequences(
        np.concatenate([symbols for symbols, _ in sequences]),
        np.concatenate([kinds for _, kinds in sequences]),
        ends,
    )


def _keys(sequences: Sequences, order: int) -> Iterator[tuple[Keys, Keys]]:
    """For each order in turn: a 64-bit hash of every context, and of it with its symbol."""
    symbols, kinds, ends = sequences
    starts = np.concatenate([[0], ends[:-1]])
    place = np.arange(len(symbols)) - np.repeat(starts, np.diff(ends, prepend=0))
    own = symbols.astype(np.uint64)
    context = _mix(kinds.astype(np.uint64))
    yield context, _mix(context ^ _mix(own))
    for back in range(1, order + 1):
        earlier = np.full(len(symbols), START, np.int64)
        known = np.flatnonzero(place >= back)
        earlier[known] = symbols[known - back]
        context = _mix(context ^ _mix(earlier.astype(np.uint64)))
        yield context, _mix(context ^ _mix(own))


def _mix(values: Keys) -> Keys:
    """splitmix64's finaliser: among 10^8 different keys a collision has odds of 1 in 3,000."""
    mixed = values + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _count(context: Keys, grams: Keys) -> _Table:
    unique, first, counts = np.unique(grams, return_index=True, return_counts=True)
    contexts, context_counts = np.unique(context, return_counts=True)
    _, successors = np.unique(context[first], return_counts=True)
    return _Table(
        unique,
        counts.astype(np.uint32),
        contexts,
        context_counts.astype(np.uint32),
        successors.astype(np.uint32),
    )


def _look_up(keys: Keys, values: NDArray[np.uint32], wanted: Keys) -> NDArray[np.float64]:
    """The value of each wanted key, 0 where there is none."""
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, values[place], 0).astype(np.float64)
