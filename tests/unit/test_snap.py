"""Snapping: written music stays as it is, played music goes to sixteenths and triplets."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from live.files import snap


@given(st.lists(st.integers(0, 5000), min_size=1))
def test_what_stands_on_the_grid_stays(ticks):
    quarters = np.array(ticks) / 24
    assert snap.is_written(quarters)
    assert snap.grid(quarters).tolist() == ticks


def test_sixteenths_and_triplets_attract():
    assert snap.beat(np.array([0.02, 0.24, 0.35, 0.49, 0.65, 0.76, 0.97])).tolist() == [
        0,
        6,
        8,
        12,
        16,
        18,
        24,
    ]


@given(st.lists(st.floats(-50, 50), min_size=1))
def test_snapping_twice_changes_nothing(quarters):
    once = snap.beat(np.array(quarters))
    assert snap.beat(once / 24).tolist() == once.tolist()


def test_music_to_a_click_has_a_beat_and_free_music_has_none():
    random = np.random.default_rng(1)
    click = np.arange(64) / 2 + random.normal(0, 0.03, 64)
    free = np.cumsum(random.uniform(0.2, 0.9, 64))
    assert not snap.is_written(click)
    assert not snap.is_free(click)
    assert snap.is_free(free)
