"""What a left hand means by the keys that it holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.chord import QUALITIES, Chord
from models.fingered import fingered
from models.key import Key

STEPS = {
    "C": 0,
    "Db": 1,
    "D": 2,
    "Eb": 3,
    "E": 4,
    "F": 5,
    "F#": 6,
    "G": 7,
    "Ab": 8,
    "A": 9,
    "Bb": 10,
    "B": 11,
}


def keys(written: str) -> list[int]:
    """``C3 E3 G3`` as MIDI pitches; without an octave each lies above the one before."""
    found: list[int] = []
    for word in written.split():
        pitch = STEPS[word] + 48
        while found and pitch <= found[-1]:
            pitch += 12
        found.append(pitch)
    return found


@pytest.mark.parametrize(
    ("played", "name"),
    [
        ("C E G", "C"),
        ("E G C", "C/E"),
        ("G C E", "C/G"),
        ("C E G C", "C"),
        ("C G E", "C"),
        ("A C E", "Am"),
        ("C E A", "Am/C"),
        ("G B D F", "G7"),
        ("B D F G", "G7/B"),
        ("C E Bb", "C7"),
        ("C E B", "Cmaj7"),
        ("D C F", "Dm7"),
        ("C Eb Bb", "Cm7"),
        ("C E G A", "C6"),
        ("A C E G", "Am7"),
        ("E G A C", "Am7/E"),
        ("B D F A", "Bm7b5"),
        ("B D F", "Bdim"),
        ("B D F Ab", "Bdim7"),
        ("C E Ab", "Caug"),
        ("C F G", "Csus4"),
        ("C D G", "Csus2"),
        ("D C E G", "C/D"),
        ("C D F A", "Dm7/C"),
        ("Bb C E G", "C7/Bb"),
        ("F G B D", "G7/F"),
        ("C G B D", "G/C"),
        ("C E Bb D", "C9"),
        ("G F B E", "G13"),
        ("C E A Bb D", "C13"),
        ("D F A C E", "Dm9"),
        ("C G", "C5"),
        ("G C", "C5/G"),
    ],
)
def test_three_keys_and_more_are_read_as_they_stand(played: str, name: str):
    found = fingered(keys(played), Key(0, "major"))
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    ("played", "key", "name"),
    [
        ("C E", "C", "C"),
        ("C Eb", "C", "Cm"),
        ("E C", "C", "C/E"),
        ("C A", "C", "Am/C"),
        ("G F", "C", "G7"),
        ("G F", "Cm", "G7"),
        ("D C", "C", "Dm7"),
        ("D C", "G", "D7"),
        ("C D", "C", "Dm7/C"),
        ("C B", "C", "Cmaj7"),
        ("C B", "Cm", "Cmmaj7"),
        ("B C", "C", "Cmaj7/B"),
        ("B F", "C", "G7/B"),
        ("F B", "C", "G7/F"),
        ("F# C", "G", "D7/F#"),
        ("C", "C", "C"),
        ("D", "C", "Dm"),
        ("G", "C", "G"),
        ("B", "C", "G/B"),
        ("F#", "C", "D/F#"),
        ("Bb", "C", "Bb"),
        ("C C", "C", "C"),
        ("A", "Am", "Am"),
        ("E", "Am", "E"),
        ("Ab", "Am", "E/Ab"),
        ("F", "Am", "F"),
    ],
)
def test_shells_and_single_keys_go_by_the_key(played: str, key: str, name: str):
    found = fingered(keys(played), Key.parse(key))
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("played", ["", "C Db D", "C Db D Eb E"])
def test_what_is_no_chord_is_none(played: str):
    assert fingered(keys(played), Key(0, "major")) is None


MUSIC = st.builds(Key, st.integers(0, 11), st.sampled_from(["major", "minor"]))


@given(st.integers(0, 11), st.sampled_from(sorted(QUALITIES)), st.integers(24, 48), MUSIC)
def test_a_chord_in_root_position_is_itself(root: int, quality: str, low: int, key: Key):
    base = low + (root - low) % 12
    found = fingered([base + step for step in QUALITIES[quality]], key)
    assert found is not None
    assert found.root == root
    assert set(found.classes) == set(Chord(root, quality).classes)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=8), MUSIC)
def test_the_bass_is_the_lowest_key_and_what_is_played_is_in_the_chord(pitches: list[int], key: Key):
    found = fingered(pitches, key)
    if found is not None:
        assert found.classes[0] == min(pitches) % 12
        assert {pitch % 12 for pitch in pitches} <= set(found.classes)
        assert Chord.parse(found.name).classes == found.classes
