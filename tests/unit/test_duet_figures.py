"""What the benchmark of duets counts, on parts of which the answer is known."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))

from duet_figures import Figures, Player, Scales, figures, scales_of, slope

C_MAJOR = Scales(np.zeros(1), np.zeros(1, int))


def part(*notes: tuple[float, int, float], velocity: int = 80) -> np.ndarray:
    """Onset, pitch, length."""
    return np.array([(at, pitch, velocity, length, 0) for at, pitch, length in notes], float).reshape(-1, 5)


def beside(own: np.ndarray, player: np.ndarray, seconds: float = 10) -> Figures:
    return figures(own, Player(player, player, seconds), C_MAJOR)


HELD_C = part((0, 60, 4))


def test_a_note_struck_into_the_players_is_a_collision_on_a_key_that_is_down():
    found = beside(part((1, 60, 1), (2, 64, 1)), HELD_C)
    assert (found.collisions, found.same_key, found.doubled) == (50, 50, 0)


def test_what_only_the_pedal_holds_is_no_key_that_is_down():
    player = Player(part((0, 60, 0.5)), HELD_C, 10)
    found = figures(part((1, 60, 1)), player, C_MAJOR)
    assert (found.collisions, found.same_key) == (100, 0)


def test_a_note_that_the_player_strikes_into_is_a_collision():
    found = beside(part((0, 60, 4), (0.5, 67, 1)), part((1, 60, 1)))
    assert (found.collisions, found.same_key) == (50, 0)


def test_one_pitch_at_one_moment_is_doubled_and_counts_as_one_collision():
    found = beside(part((0.04, 60, 1), (5, 62, 1)), HELD_C)
    assert (found.collisions, found.doubled, found.same_key) == (50, 50, 0)


def test_one_after_the_other_do_not_collide():
    found = beside(part((4.5, 60, 1), (6, 72, 1)), HELD_C)
    assert found.collisions == 0


def test_within_is_between_what_was_struck_lately():
    player = part((0, 60, 1), (0, 72, 1), (5, 40, 1))
    found = beside(part((1, 66, 1), (1, 59, 1), (5.5, 66, 1), (9, 40, 1)), player)
    assert found.within == pytest.approx(1 / 3)  # the last has nobody beside it


def test_density_is_notes_a_second_and_goes_with_the_players():
    times = [0, 0.5, 1, 1.5, 4, 4.5, 8, 8.2, 8.4, 8.6, 8.8]
    player = part(*[(at, 60, 0.1) for at in times])
    found = beside(part(*[(at, 72, 0.1) for at in times]), player)
    assert found.density == 1.1
    assert found.density_r == pytest.approx(1)


def test_loudness_and_register_go_against_the_player():
    player = np.concatenate([part((2 * at, 60 + at, 1), velocity=40 + 5 * at) for at in range(5)])
    own = np.concatenate([part((2 * at, 60 - at, 1), velocity=90 - 5 * at) for at in range(5)])
    found = beside(own, player)
    assert found.loudness_r == pytest.approx(-1)
    assert found.register_r == pytest.approx(-1)
    assert found.louder == 30


def test_nothing_is_said_of_a_correlation_with_what_does_not_move():
    assert math.isnan(beside(part((0, 60, 1), (3, 62, 1), (5, 62, 1)), HELD_C).loudness_r)


def test_the_key_is_that_of_the_moment():
    scales = Scales(np.array([0.0, 5.0]), np.array([0, 5]))  # C major, then G major
    own = part((1, 65, 1), (1, 66, 1), (6, 65, 1), (6, 66, 1))
    assert scales.in_key(own).tolist() == [True, False, False, True]


def test_the_key_is_found():
    scale = [67, 69, 71, 72, 74, 76, 78, 79] * 4
    assert scales_of(part(*[(0.3 * at, pitch, 0.3) for at, pitch in enumerate(scale)])).usual == 5


def test_intervals_are_those_to_what_is_fresh_and_still_sounds():
    player = part((0, 60, 4), (2, 64, 0.5))
    own = part((0.5, 67, 1), (0.6, 73, 1), (2.2, 76, 1), (2.9, 65, 1))
    found = beside(own, player)  # a fifth, a minor ninth, an octave; against E4 that has ended: nothing
    assert found.consonant == pytest.approx(2 / 3)
    assert found.sharp == pytest.approx(1 / 3)


def test_together_is_within_30_ms():
    found = beside(part((0.02, 72, 1), (0.05, 74, 1)), HELD_C)
    assert found.together == 0.5


def test_silence_sound_and_voices():
    found = beside(part((1, 72, 2), (2, 76, 2), (9, 60, 5)), HELD_C)
    assert found.silence == 5
    assert found.sounds == pytest.approx(0.4)
    assert found.voices == pytest.approx(5 / 4)
    assert (found.length, found.longest) == (2, 5)


def test_a_part_that_is_silent():
    found = beside(part(), HELD_C)
    assert (found.density, found.silence, found.sounds) == (0, 10, 0)
    assert math.isnan(found.collisions)
    assert math.isnan(found.in_key)


def test_slope_leaves_out_windows_without_notes():
    assert slope(np.array([1, np.nan, 5, 7]), np.array([0, 9, 2, 3.0])) == pytest.approx(2)
    assert math.isnan(slope(np.array([1.0, 2, 3]), np.array([4.0, 4, 4])))
