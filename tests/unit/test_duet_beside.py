"""What keeps a duet's companion beside the player: no clashes, as many notes as he, no key begun twice."""

from __future__ import annotations

import random

import numpy as np
import pytest
from babbler import babbler
from band import Band, tune

from live.engine.clashes import AGAINST, clashes
from live.engine.following import LEAST_LEVEL, MOST_LEVEL, Following
from live.engine.own_notes import OwnNote, OwnNotes
from live.stage.clock import MILLISECOND
from models.vocabulary import ON_TOKENS


def test_a_semitone_clashes_in_every_octave_and_nothing_else_does():
    against = clashes([60])
    assert against is not None
    assert np.flatnonzero(against).tolist() == [pitch for pitch in range(128) if pitch % 12 in (1, 11)]
    assert set(against.tolist()) == {0.0, -AGAINST}


def test_beside_a_chord_everything_next_to_one_of_its_notes_clashes():
    against = clashes([60, 64])
    assert against is not None
    assert {pitch % 12 for pitch in np.flatnonzero(against)} == {1, 11, 3, 5}
    assert clashes([]) is None


def struck(following: Following, count: int, begun_ms: int = 0) -> int:
    """So many notes, four a second. When the last was."""
    for n in range(count):
        following.strike((begun_ms + 250 * n) * MILLISECOND, 60, 80)
    return begun_ms + 250 * (count - 1)


def test_who_plays_more_than_the_player_is_drawn_to_fewer_and_the_other_way():
    few, many, as_many = Following(), Following(), Following()
    for following, own in ((few, 0), (as_many, 20), (many, 60)):
        struck(following, 20)
        for _ in range(own):
            following.said(50, 60)
    levels = [each.times(5000 * MILLISECOND, 0.0) for each in (few, as_many, many)]
    assert levels[0] == MOST_LEVEL
    assert levels[1] < 1
    assert LEAST_LEVEL <= levels[2] < levels[1] / 2


def test_before_anybody_played_the_model_plays_as_it_will():
    assert Following().times(0, 0.0) == 1.0


def test_what_was_played_long_ago_counts_no_more():
    following = Following()
    last = struck(following, 20)
    for _ in range(100):
        following.said(50, 60)
    before = following.times(last * MILLISECOND, 0.0)
    struck(following, 4, last + 60_000)
    assert before < 0.3
    assert following.times((last + 61_000) * MILLISECOND, 0.0) > 1


def test_who_is_silent_for_long_is_given_turns_but_nobody_is_who_plays():
    following = Following()
    assert following.least(0, 0.0) == 0.0
    last = struck(following, 20) * MILLISECOND
    alone = following.least(last, 0.0)
    assert 0.2 < alone < 0.5
    assert following.least(last + 60_000 * MILLISECOND, 1.0) < alone / 2  # who follows a silence is silent
    for _ in range(10):
        following.said(50, 60)
    assert following.least(last, 0.0) == 0.0


@pytest.mark.parametrize("seed", range(2))
def test_a_model_that_expects_a_single_line_does_not_silence_the_companion_for_good(seed: int):
    """As ``piano`` does that has heard a scale alone for a while: one note in thousands is another hand's."""
    soloist = babbler("piano")
    soloist._moods["token"][ON_TOKENS : ON_TOKENS + 72] -= 12
    band = Band(networks=lambda name: soloist, mode="duet", time="free", seed=seed)  # type: ignore[arg-type, return-value]
    begun = band.now_ms
    band.play(tune([72, 74, 76, 77, 79, 77, 76, 74] * 6, gap_ms=250, length_ms=190))
    notes = [at for at, message in band.sent if message[0] & 0xF0 == 0x90 and message[2]]
    assert 5 < len(notes) < 40
    assert max(b - a for a, b in zip([begun, *notes], [*notes, band.now_ms], strict=True)) < 5_000


@pytest.mark.parametrize("seed", range(2))
def test_no_key_is_begun_that_was_begun_and_not_ended(seed: int, monkeypatch: pytest.MonkeyPatch):
    """A note that is ordered but has not begun is no free key, though the context has not heard of it."""
    begin = OwnNotes.begin
    begun: list[OwnNote] = []
    again: list[tuple[OwnNote, OwnNote]] = []

    def watched(self: OwnNotes, note: OwnNote) -> None:
        begun.append(note)
        again.extend((other, note) for other in self if other.place == note.place)
        begin(self, note)

    monkeypatch.setattr(OwnNotes, "begin", watched)
    band, chance = Band(mode="duet", time="free", seed=seed), random.Random(seed)
    scale = (60, 62, 64, 65, 67, 69, 71, 72)
    for _ in range(60):
        pitch = chance.choice(scale)
        band.play([(0, bytes((0x90, pitch, chance.randint(50, 90))))], rest_ms=chance.choice((7, 30, 90)))
        band.play([(0, bytes((0x80, pitch, 0)))], rest_ms=chance.choice((5, 15, 60)))
        for before, after in again:
            assert before.ends_ns is not None
            assert before.ends_ns <= after.due_ns
        again.clear()
    assert len(begun) > 10
