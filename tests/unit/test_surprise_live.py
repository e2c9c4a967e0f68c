"""Bits per note while playing: what is told of player and companion, and a target that is held."""

from __future__ import annotations

import json

import numpy as np
import pytest
from band import Band, shipped, tune
from sounded import off, on, sounded

from live.commands.status_line import words
from live.engine import surprise as live_surprise
from live.engine.answer import Answer
from live.engine.harmonize import Harmonize
from live.errors import AntiphonError
from models.context import Context, Limits
from models.events import Event, Kind, to_array
from models.hindsight import nats_of
from models.likelihood import score_piece
from models.sampling import Draws, Style
from models.surprise import NATS_PER_BIT, Course

SONG = [60, 62, 64, 65, 67, 67, 69, 69, 67, 65, 64, 62]
PHRASE = [60, 64, 67, 72, 71, 67, 65, 62]


def bits(band: Band) -> dict[str, float | None]:
    told: dict[str, float | None] = band.session.state()["surprise"]
    return told


def course(band: Band) -> Course:
    return band.session.surprise.companion.course


def test_nothing_is_told_before_the_first_note():
    band = Band()
    assert bits(band) == {"player": None, "companion": None}
    assert "bits" not in words(band.session.state())


@pytest.mark.parametrize(
    ("mode", "model"),
    [("harmonize", "chorale"), ("harmonize", "piano"), ("answer", "folk"), ("answer", "piano")],
)
def test_both_are_told_in_every_mode(mode: str, model: str):
    band = Band(mode=mode, model=model)
    band.play(tune(PHRASE), rest_ms=3000)
    told = bits(band)
    assert told["player"] is not None
    assert told["companion"] is not None
    assert 0.5 < told["player"] < 25
    assert 0 < told["companion"] < 25
    assert json.loads(json.dumps(told)) == told
    assert f"bits a note: you {told['player']:.1f}, companion" in words(band.session.state())


def test_another_model_begins_anew():
    band = Band(model="chorale")
    band.play(tune(PHRASE), rest_ms=500)
    band.set("model", "piano")
    assert bits(band) == {"player": None, "companion": None}
    band.set("mode", "off")
    assert bits(band) == {"player": None, "companion": None}


@pytest.mark.parametrize("model", ["folk", "piano"])
def test_the_players_figure_is_the_likelihood_of_what_was_heard(model: str):
    """As evaluation counts it: all events up to the last note, by notes (int8 weights: nearly)."""
    band = Band(mode="answer", model=model, patience=8.0, key="C")
    band.play(tune(SONG), rest_ms=50)
    policy = band.session.policy
    assert isinstance(policy, Answer)
    context = policy._ear.context
    events = context.recent()
    last = max(index for index, event in enumerate(events) if event.kind == Kind.ON)
    conditions = np.zeros((last + 1, len(context.manifest.conditions)), np.int32)  # in free time
    nats = score_piece(shipped(model), to_array(events[: last + 1]), conditions).total
    assert bits(band)["player"] == pytest.approx(nats.sum() / len(SONG) / NATS_PER_BIT, rel=0.01)


def test_what_is_asked_afterwards_is_what_was_chosen():
    """A free choice costs in hindsight what it cost when it was made, head by head."""
    network = shipped("piano")
    context = Context(network)
    context.hear(Event(0, Kind.START))
    context.hear(Event(0, Kind.ON, 60, 80))
    every = np.ones(258, bool)
    chosen = []
    for number in range(40):
        choice = context.choose(Limits(tokens=every), Style(1.3, 1.0), Draws(4, number))
        assert choice is not None
        chosen.append(choice.total)
        context.hear(choice.event)
        if choice.event.kind == Kind.END:
            break
    pasts = context.since(2)
    assert [past.event for past in pasts] == context.recent(len(chosen))
    np.testing.assert_allclose(nats_of(network, pasts), chosen, atol=1e-4)


