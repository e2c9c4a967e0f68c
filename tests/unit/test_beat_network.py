"""The beat network: what it is told, and that NumPy says what Keras says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.beat_features import AT, BACK, COUNT, FEATURES, HIGH, LOUD, LOW, onsets, rows
from models.beat_network import METERS, PERIODS, PHASES, WEIGHTS, BeatNetwork, load

TOLERANCE = 2e-3
"""Largest difference of log probabilities; 3e-5 was measured."""


def notes(seed: int, count: int = 120) -> np.ndarray:
    random = np.random.default_rng(seed)
    at = np.cumsum(random.exponential(0.15, count))
    return np.stack([at, random.integers(30, 90, count), random.integers(20, 110, count)], 1).astype(float)


def test_the_notes_of_a_chord_are_one_onset():
    table = onsets(np.array([[1.0, 60, 50], [1.02, 48, 70], [1.039, 64, 60], [1.05, 72, 40]]))
    assert table[:, [AT, LOW, HIGH, COUNT, LOUD]].tolist() == [[1.0, 48, 64, 3, 70], [1.05, 72, 72, 1, 40]]


@given(seed=st.integers(0, 1000))
def test_a_row_says_the_same_live_as_in_training(seed: int):
    table = onsets(notes(seed))
    at_once = rows(table, len(table))
    for last in (1, 2, BACK, BACK + 1, BACK + 5, len(table)):
        alone = rows(table[max(0, last - BACK - 1) : last], 1)[0]
        assert np.allclose(alone, at_once[last - 1], atol=1e-5)


def test_another_tempo_moves_the_histogram_and_nothing_else():
    table = onsets(notes(1))
    slower = table.copy()
    slower[:, AT] = table[:, AT] * 1.5 + 100
    one, other = rows(table, 1)[0], rows(slower, 1)[0]
    assert np.allclose(one[-22:], other[-22:])
    assert not np.allclose(one[:64], other[:64])


def test_what_it_says_are_probabilities():
    network = BeatNetwork(load())
    for row in rows(onsets(notes(2)), 50):
        heard = network.step(row)
        assert heard.grid.shape == (PERIODS, PHASES)
        assert np.exp(heard.grid).sum() == pytest.approx(1, abs=1e-3)
        assert np.exp(heard.meter).sum() == pytest.approx(1, abs=1e-3)
        assert heard.meter.shape == (METERS,)


def test_the_weights_are_small():
    assert Path(WEIGHTS).stat().st_size < 1_000_000


@pytest.mark.train
def test_numpy_says_what_keras_says():
    pytest.importorskip("tensorflow")
    from training.beats.network import CELLS, network, put_weights

    model = network()
    put_weights(model, WEIGHTS)
    told = rows(onsets(notes(3, 300)), 200)
    assert told.shape == (200, FEATURES)
    wanted = np.asarray(model(told[None], training=False))[0]
    grid = wanted[:, :CELLS] - np.log(np.exp(wanted[:, :CELLS]).sum(1, keepdims=True))
    own = BeatNetwork(load())
    for row, cells, whole in zip(told, grid, wanted, strict=True):
        heard = own.step(row)
        assert np.abs(heard.grid.ravel() - cells).max() < TOLERANCE
        assert heard.downbeat == pytest.approx(float(whole[CELLS]), abs=TOLERANCE)
