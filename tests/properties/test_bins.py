"""Bins of waiting times and of loudness."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.grid import PERFORMANCE, SCORE, VELOCITY_BINS, Grid, velocity_bin, velocity_of_bin
from models.vocabulary import END_TOKEN, TOKENS, kind_and_pitch, token_of

BOTH = pytest.mark.parametrize("grid", [PERFORMANCE, SCORE], ids=["performance", "score"])


@BOTH
def test_bins_cover_all_waits_without_a_gap(grid: Grid):
    edges = grid.bin_edges
    assert edges[0] == 0
    assert edges[-1] == grid.longest_wait + 1
    assert (grid.bin_widths > 0).all()
    assert len(grid.bin_widths) == grid.time_bins
    waits = np.arange(grid.longest_wait + 1)
    bins = grid.time_bin(waits)
    assert (edges[bins] <= waits).all()
    assert (waits < edges[bins + 1]).all()


@BOTH
def test_short_waits_are_exact(grid: Grid):
    waits = np.arange(grid.exact_ticks + 1)
    np.testing.assert_array_equal(grid.time_bin(waits), waits)
    assert (grid.bin_widths[: grid.exact_ticks + 1] == 1).all()


@given(st.sampled_from([PERFORMANCE, SCORE]), st.integers(0, 20_000))
def test_a_single_wait_has_the_bin_that_it_has_among_many(grid: Grid, wait: int):
    assert grid.bin_of(wait) == grid.time_bin(wait)


@BOTH
def test_longer_waits_than_the_longest_fall_into_the_last_bin(grid: Grid):
    assert grid.time_bin(10 * grid.longest_wait) == grid.time_bins - 1


@given(st.sampled_from([PERFORMANCE, SCORE]), st.integers(0, 20_000), st.integers(0, 20_000))
def test_longer_waits_have_no_lower_bin(grid: Grid, one: int, other: int):
    low, high = sorted((one, other))
    assert grid.time_bin(low) <= grid.time_bin(high)


def test_128_waits_on_the_performance_grid():
    assert PERFORMANCE.time_bins == 128


@given(st.integers(1, 127))
def test_a_velocity_comes_back_within_two(velocity: int):
    back = velocity_of_bin(int(velocity_bin(velocity)))
    assert abs(back - velocity) <= 2
    assert 1 <= back <= 127


def test_velocity_bins_round_trip_and_rise():
    middles = [velocity_of_bin(index) for index in range(VELOCITY_BINS)]
    assert [int(velocity_bin(middle)) for middle in middles] == list(range(VELOCITY_BINS))
    assert middles == sorted(middles)
    assert (np.diff(velocity_bin(np.arange(1, 128))) >= 0).all()


def test_tokens_are_kinds_and_pitches():
    assert [token_of(*kind_and_pitch(token)) for token in range(TOKENS)] == list(range(TOKENS))
    assert END_TOKEN == TOKENS - 1
