"""The benchmark's separation into hands, on what two hands that we made have played."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

from hands import LEFT, RIGHT, UNKNOWN, separate


def notes(*strikes: tuple[float, int]) -> np.ndarray:
    return np.array(strikes, float).reshape(-1, 2)


def test_two_lines_far_apart_are_two_hands():
    scale = (0, 2, 4, 5, 7, 9, 11, 12)
    played = notes(*[(0.2 * at, low + step) for at, step in enumerate(scale) for low in (43, 72)])
    assert separate(played).tolist() == [LEFT, RIGHT] * len(scale)


def test_a_hand_that_climbs_takes_its_notes_with_it():
    """The left hand comes up to where the right one has just been; a fixed split would lose it."""
    strikes = []
    for at in range(16):
        strikes += [(0.25 * at, 48 + at), (0.25 * at, 66 + at)]
    hands = separate(notes(*strikes))
    assert hands.tolist() == [LEFT, RIGHT] * 16


def test_a_chord_is_divided_where_a_hand_cannot_reach():
    played = notes(*[(0.01 * index, pitch) for index, pitch in enumerate((40, 47, 52, 72, 76, 79))])
    assert separate(played).tolist() == [LEFT] * 3 + [RIGHT] * 3


def test_what_is_known_stays_so_and_guides_the_rest():
    played = notes(*[(0.3 * at, 60) for at in range(8)])
    known = np.full(8, UNKNOWN)
    known[[0, 7]] = LEFT
    assert separate(played, known).tolist() == [LEFT] * 8
    known[[0, 7]] = RIGHT
    assert separate(played, known).tolist() == [RIGHT] * 8


def test_nothing_played_has_no_hands():
    assert separate(notes()).tolist() == []


@given(st.lists(st.tuples(st.floats(0, 20), st.integers(21, 108), st.sampled_from((LEFT, RIGHT, UNKNOWN)))))
def test_every_note_has_a_hand_and_known_ones_their_own(strikes: list[tuple[float, int, int]]):
    strikes.sort()
    known = np.array([hand for *_, hand in strikes], int)
    hands = separate(notes(*[each[:2] for each in strikes]), known)
    assert set(hands.tolist()) <= {LEFT, RIGHT}
    assert (hands == known)[known != UNKNOWN].all()


@pytest.mark.parametrize("up", [-5, 7])
def test_it_does_not_depend_on_the_key(up: int):
    strikes = [(0.2 * at, low + step) for at, step in enumerate((0, 4, 7, 12, 7, 4)) for low in (45, 69)]
    moved = [(at, pitch + up) for at, pitch in strikes]
    assert separate(notes(*strikes)).tolist() == separate(notes(*moved)).tolist()
