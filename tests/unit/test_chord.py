"""Chords by name, to pitch classes and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.chord import QUALITIES, Chord


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("Am", (9, 0, 4)),
        ("G7", (7, 11, 2, 5)),
        ("Dm7", (2, 5, 9, 0)),
        ("Bbmaj7", (10, 2, 5, 9)),
        ("F#dim", (6, 9, 0)),
        ("Csus4", (0, 5, 7)),
        ("C/E", (4, 0, 7)),
        ("C/D", (2, 0, 4, 7)),
        ("CM7", (0, 4, 7, 11)),
        ("Cm7", (0, 3, 7, 10)),
        ("CMaj7", (0, 4, 7, 11)),
        ("Cm(maj7)", (0, 3, 7, 11)),
        ("eb-7", (3, 6, 10, 1)),
        ("Bø", (11, 2, 5, 9)),
        ("C6/9", (0, 2, 4, 7, 9)),
        ("A5", (9, 4)),
        (" g m ", (7, 10, 2)),
    ],
)
def test_chords_as_musicians_write_them(text: str, classes: tuple[int, ...]):
    found = Chord.parse(text).classes
    assert found[0] == classes[0]
    assert set(found) == set(classes)


@pytest.mark.parametrize("text", ["", "off", "H7", "Cx", "C/H", "Am7b", "7", "C//E"])
def test_what_is_no_chord_is_refused(text: str):
    with pytest.raises(ValueError, match="is not a chord"):
        Chord.parse(text)


CHORDS = st.builds(
    Chord, st.integers(0, 11), st.sampled_from(sorted(QUALITIES)), st.one_of(st.none(), st.integers(0, 11))
)


@given(CHORDS)
def test_a_name_is_read_back(chord: Chord):
    assert set(Chord.parse(chord.name).classes) == set(chord.classes)
    assert Chord.parse(chord.name).classes[0] == chord.classes[0]


@given(st.integers(0, 11), st.sampled_from(sorted(QUALITIES)))
def test_the_tones_lead_back_to_a_chord_of_them(root: int, quality: str):
    classes = Chord(root, quality).classes
    found = Chord.of(classes)
    assert found is not None
    assert set(found.classes) == set(classes)
    assert found.classes[0] == root


def test_the_plainest_name_wins_and_some_sets_have_none():
    assert Chord.of((0, 4, 7)) == Chord(0)
    assert Chord.of((9, 0, 4, 7)) == Chord(9, "m7")
    assert Chord.of((4, 0, 7)) == Chord(0, "", 4)
    assert Chord.of((0, 1, 2)) is None
    assert Chord.of(()) is None
