"""Answer: what the model has heard is what sounded, whatever goes wrong on the way."""

from __future__ import annotations

import pytest
from babbler import babbler
from band import Band, still_sounding, tune
from legality import only_legal_events
from sounded import off, on, sounded

from live.stage import records as r
from models.events import Event, Kind

MODELS = pytest.mark.parametrize("model", ["piano", "folk"])
PHRASES = 200


def band(model: str, seed: int = 1) -> Band:
    return Band(networks=babbler, mode="answer", model=model, seed=seed, key="C")


def heard_by_the_model(player: Band) -> list[Event]:
    return player.session.policy._ear.context.recent()  # type: ignore[attr-defined, no-any-return]


def strikes_on_the_wire(player: Band) -> list[int]:
    return [message[1] for _, message in player.sent if message[0] & 0xF0 == 0x90]


@MODELS
@pytest.mark.parametrize("seed", range(6))
def test_the_model_hears_the_player_and_exactly_what_was_sent(model: str, seed: int):
    player = band(model, seed)
    with only_legal_events():
        player.play(tune([60, 64, 67, 64]), rest_ms=900)
        player.play([(0, on(84))], rest_ms=10)  # takes the answer back in its midst
    sent = strikes_on_the_wire(player)
    struck = [event.pitch for event in heard_by_the_model(player) if event.kind == Kind.ON]
    assert sent
    assert struck == [60, 64, 67, 64, *sent, 84]


@MODELS
def test_velocities_are_told_as_they_were_sent(model: str):
    player = band(model)
    player.play(tune([60, 64, 67, 64]), rest_ms=4000)
    sent = [message[2] for _, message in player.sent if message[0] & 0xF0 == 0x90]
    own = [event for event in heard_by_the_model(player) if event.kind == Kind.ON][4:]
    assert len(own) == len(sent)
    if model == "piano":
        assert [event.velocity for event in own] == sent
    else:  # knows no loudness: the player's own
        assert all(60 <= velocity <= 80 for velocity in sent)


@MODELS
def test_plans_leave_no_trace_once_taken_back(model: str):
    """The context is that of the same events fed in order to a fresh one."""
    player = band(model)
    for _ in range(3):
        player.play(tune([60, 64, 67]), rest_ms=700)
        player.play(tune([72, 71]), rest_ms=300)
    context = player.session.policy._ear.context  # type: ignore[attr-defined]
    events = context.recent()
    again = context.fork()
    again.rollback(len(events))
    again.hear(*events)
    assert again.hidden == context.hidden


@MODELS
def test_two_hundred_phrases_in_a_row_are_all_answered(model: str):
    player = band(model)
    for number in range(PHRASES):
        before = len(player.sent)
        pitches = [60 + (number * 5 + step * 3) % 17 for step in range(3 + number % 3)]
        player.play(tune(pitches, gap_ms=120, length_ms=90), rest_ms=450)
        player.wait(600 if number % 2 else 2600)  # every other answer is interrupted by the next phrase
        assert len(player.sent) > before, f"no answer to phrase {number}"
    player.wait(4000)
    assert not still_sounding(message for _, message in player.sent)


@MODELS
@pytest.mark.parametrize("stall_ms", [250, 600, 3000])
def test_an_engine_that_stalled_goes_on_and_answers_the_next_phrase(model: str, stall_ms: int):
    """Time passes in which nobody plans or sends: note-ons are dropped as late, note-offs are not."""
    player = band(model)
    with only_legal_events():
        for _ in range(4):
            player.play(tune([60, 64, 67, 64]), rest_ms=700)
            player.stage.clock.advance(stall_ms * 1_000_000)
            player.wait(4000)
            before = len(player.sent)
            player.play(tune([60, 64, 67, 64]), rest_ms=3000)
            assert len(player.sent) > before
    assert any(isinstance(report, r.Dropped) for report in player.stage.reports) or stall_ms < 600
    assert not still_sounding(message for _, message in player.sent)
    struck = [event.pitch for event in heard_by_the_model(player) if event.kind == Kind.ON]
    assert struck[-3:] == strikes_on_the_wire(player)[-3:]


@MODELS
def test_lost_reports_do_not_silence_it(model: str):
    player = band(model)
    for _ in range(4):
        before = len(player.sent)
        player.play(tune([60, 64, 67, 64]), rest_ms=600)
        player._reported = len(player.stage.reports)
        player.stage.run(300)
        player._reported = len(player.stage.reports)  # an engine that was told nothing of this
        player.wait(6000)
        assert len(player.sent) > before
    assert not still_sounding(message for _, message in player.sent)


@MODELS
def test_lost_ports_end_the_answer_and_playing_goes_on(model: str):
    player = band(model)
    player.play(tune([60, 64, 67, 64]), rest_ms=700)
    player.stage.performer.end_everything()
    player.session.on_record(r.PortLost(r.LostReason.SERVER), player.stage.clock.now_ns())
    before = len(player.sent)
    player.wait(3000)
    assert len(player.sent) == before
    player.play(tune([60, 64, 67, 64]), rest_ms=3000)
    assert len(player.sent) > before
    sounded(player.sent)


def test_the_same_key_of_both_goes_on_for_the_player():
    """The player strikes a key that the companion holds: the model hears one note end and one begin."""
    for seed in range(8):
        player = band("piano", seed)
        player.play(tune([60, 64, 67, 64]), rest_ms=900)
        pitches = {note.pitch for note in sounded(player.sent) if note.end > player.now_ms}
        with only_legal_events():
            for pitch in pitches or {60}:
                player.play([(0, on(pitch)), (50, off(pitch))])
            player.wait(2000)


def test_folk_answers_in_the_players_key_and_octave():
    player = Band(networks=babbler, mode="answer", model="folk", key="D")
    player.play(tune([74, 76, 78, 79, 81, 79, 78, 76]), rest_ms=4000)
    context = player.session.policy._ear.context  # type: ignore[attr-defined]
    own = [event.pitch for event in context.recent() if event.kind == Kind.ON][8:]
    assert [pitch + 2 for pitch in own] == [pitch % 128 for pitch in strikes_on_the_wire(player)] or [
        pitch - 10 for pitch in own
    ] == strikes_on_the_wire(player)
