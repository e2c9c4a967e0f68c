"""What the beat network learns from: annotated beats become places in the beat."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("symusic")

from models.beat_features import AT, onsets
from models.beat_network import FIRST_PERIOD, LAST_PERIOD, PERIODS, PHASES
from training.beats.asap import Played, read, split_of
from training.beats.patterns import pattern
from training.beats.samples import Stretches, answers, corners, evenly, one_voice
from training.errors import CorpusError


@given(period=st.floats(FIRST_PERIOD, LAST_PERIOD * 0.99), phase=st.floats(0, 0.999))
def test_the_four_cells_stand_around_the_point(period: float, phase: float):
    cells, weights = corners(np.array([np.log(period)]), np.array([phase]))
    assert weights.sum() == pytest.approx(1, abs=1e-5)
    rows = np.geomspace(FIRST_PERIOD, LAST_PERIOD, PERIODS)[cells[0] // PHASES]
    assert np.exp(weights[0] @ np.log(rows)) == pytest.approx(period, rel=1e-3)
    turns = np.exp(2j * np.pi * (cells[0] % PHASES) / PHASES) @ weights[0]
    assert abs(np.angle(turns * np.exp(-2j * np.pi * phase))) < 0.02


@pytest.mark.parametrize("seed", range(5))
def test_a_pattern_is_labelled_where_it_was_made(seed: int):
    random = np.random.default_rng(seed)
    made = pattern(random, 8)
    found = answers(made.notes[:, 0], made)
    assert np.allclose(found.phase, made.notes[:, 0] % 1, atol=1e-9)
    assert np.allclose(found.log_period, 0)
    assert set(found.meter[found.meter > 0]) == {round(float(np.diff(made.downbeats)[0]))}


@pytest.mark.parametrize("seed", range(5))
def test_another_tempo_moves_notes_and_beats_alike(seed: int):
    random = np.random.default_rng(seed)
    played = evenly(pattern(random, 8), random)
    found = answers(played.notes[:, 0], played)
    off = found.phase[found.known] * 12
    assert np.median(np.abs(off - np.round(off))) < 0.35


def test_beats_that_the_score_does_not_fix_teach_nothing():
    made = pattern(np.random.default_rng(0), 8)._replace(unsure=np.array([4.0]))
    found = answers(np.array([2.5, 3.5, 4.5, 5.5]), made)
    assert found.known.tolist() == [True, False, False, True]


def test_one_voice_is_the_outer_one():
    notes = np.array([[0, 60, 1], [0.01, 72, 2], [0.02, 48, 3], [1.0, 50, 4]])
    assert one_voice(notes, True)[:, 1].tolist() == [72, 50]
    assert one_voice(notes, False)[:, 1].tolist() == [48, 50]


def test_batches_are_drawn_alike_from_one_seed():
    played = [pattern(np.random.default_rng(each), 20)._replace(is_score=False) for each in range(3)]
    one, other = (Stretches(played, 40, 5).batch(4) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))
    assert one.told.shape[0] == 4
    assert (one.weights.sum(-1) <= 1 + 1e-5).all()


def test_a_piece_stays_on_its_side_of_the_split():
    names = [f"Composer {each}" for each in range(400)]
    sides = [split_of(name) for name in names]
    assert sides == [split_of(name) for name in names]
    assert 0.17 < sides.count("test") / 400 < 0.33
    assert 0.09 < sides.count("validation") / 400 < 0.21


def test_a_folder_that_is_not_asap_is_refused(tmp_path):
    with pytest.raises(CorpusError, match="not the unpacked ASAP"):
        list(read(tmp_path))


def test_a_played_chord_is_one_onset_with_its_place():
    made: Played = pattern(np.random.default_rng(3), 8)
    table = onsets(made.notes)
    assert (np.diff(table[:, AT]) > 0.04).all()
