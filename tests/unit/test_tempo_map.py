"""The tempo map: quarters to seconds and back are inverse."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.files.tempo import TempoMap

TICKS = st.integers(0, 2_000_000)
MARKS = st.lists(st.tuples(TICKS, st.integers(20_000, 16_777_215)), max_size=20)
DIVISIONS = st.sampled_from([1, 24, 96, 480, 960, 10080, 32767])


@given(MARKS, st.lists(TICKS, min_size=1), DIVISIONS)
def test_every_midi_tick_comes_back_exactly(marks, ticks, division: int):
    tempo = TempoMap.of((tick / division, micros / 1e6) for tick, micros in marks)
    there = tempo.seconds_at(np.array(ticks) / division)
    back = tempo.quarters_at(there) * division
    assert np.rint(back).astype(int).tolist() == ticks


@given(MARKS, st.lists(st.floats(-5, 5000), min_size=2))
def test_later_in_quarters_is_later_in_seconds(marks, quarters):
    tempo = TempoMap.of((tick / 480, micros / 1e6) for tick, micros in marks)
    assert (np.diff(tempo.seconds_at(np.sort(quarters))) >= 0).all()


def test_each_tempo_holds_until_the_next():
    tempo = TempoMap.of([(4, 1.0), (0, 0.25), (8, 0.5)])
    assert tempo.seconds_at([0, 4, 6, 8, 10]).tolist() == [0, 1, 3, 5, 6]
    assert tempo.quarters_at(6).tolist() == 10


def test_without_marks_it_is_120():
    assert TempoMap.of().seconds_at(2) == 1


def test_of_two_tempos_at_one_place_the_last_holds():
    assert TempoMap.of([(0, 1.0), (0, 0.5)]).seconds_at(1) == 0.5


def test_a_quarter_of_no_length_is_refused():
    with pytest.raises(ValueError, match="longer than nothing"):
        TempoMap.of([(0, 0.0)])
