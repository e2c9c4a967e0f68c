"""Counting tokens of Performance RNN's vocabulary."""

from __future__ import annotations

import numpy as np
import pytest

from training.tokens388 import count_tokens


def count(*rows: tuple[float, int, int, float]) -> int:
    return count_tokens(np.array([(*row, 0) for row in rows], float).reshape(-1, 5))


def test_a_note_is_on_off_velocity_and_a_shift():
    assert count((0, 60, 64, 50)) == 4


def test_silence_before_the_first_note_takes_no_shift():
    assert count((700, 60, 64, 50)) == 4


def test_long_waits_take_several_shifts():
    assert count((0, 60, 64, 100)) == 4
    assert count((0, 60, 64, 101)) == 5
    assert count((0, 60, 64, 300)) == 6


def test_an_equal_velocity_is_said_once():
    assert count((0, 60, 64, 50), (50, 62, 64, 50)) == 1 + 4 + 2
    assert count((0, 60, 61, 50), (50, 62, 64, 50)) == 1 + 4 + 2  # 61..64 are one bin
    assert count((0, 60, 64, 50), (50, 62, 65, 50)) == 2 + 4 + 2


def test_notes_of_one_tick_share_its_shift_and_a_short_note_takes_one():
    assert count((0, 60, 64, 50), (0.2, 64, 64, 50)) == 1 + 4 + 1
    assert count((0, 60, 64, 0.1)) == 4


@pytest.mark.parametrize("notes", [np.zeros((0, 5))])
def test_no_notes_no_tokens(notes: np.ndarray):
    assert count_tokens(notes) == 0
