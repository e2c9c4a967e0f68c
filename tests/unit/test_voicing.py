"""A chord as voices under a melody."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.engine.voicing import voiced
from models.chord import QUALITIES, Chord


def test_a_triad_has_its_root_below_and_all_of_it_with_the_melody():
    for melody in (60, 64, 67, 72, 74, 76, 79):
        found = voiced(Chord(0), 3, melody, {})
        assert found[3] % 12 == 0
        assert {pitch % 12 for pitch in found.values()} | {melody % 12} >= {0, 4, 7}


def test_a_seventh_chord_has_its_seventh_and_third():
    found = voiced(Chord(7, "7"), 3, 74, {})
    assert {pitch % 12 for pitch in found.values()} == {7, 11, 5}


def test_it_goes_on_from_the_one_before():
    first = voiced(Chord(0), 3, 76, {})
    second = voiced(Chord(9, "m"), 3, 76, first)
    assert sum(abs(first[voice] - second[voice]) for voice in first) <= 7


@pytest.mark.parametrize("melody", [0, 1, 2, 5, 20, 44, 127])
def test_at_the_ends_of_the_keyboard(melody: int):
    found = voiced(Chord(0), 3, melody, {})
    assert all(0 <= pitch < melody for pitch in found.values())
    assert len(found) == (3 if melody > 12 else len(found))


CHORDS = st.builds(Chord, st.integers(0, 11), st.sampled_from(sorted(QUALITIES)))
SOUNDING = st.dictionaries(st.integers(1, 3), st.integers(30, 90))


@given(CHORDS, st.integers(1, 3), st.integers(0, 127), SOUNDING, st.sets(st.integers(0, 127), max_size=6))
def test_tones_of_the_chord_below_the_melody_from_the_top(
    chord: Chord, voices: int, melody: int, before: dict[int, int], taken: set[int]
):
    found = voiced(chord, voices, melody, before, taken)
    pitches = [found[voice] for voice in sorted(found)]
    assert list(found) == list(range(1, len(found) + 1))
    assert pitches == sorted(set(pitches), reverse=True)
    assert all(pitch < melody and pitch % 12 in chord.classes for pitch in pitches)
    if melody > 60:
        assert len(found) == voices
