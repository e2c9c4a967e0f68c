"""Answers that go by the player's own phrases: at weight 1 they are his, at weight 0 nothing has changed."""

from __future__ import annotations

from itertools import pairwise

import pytest
from band import Band, tune

MODELS = pytest.mark.parametrize("model", ["piano", "folk"])
MOTIF = [60, 64, 67, 65, 62, 69, 70, 64]
"""No interval comes twice, so that it leads nowhere but on."""


def band(model: str, weight: float, **settings: object) -> Band:
    return Band(mode="answer", model=model, key="C", answer_on="free", time="free", memory=weight, **settings)


def struck(player: Band) -> list[int]:
    return [message[1] for _, message in player.sent if message[0] & 0xF0 == 0x90]


def likeness(intervals: list[int], motif: list[int]) -> int:
    """The longest run of the motif's intervals, one after the other."""
    wanted = [after - before for before, after in pairwise(motif)]
    best = 0
    for first in range(len(intervals)):
        for start in range(len(wanted)):
            length = 0
            while (
                first + length < len(intervals)
                and start + length < len(wanted)
                and intervals[first + length] == wanted[start + length]
            ):
                length += 1
            best = max(best, length)
    return best


def repeated(player: Band) -> int:
    pitches = struck(player)
    return likeness([after - before for before, after in pairwise(pitches)], MOTIF)


@MODELS
def test_at_weight_1_an_answer_is_the_motif(model: str):
    player = band(model, 1.0, temperature=1.0)
    player.play(tune(MOTIF, gap_ms=250, length_ms=200), rest_ms=5000)
    assert struck(player)[:4] == MOTIF[:4]
    assert repeated(player) >= len(MOTIF) - 3
    assert player.session.state()["memory"] == {"player": "", "phrases": 1, "weight": 1.0}


@MODELS
def test_at_weight_0_what_was_played_before_changes_nothing(model: str):
    def answer(*, remembers: bool) -> list[tuple[float, bytes]]:
        player = band(model, 0.0)
        if remembers:
            for pitch in MOTIF:
                player.session.history.phrases.strike(0, pitch, 64)
            player.session.history.phrases.finish()
        player.play(tune(MOTIF), rest_ms=4000)
        return player.sent

    assert answer(remembers=True) == answer(remembers=False)


@MODELS
def test_a_motif_that_is_begun_elsewhere_goes_on_there(model: str):
    """In the middle of the phrase, a third higher, the companion takes over."""
    player = band(model, 1.0, temperature=0.1)
    for index, pitch in enumerate(MOTIF):
        player.session.history.phrases.strike(index * 250_000_000, pitch, 64)
    player.session.history.phrases.finish()
    player.play(tune([pitch + 3 for pitch in MOTIF[:5]], gap_ms=250, length_ms=200), rest_ms=3000)
    assert struck(player)[:3] == [pitch + 3 for pitch in MOTIF[5:]]


def test_only_the_player_is_remembered():
    player = band("piano", 0.5)
    player.play(tune(MOTIF), rest_ms=4000)
    assert struck(player), "the companion has answered"
    phrases = player.session.history.phrases.memory.phrases
    assert [[note.pitch for note in phrase] for phrase in phrases] == [MOTIF]
    assert [note.onset for note in phrases[0]] == [index * 300_000 for index in range(len(MOTIF))]
    assert {note.length for note in phrases[0]} == {250_000}


def test_forget_takes_the_last_phrase_back():
    player = band("piano", 0.0)
    player.play(tune(MOTIF), rest_ms=4000)
    player.play(tune(MOTIF[::-1]), rest_ms=4000)
    player.act("forget")
    memory = player.session.history.phrases.memory
    assert [[note.pitch for note in phrase] for phrase in memory.phrases] == [MOTIF]
    player.act("forget", "all")
    assert not len(player.session.history.phrases.memory)
    with pytest.raises(Exception, match="there is no phrase to forget"):
        player.act("forget")
    with pytest.raises(Exception, match="last or all"):
        player.act("forget", "everything")


def test_a_long_silence_ends_a_phrase_in_any_mode():
    player = Band(mode="off")
    player.play(tune([60, 62, 64]), rest_ms=2500)
    player.play(tune([65, 67]), rest_ms=100)
    memory = player.session.history.phrases.memory
    assert [[note.pitch for note in phrase] for phrase in memory.phrases] == [[60, 62, 64], [65, 67]]
