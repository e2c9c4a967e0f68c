"""Answer: when the companion speaks, and when it is silent."""

from __future__ import annotations

import pytest
from babbler import babbler
from band import Band, still_sounding, tune
from sounded import controller, off, on, sounded

MODELS = pytest.mark.parametrize("model", ["piano", "folk"])
PHRASE = [60, 62, 64, 65, 67, 65, 64, 62]


def band(model: str = "piano", **settings: object) -> Band:
    """In free time: an answer to a player who keeps time waits for a beat."""
    return Band(networks=babbler, mode="answer", model=model, **{"time": "free", **settings})


def phrase(player: Band, gap: float = 200, length: float = 150) -> float:
    """Play a phrase; the millisecond of its last release."""
    start = player.now_ms
    player.play(tune(PHRASE, gap_ms=gap, length_ms=length))
    return start + gap * (len(PHRASE) - 1) + length


@MODELS
@pytest.mark.parametrize(("gap", "silence"), [(100, 350), (200, 350), (400, 600), (800, 1200), (2000, 2000)])
def test_the_answer_comes_after_silence_in_proportion_to_the_pace(model: str, gap: float, silence: float):
    player = band(model)
    end = phrase(player, gap, gap - 50)
    player.wait(silence - 20)
    assert not player.sent
    player.wait(120)
    first = sounded(player.sent)[0].start
    assert silence <= first - end <= silence + 100


@MODELS
def test_patience_is_a_control(model: str):
    player = band(model, patience=4)
    end = phrase(player)
    player.wait(1500)
    assert 800 <= sounded(player.sent)[0].start - end <= 900


@MODELS
def test_no_answer_while_a_key_is_down(model: str):
    player = band(model)
    player.play([*tune(PHRASE), (2600, on(60))], rest_ms=8000)
    assert not player.sent
    player.play([(0, off(60))], rest_ms=1500)
    assert player.sent


@MODELS
def test_no_answer_to_nothing(model: str):
    player = band(model)
    player.play([(0, controller(64, 127)), (500, controller(64, 0))], rest_ms=5000)
    assert not player.sent


@MODELS
def test_one_answer_to_one_phrase(model: str):
    player = band(model)
    phrase(player)
    player.wait(40_000)
    starts = [note.start for note in sounded(player.sent)]
    assert starts[-1] - starts[0] < 3000
    assert player.session.policy.status() == "listening, 1 answer"


@MODELS
def test_a_note_on_by_the_player_takes_the_answer_back_at_once(model: str):
    for moment in range(400, 1500, 130):
        player = band(model)
        end = phrase(player)
        player.wait(end + moment - player.now_ms)
        now, before = player.now_ms, len(sounded(player.sent))
        player.play([(0, on(72))], rest_ms=3000)
        notes = sounded(player.sent)
        assert len(notes) == before, "the companion began a note while the player plays"
        assert all(note.end <= now + 50 for note in notes)


@MODELS
def test_a_pedal_or_a_controller_does_not(model: str):
    player = band(model)
    end = phrase(player)
    player.wait(700)
    before = len(sounded(player.sent))
    player.play([(0, controller(64, 127)), (10, controller(1, 50)), (200, controller(64, 0))], rest_ms=1500)
    assert len(sounded(player.sent)) > before
    assert sounded(player.sent)[-1].start > end + 1000


@MODELS
def test_keys_that_come_up_during_the_lead_do_not_hurt(model: str):
    player = band(model)
    player.play([(0, controller(64, 127)), *tune(PHRASE)], rest_ms=2000)
    assert player.sent, "the pedal is down, but all keys are up: the phrase is over"
    player.play([(0, controller(64, 0))], rest_ms=4000)
    assert not still_sounding(message for _, message in player.sent)


@MODELS
@pytest.mark.parametrize(("notes", "seconds"), [(2, 1.5), (20, 4.0), (45, 9.0), (100, 12.0)])
def test_an_answer_is_as_long_as_its_phrase_and_at_most_12_seconds(model: str, notes: int, seconds: float):
    longest = 0.0
    for seed in range(4):
        player = Band(networks=babbler, mode="answer", model=model, seed=seed)
        player.play(tune([60 + index % 12 for index in range(notes)], gap_ms=200), rest_ms=20_000)
        heard = sounded(player.sent)
        first = heard[0].start
        assert max(note.start for note in heard) <= first + 1000 * seconds + 100
        assert max(note.end for note in heard) <= first + 1000 * seconds + 1100, "it rings too long"
        longest = max(longest, max(note.end for note in heard) - first)
    assert longest >= 700 * seconds, "every answer is much shorter than its phrase"


@MODELS
def test_the_longest_answer_is_a_control(model: str):
    player = band(model, longest_answer=2)
    player.play(tune(PHRASE * 8, gap_ms=200), rest_ms=20_000)
    heard = sounded(player.sent)
    assert max(note.start for note in heard) <= heard[0].start + 2100


@MODELS
def test_another_mode_takes_the_answer_back(model: str):
    player = band(model)
    phrase(player)
    player.wait(800)
    assert player.sent
    now = player.now_ms
    player.set("mode", "off")
    player.wait(5000)
    assert all(note.end <= now for note in sounded(player.sent))
    assert not still_sounding(message for _, message in player.sent)


@MODELS
@pytest.mark.parametrize("message", [controller(120, 0), b"\xff"], ids=["CC 120", "system reset"])
def test_all_sound_off_takes_the_answer_back_and_the_next_phrase_is_answered(model: str, message: bytes):
    player = band(model)
    phrase(player)
    player.wait(800)
    now = player.now_ms
    player.play([(0, message)], rest_ms=3000)
    assert all(note.end <= now for note in sounded(player.sent))
    before = len(player.sent)
    phrase(player)
    player.wait(3000)
    assert len(player.sent) > before


@MODELS
def test_cc_123_by_the_player_is_a_release_and_no_interruption(model: str):
    player = band(model)
    player.play([*tune(PHRASE[:-1]), (2100, on(62)), (2200, controller(123, 0))], rest_ms=900)
    assert player.sent, "keys that CC 123 let go are up"
    before = len(sounded(player.sent))
    player.play([(0, controller(123, 0))], rest_ms=1200)
    assert len(sounded(player.sent)) > before