def test_the_harmony_is_sent_before_anybody_asks_about_the_player(monkeypatch: pytest.MonkeyPatch):
    asked = []

    def nats(*given: object) -> np.ndarray:
        asked.append(given)
        return nats_of(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(live_surprise, "nats_of", nats)
    band = Band(model="chorale")
    band.play([(0, on(67)), (0.1, on(72))])
    band.wait(1)
    assert len(sounded(band.sent)) >= 3
    assert not asked
    band.wait(10)
    assert asked


def test_many_strikes_are_asked_about_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch):
    sizes = []

    def nats(network: object, pasts: list[object]) -> np.ndarray:
        sizes.append(len(pasts))
        return np.ones(len(pasts))

    monkeypatch.setattr(live_surprise, "nats_of", nats)
    band = Band(mode="answer", model="piano", patience=8.0)
    band.play([(0.01 * pitch, on(pitch)) for pitch in range(40, 70)], rest_ms=30)
    assert sum(sizes) == 30
    assert max(sizes) <= live_surprise.AT_ONCE


def test_what_was_planned_and_not_sent_is_not_counted():
    band = Band(mode="answer", model="piano")
    band.play(tune(PHRASE))
    while not band.sent:
        band.wait(1)
    ons = sum(message[0] & 0xF0 == 0x90 and message[2] > 0 for _, message in band.sent)
    planned = len(course(band).notes)
    assert planned > ons
    band.play([(0, on(50))])
    band.wait(5)
    ons = sum(message[0] & 0xF0 == 0x90 and message[2] > 0 for _, message in band.sent)
    assert len(course(band).notes) == ons


def test_the_control_takes_a_number_or_off():
    band = Band(mode="off")
    band.set("surprise", "4.5")
    assert band.session.settings.surprise == 4.5
    band.set("surprise", "off")
    assert band.session.settings.surprise == 0
    with pytest.raises(AntiphonError, match="surprise must be off or 0 to 20, not 'much'"):
        band.set("surprise", "much")


def test_without_a_target_the_companion_is_measured_and_not_held():
    band = Band(model="chorale")
    band.play(tune(SONG), rest_ms=100)
    assert course(band).bits is not None
    assert course(band).debt == 0


@pytest.mark.parametrize(
    ("mode", "model", "target"),
    [
        ("harmonize", "chorale", 3.0),  # the least that it can say here costs up to 1.6
        ("harmonize", "chorale", 4.0),
        ("harmonize", "piano", 9.0),
        ("answer", "folk", 3.0),
        ("answer", "folk", 6.0),
        ("answer", "piano", 12.0),
    ],
)
def test_a_target_is_held_over_fifty_notes(mode: str, model: str, target: float):
    band = Band(mode=mode, model=model, surprise=target, time="free", key="C")
    found = []
    spending = band.session.surprise.companion
    plain = spending.said

    def said(nats: float, entropy: float = 0.0, *, note: bool) -> None:
        plain(nats, entropy, note=note)
        if note:
            found.append(spending.course.notes[-1] / NATS_PER_BIT)

    spending.said = said  # type: ignore[method-assign]
    for turn in range(80):
        shift = (0, 2, -1, 4, -3)[turn % 5]
        band.play(tune([pitch + shift for pitch in SONG], gap_ms=200, length_ms=150), rest_ms=100)
        if mode == "answer":
            band.wait(4500)
        if len(found) >= 150:
            break
    assert len(found) >= 150
    for first in (50, 100):
        assert np.mean(found[first : first + 50]) == pytest.approx(target, rel=0.1)


def test_a_change_of_target_is_followed():
    band = Band(model="chorale", surprise=2.0, key="C")
    for target in (2.0, 6.0):
        band.set("surprise", target)
        for _ in range(6):
            band.play(tune(SONG, gap_ms=200, length_ms=150), rest_ms=50)
        found = bits(band)["companion"]
        assert found == pytest.approx(target, rel=0.15)


def test_every_choice_stays_inside_the_limits_at_any_target():
    """Harmony under the melody, in the voices' ranges, in their order."""
    for target in (0.5, 20.0):
        band = Band(model="chorale", surprise=target, key="C")
        band.play(tune(SONG), rest_ms=200)
        policy = band.session.policy
        assert isinstance(policy, Harmonize)
        ranges = shipped("chorale").manifest.ranges
        for event in policy._harmonist.context.recent():
            if event.kind == Kind.ON and event.voice:
                low, high = ranges[event.voice]
                assert low <= event.pitch <= high


def test_the_same_seed_and_playing_give_the_same_notes():
    def sent() -> list[tuple[float, bytes]]:
        band = Band(mode="answer", model="folk", surprise=5.0, seed=3)
        band.play(tune(SONG), rest_ms=4000)
        band.play([(0, on(60)), (100, off(60))], rest_ms=3000)
        return band.sent

    assert sent() == sent()
