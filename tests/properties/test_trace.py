"""The states of a whole window at once are the states of one event after the other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from made import performance_piece, score_piece

from models.events import EventArray, from_array
from models.grid import PERFORMANCE, SCORE, Grid
from models.sounding import Sounding, trace


def one_by_one(events: EventArray, grid: Grid, voices: int) -> list[Sounding]:
    state, states = Sounding.nothing(voices), []
    for event in from_array(events):
        state.apply(event, grid)
        states.append(state.copy())
    return states


def assert_same(events: EventArray, first: int, last: int, grid: Grid, voices: int) -> None:
    found = trace(events, first, last, grid, voices)
    wanted = one_by_one(events, grid, voices)[first:last]
    for name in ("onsets", "now", "rank", "closed", "phrase_open"):
        expected = np.array([getattr(state, name) for state in wanted])
        np.testing.assert_array_equal(getattr(found, name), expected, err_msg=name)
    np.testing.assert_array_equal(found.rows(), [state.rows() for state in wanted])


@given(st.integers(0, 10**6), st.data())
def test_of_a_performance(seed: int, data: st.DataObject):
    events = performance_piece(seed, notes=40).events(PERFORMANCE)
    first = data.draw(st.integers(0, len(events) - 1))
    assert_same(events, first, data.draw(st.integers(first + 1, len(events))), PERFORMANCE, 1)


@given(st.integers(0, 10**6), st.integers(1, 4), st.data())
def test_of_a_score(seed: int, voices: int, data: st.DataObject):
    events = score_piece(seed, voices, quarters=8).events(SCORE, voices)
    first = data.draw(st.integers(0, len(events) - 1))
    assert_same(events, first, data.draw(st.integers(first + 1, len(events))), SCORE, voices)


@pytest.mark.parametrize("voices", [1, 4])
def test_of_a_whole_score_with_rests_and_phrases(voices: int):
    events = score_piece(3, voices, quarters=100).events(SCORE, voices)
    assert_same(events, 0, len(events), SCORE, voices)
