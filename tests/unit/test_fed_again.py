"""After a change the context is fed what was played before: nothing waits for that, nothing is cut."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from babbler import babbler
from band import Band, still_sounding, tune
from legality import only_legal_events
from sounded import off, on

from live.beat.pulse import Bars, Pulse, Source
from live.engine.ear import Beat, Frame
from live.engine.history import Did, Row
from live.engine.key_follower import KeyFollower
from live.engine.rehearing import MelodyAgain, enough, with_bars_known_now
from models.context import Context
from models.events import Kind
from models.vocabulary import CHOICES

SLOW = 60.0
"""Milliseconds that a piece of feeding takes."""


def context_of(player: Band) -> Context:
    policy: Any = player.session.policy
    return policy._ear.context  # type: ignore[no-any-return]


def logits_of(context: Context) -> dict[str, list[float]]:
    found = context.logits(np.zeros((1, CHOICES), np.int32), context.now)
    return {name: array.ravel().tolist() for name, array in found.items()}


def fresh(player: Band) -> Context:
    """A context that hears the history of a session from nothing."""
    policy = player.session.policy
    frames = policy.frames()
    assert frames is not None
    rehearing = policy.rehearing(frames[1])()
    rows = enough(player.session.history.since(0), rehearing.context.network)
    for row in with_bars_known_now(rows, player.session.history.beat):
        rehearing.take(row)
    while rehearing.context.feed():
        pass
    return rehearing.context


CHANGES = [
    ("harmonize", "auto", "key", "Eb"),
    ("harmonize", "auto", "time", "tempo"),
    ("harmonize", "auto", "model", "piano"),
    ("harmonize", "auto", "mode", "answer"),
    ("answer", "folk", "key", "Eb"),
    ("answer", "folk", "time", "tempo"),
    ("answer", "folk", "model", "piano"),
    ("answer", "piano", "model", "folk"),
]


@pytest.mark.parametrize(("mode", "model", "name", "value"), CHANGES)
def test_the_context_after_a_change_is_one_that_has_heard_what_was_played(
    mode: str, model: str, name: str, value: str
):
    player = Band(mode=mode, model=model, key="C")
    player.play(tune([67, 69, 71, 72, 74, 72, 71, 67]), rest_ms=100)
    player.play([(0, on(69))], rest_ms=30)
    before = player.session.feeding.exchanged
    player.set(name, value)
    assert player.session.feeding.exchanged > before
    assert logits_of(context_of(player)) == logits_of(fresh(player))
    pitches = [event.pitch for event in context_of(player).recent() if event.kind == Kind.ON]
    shift = context_of(player) and player.session.policy._ear.shift  # type: ignore[attr-defined]
    assert 69 + shift in pitches
    assert 74 + shift in pitches


@pytest.mark.parametrize(
    ("name", "value"),
    [("key", "Eb"), ("time", "tempo"), ("meter", "3/4"), ("tempo", 77.0), ("temperature", 0.5)],
)
def test_a_change_while_notes_sound_cuts_nothing(name: str, value: object):
    player = Band(
        networks=babbler, key="C", time="tempo" if name in ("meter", "tempo") else "free", feed_ms=SLOW
    )
    player.play([*tune([67, 69]), (700, on(71))], rest_ms=50)
    sounding = still_sounding(message for _, message in player.sent)
    assert sounding
    before = list(player.sent)
    player.set(name, value)
    player.wait(3 * SLOW)
    assert not player.session.feeding.under_way
    assert player.sent == before
    player.play([(0, off(71))], rest_ms=200)
    assert not still_sounding(message for _, message in player.sent)


def test_until_it_is_fed_the_old_context_plays_on():
    player = Band(networks=babbler, key="C", feed_ms=SLOW)
    player.play(tune([67, 69, 71]), rest_ms=20)
    old = context_of(player)
    player.set("key", "D")
    heard = old.heard
    player.play([(0, on(72))], rest_ms=5)
    assert context_of(player) is old
    assert old.heard > heard
    player.wait(2 * SLOW)
    assert context_of(player) is not old
    assert player.session.policy._ear.shift == -2  # type: ignore[attr-defined]


def test_what_is_played_meanwhile_is_heard_too():
    player = Band(mode="answer", model="piano", feed_ms=SLOW)
    player.play(tune([60, 62, 64, 65], gap_ms=100, length_ms=80), rest_ms=0)
    player.set("mode", "off")
    player.set("mode", "answer")
    assert context_of(player).heard == 0  # begins with nothing
    player.play(tune([70, 72, 74, 76], gap_ms=100, length_ms=80), rest_ms=0)
    player.wait(4 * SLOW)
    assert player.session.feeding.exchanged == 1
    pitches = [event.pitch for event in context_of(player).recent() if event.kind == Kind.ON]
    assert pitches == [60, 62, 64, 65, 70, 72, 74, 76]


def test_the_newest_wish_wins():
    player = Band(networks=babbler, key="C", feed_ms=SLOW)
    player.play(tune([67, 69, 71]), rest_ms=20)
    player.set("key", "D")
    player.wait(SLOW / 2)
    player.set("key", "E")
    player.wait(4 * SLOW)
    assert player.session.feeding.exchanged == 1
    assert player.session.policy._ear.shift == -4  # type: ignore[attr-defined]
    player.set("key", "F")
    player.set("key", "E")  # as it was
    player.wait(4 * SLOW)
    assert player.session.feeding.exchanged == 1
    assert not player.session.feeding.under_way


def test_another_mode_goes_on_from_what_was_played_and_sent():
    player = Band()
    player.play(tune([67, 69, 71, 72, 74]), rest_ms=200)
    own = [message[1] for _, message in player.sent if message[0] & 0xF0 == 0x90 and message[2]]
    assert own
    player.set("mode", "answer")
    pitches = [event.pitch for event in context_of(player).recent() if event.kind == Kind.ON]
    assert sorted(pitches) == sorted([67, 69, 71, 72, 74, *own])
    empty = Band(mode="answer")
    empty.play(tune([60]), rest_ms=0)
    assert logits_of(context_of(player)) != logits_of(context_of(empty))
    assert not context_of(player).state.onsets[0, own[0]] >= 0  # all of it has ended


def test_a_melody_that_nobody_harmonised_is_not_told_to_a_model_of_several_voices():
    player = Band(mode="answer")
    player.play(tune([67, 69, 71, 72, 74, 76, 77, 79, 77, 76]), rest_ms=20)
    player.set("mode", "harmonize")
    assert context_of(player).heard == 1
    player.play(tune([67, 69, 71]), rest_ms=20)
    player.set("mode", "off")
    player.set("mode", "harmonize")
    melody = [event.pitch for event in context_of(player).recent() if event[1:2] + event[4:] == (Kind.ON, 0)]
    shift = player.session.policy._ear.shift  # type: ignore[attr-defined]
    assert melody == [67 + shift, 69 + shift, 71 + shift]


def test_an_answer_ends_in_the_context_in_which_it_was_begun():
    player = Band(mode="answer", model="folk", key="C", feed_ms=1.0)
    player.play(tune([60, 62, 64, 65, 67], gap_ms=200, length_ms=150), rest_ms=700)
    assert player.session.policy.status().startswith("answering")
    old = context_of(player)
    player.set("key", "D")
    player.wait(300)
    assert context_of(player) is old
    player.wait(15_000)
    assert context_of(player) is not old
    own = sum(message[0] & 0xF0 == 0x90 for _, message in player.sent)
    heard = sum(event.kind == Kind.ON for event in context_of(player).recent())
    assert heard == own + 5  # what it said itself is heard in the other key too


def test_bars_that_become_known_are_told_for_all_of_a_pulse():
    player = Band(networks=babbler, key="C", time="tempo", tempo=90.0, meter="4/4")
    player.set("tempo", 100.0)
    player.play(tune([60, 62, 64, 65, 67], gap_ms=600, length_ms=500), rest_ms=0)
    assert {meter.condition for meter in context_of(player).meters[1:]} == {3}
    player.set("meter", "3/4")
    assert {(meter.numerator, meter.denominator) for meter in context_of(player).meters[1:]} == {(3, 4)}
    onsets = [
        event.time for event in context_of(player).recent() if event.kind == Kind.ON and not event.voice
    ]
    places = [tuple(context_of(player)._place(tick)[:2]) for tick in onsets]
    assert places == [(1, 1), (1, 2), (1, 3), (1, 1), (1, 2)]


def test_a_melody_that_leaves_the_model_s_range_is_told_in_it_at_once_and_moves_soon():
    player = Band(networks=babbler, key="C", feed_ms=SLOW)
    player.play(tune([60, 62, 64]), rest_ms=20)
    player.play([(0, on(98))], rest_ms=5)
    assert context_of(player).state.onsets[0, 74] >= 0
    assert player.session.policy._ear.shift == 0  # type: ignore[attr-defined]
    player.wait(3 * SLOW)
    assert player.session.policy._ear.shift == -24  # type: ignore[attr-defined]
    player.play([(0, off(98))], rest_ms=200)
    assert not still_sounding(message for _, message in player.sent)


def test_what_cannot_be_fed_is_not_tried_for_ever():
    player = Band(networks=babbler, key="C", feed_ms=SLOW)
    player.play(tune([67, 69, 71]), rest_ms=20)
    player.set("key", "D")
    _, _, then = player.feeding.pop()
    then(RuntimeError("out of memory"))
    player.play(tune([67, 69, 71]), rest_ms=20)
    assert not player.feeding
    player.set("key", "E")
    player.wait(4 * SLOW)
    assert player.session.policy._ear.shift == -4  # type: ignore[attr-defined]


def test_bars_that_are_not_known_any_more_are_still_known_of_what_was_played_before():
    pulse = Pulse(0, 0.0, 600_000_000, Source.PLAYING, 0.8)
    known = pulse._replace(bars=Bars(3, 4, 7.0))
    other = pulse._replace(run=1)
    pulses = None, other, pulse, known, pulse
    rows = [Row(Did.STRIKE, n, 60, 80, pulse=each) for n, each in enumerate(pulses)]
    told = [row.pulse and row.pulse.bars for row in with_bars_known_now(rows, None)]
    assert told == [None, None, Bars(3, 4, 1.0), known.bars, None]
    now = Beat(Source.PLAYING, 0, Bars(4, 4))
    told = [row.pulse and row.pulse.bars for row in with_bars_known_now(rows, now)]
    assert told == [None, None, Bars(4, 4), Bars(4, 4), Bars(4, 4)]


def test_a_bar_line_counted_from_elsewhere_is_no_other_beat():
    pulse = Pulse(0, 0.0, 600_000_000, Source.PLAYING, bars=Bars(3, 4, 7.0))
    assert Beat.of(pulse) == Beat.of(pulse._replace(bars=Bars(3, 4, 13.001), quarter=5.0))
    assert Beat.of(pulse) != Beat.of(pulse._replace(bars=Bars(3, 4, 8.0)))


@pytest.mark.parametrize("pulse", [None, Pulse(0, 0.0, 500_000_000, Source.TEMPO)])
@pytest.mark.parametrize("rest_ms", [0, 1, 700])
def test_a_player_comes_in_after_a_companion_that_was_heard_alone(pulse: Pulse | None, rest_ms: int):
    """So it is when loops have gone round for so long that nothing of the player is remembered."""
    again = MelodyAgain(babbler("folk"), Frame(), KeyFollower("C"))  # type: ignore[arg-type]
    at = 1_000_000_000
    rows = [Row(Did.ON, at, 60, 80, 0, pulse), Row(Did.OFF, at + 250_000_000, 60, 0, 0, pulse)]
    strike = Row(Did.STRIKE, at + (250 + rest_ms) * 1_000_000, 64, 80, -1, pulse)
    with only_legal_events():
        for row in (*rows, strike):
            again.take(row)
    assert again.context.recent(1)[0].kind == Kind.ON
