"""The sustain pedal, against a plain simulation of a piano."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.pedal import sustained


def notes(*rows: tuple[float, int, float]) -> np.ndarray:
    return np.array([[onset, pitch, 64, length, 0] for onset, pitch, length in rows], float)


def pedal(*rows: tuple[float, int]) -> np.ndarray:
    return np.array(rows, float).reshape(-1, 2)


def test_a_note_lasts_until_the_pedal_comes_up():
    assert sustained(notes((0, 60, 1)), pedal((0.5, 127), (3, 0)))[0, 3] == 3


def test_a_pedal_pressed_after_the_release_holds_nothing():
    assert sustained(notes((0, 60, 1)), pedal((1.5, 127), (3, 0)))[0, 3] == 1


def test_a_key_still_down_when_the_pedal_comes_up_sounds_on():
    assert sustained(notes((0, 60, 4)), pedal((0.5, 127), (3, 0)))[0, 3] == 4


def test_a_new_strike_ends_the_note():
    both = sustained(notes((0, 60, 1), (2, 60, 0.5)), pedal((0.5, 127), (3, 0)))
    assert both[:, 3].tolist() == [2, 1]


def test_values_below_64_are_up():
    assert sustained(notes((0, 60, 1)), pedal((0.5, 127), (2, 63)))[0, 3] == 2


def test_at_one_instant_the_pedal_moves_before_the_key():
    assert sustained(notes((0, 60, 1)), pedal((0.5, 127), (1, 0), (1, 127), (2, 0)))[0, 3] == 2
    assert sustained(notes((0, 60, 1)), pedal((0.5, 127), (1, 0)))[0, 3] == 1


def test_one_instant_is_one_instant_whatever_the_unit():
    for tick in range(1, 2000):
        onset, release = tick / 384, (tick + 85) / 384
        played = notes((onset, 60, release - onset))
        held = sustained(played, pedal((release, 127), (release + 1, 0)))
        assert held[0, 3] > 1


def test_a_pedal_that_never_comes_up_holds_to_the_end():
    assert sustained(notes((0, 60, 1), (0, 64, 6)), pedal((0.5, 127)))[0, 3] == 6


def test_without_pedal_and_without_notes_nothing_changes():
    plain = notes((0, 60, 1), (3, 60, 1))
    np.testing.assert_array_equal(sustained(plain, pedal()), plain)
    assert sustained(plain[:0], pedal((0, 127))).shape == (0, 5)


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(60, 62), st.integers(1, 9)), min_size=1),
    st.lists(st.tuples(st.integers(0, 50), st.sampled_from([0, 40, 64, 127])), max_size=12),
)
def test_it_does_what_a_piano_does(rows, moves):
    rows = list({(onset, pitch): (onset, pitch, length) for onset, pitch, length in rows}.values())
    moves = sorted(moves, key=lambda move: move[0])
    last = max([onset + length for onset, _, length in rows] + [time for time, _ in moves])

    def sounds(onset: int, pitch: int, length: int) -> int:
        for now in range(onset, last + 1):
            if now > onset and (now, pitch) in {row[:2] for row in rows}:
                return now - onset
            past = [value for time, value in moves if time <= now]
            up_now = any(time == now and value < 64 for time, value in moves)
            if now == onset + length and not (past and past[-1] >= 64):
                return now - onset
            if now > onset + length and up_now:  # also if it goes down again at once
                return now - onset
        return last - onset

    found = sustained(notes(*rows), pedal(*moves))
    assert found[:, 3].tolist() == [sounds(*row) for row in rows]
