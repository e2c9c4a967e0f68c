"""The key that is followed: found in a few notes, kept through strange ones, left with the music."""

from __future__ import annotations

import itertools

import pytest

from live.engine.key_follower import KeyFollower
from models.key import Key

GAP_NS = 300_000_000
MAJOR = [0, 4, 7, 5, 4, 2, 0, -1, 0, 2, 4, 5, 7, 9, 7, 5, 4, 2, -1, 0]
MINOR = [0, 3, 7, 5, 3, 2, 0, -1, 0, 2, 3, 5, 7, 8, 7, 5, 3, 2, -1, 0]


class Player:
    """Plays to a follower, one note after another."""

    def __init__(self, key: str = "auto") -> None:
        self.follower, self.ns = KeyFollower(key), 0

    def play(self, steps: list[int], tonic: int) -> list[Key]:
        """The key that is told after each note."""
        told = []
        for step in steps:
            self.ns += GAP_NS
            self.follower.strike(self.ns, 60 + tonic + step)
            self.follower.follow()
            told.append(self.follower.key)
        return told


@pytest.mark.parametrize("tonic", range(12))
@pytest.mark.parametrize(("steps", "mode"), [(MAJOR, "major"), (MINOR, "minor")])
def test_a_melody_tells_its_key_within_eight_notes(steps, mode, tonic: int):
    player = Player()
    told = player.play(steps, tonic)
    assert set(told[7:]) == {Key(tonic, mode)}
    assert player.follower.confidence > 0.8
    assert player.follower.shift == Key(tonic, mode).transposition


@pytest.mark.parametrize("up", [7, 5, 2, 10, 3, 9, 1, 6])
def test_another_key_is_followed_within_twelve_notes_and_once(up: int):
    player = Player()
    player.play(MAJOR, 0)
    told = player.play(MAJOR, up)
    shifts = [key.transposition for key in told]
    assert set(shifts[11:]) == {Key(up, "major").transposition}
    assert sum(one != other for one, other in itertools.pairwise(shifts)) <= 1


def test_the_relative_minor_is_another_key_by_the_same_transposition():
    player = Player()
    player.play(MAJOR, 0)
    told = player.play(MINOR, 9)
    assert told[-1] == Key(9, "minor")
    assert {key.transposition for key in told} == {0}


def test_a_strange_note_changes_nothing():
    player = Player()
    player.play(MAJOR, 0)
    sure = player.follower.confidence
    assert player.play([6], 0) == [Key(0, "major")]
    assert player.follower.confidence < sure
    assert {key.transposition for key in player.play([7, 5, 4, 8, 7, 4, 0], 0)} == {0}


def test_chords_count_as_well():
    follower = KeyFollower()
    for bar, chord in enumerate([(55, 62, 67, 71), (60, 64, 67, 72), (54, 62, 66, 69), (55, 62, 67, 71)]):
        for place, pitch in enumerate(chord):
            follower.strike(bar * 10**9 + place * 8_000_000, pitch)
    follower.follow()
    assert follower.key == Key(7, "major")


def test_a_key_that_is_set_stays_and_what_is_heard_meanwhile_is_kept():
    player = Player("Eb")
    assert set(player.play(MAJOR, 7)) == {Key(3, "major")}
    assert player.follower.confidence == 1.0
    player.follower.set("auto")
    assert player.follower.key == Key(7, "major")
    assert player.follower.confidence < 1.0
    player.follower.set("F#m")
    assert player.follower.key == Key(6, "minor")


def test_before_anything_is_heard_it_is_c_major_and_nothing_is_sure():
    follower = KeyFollower()
    assert follower.key == Key(0, "major")
    assert follower.shift == 0
    assert follower.confidence == 0.0
