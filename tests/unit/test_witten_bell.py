"""The n-gram against a plain reading of its formula."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.witten_bell import Sequences, WittenBell, joined


def sequences(*rows: list[int]) -> Sequences:
    return joined([(np.array(row, np.int64), np.zeros(len(row), np.int64)) for row in rows])


def plain_probability(known: list[list[int]], context: tuple[int, ...], symbol: int, size: int) -> float:
    """Witten-Bell with dictionaries; -1 stands before a sequence."""
    lower = plain_probability(known, context[1:], symbol, size) if context else 1 / size
    followers = Counter[int]()
    for row in known:
        padded = [-1] * 9 + row
        for place in range(9, len(padded)):
            if tuple(padded[place - len(context) : place]) == context:
                followers[padded[place]] += 1
    total, different = followers.total(), len(followers)
    return (followers[symbol] + different * lower) / (total + different) if total else lower


rows = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=8), min_size=1, max_size=4)


@given(rows, rows, st.integers(0, 3))
def test_nats_are_those_of_the_formula(known: list[list[int]], asked: list[list[int]], order: int):
    model = WittenBell(order, [4])
    model.fit(sequences(*known))
    expected = []
    for row in asked:
        padded = [-1] * order + row
        for place in range(order, len(padded)):
            context = tuple(padded[place - order : place])
            expected.append(-np.log(plain_probability(known, context, padded[place], 4)))
    np.testing.assert_allclose(model.nats(sequences(*asked))[order], expected, rtol=1e-12)


@given(rows, st.lists(st.integers(0, 3), max_size=5), st.integers(0, 3))
def test_probabilities_sum_to_one(known: list[list[int]], past: list[int], order: int):
    model = WittenBell(order, [4])
    model.fit(sequences(*known))
    nats = [model.nats(sequences([*past, symbol]))[:, -1] for symbol in range(4)]
    np.testing.assert_allclose(np.exp(-np.array(nats)).sum(axis=0), 1)


def test_kinds_share_no_probability():
    symbols, kinds = np.array([0, 10, 0, 10]), np.array([0, 1, 0, 1])
    model = WittenBell(0, [2, 5])
    model.fit(joined([(symbols, kinds)]))
    unseen = joined([(np.array([1, 11]), np.array([0, 1]))])
    assert np.exp(-model.nats(unseen)[0]) == pytest.approx([1 / 3 / 2, 1 / 3 / 5])
