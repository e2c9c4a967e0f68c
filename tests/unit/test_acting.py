"""Changes while playing: every control by its road, models that are loaded beside the music, actions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from babbler import babbler
from band import Band, still_sounding, tune
from sounded import controller, off, on, sounded, sounding_at

from live.control_kinds import Control
from live.controls import CONTROLS, Settings
from live.engine.session import Session
from live.engine.told import Outcome, Told
from live.errors import AntiphonError
from live.stage import records as r
from live.stage.rehearsal import Rehearsal
from models.manifest import ModelError

every_control = pytest.mark.parametrize("control", CONTROLS, ids=lambda each: each.name)
FITTING = {"model": "piano"}


def other_value(control: Control) -> object:
    """A value that is not the default and that a harmonising session can take."""
    if control.name in FITTING:
        return FITTING[control.name]
    return next(v for v in (control.from_unit(n / 10) for n in range(11)) if v != control.default)


def band(**settings: object) -> Band:
    return Band(networks=babbler, **settings)  # type: ignore[arg-type]


@every_control
def test_a_control_changes_while_playing_and_everybody_is_told(control: Control):
    player, value = band(), other_value(control)
    player.play([(0, on(67))], rest_ms=20)
    player.set(control.name, value)
    assert getattr(player.session.settings, control.name) == value
    assert player.told[-1] == Told(Outcome.DONE, control.name, value, "the test")
    assert player.session.state()["settings"][control.name] == value
    player.play([(0, off(67)), (300, on(69)), (600, off(69))], rest_ms=5000)
    player.stop()
    sounded(each for each in player.sent if each[1][0] & 0x0F)  # without thru
    assert not still_sounding(message for _, message in player.sent)


@every_control
def test_a_value_that_is_refused_changes_nothing(control: Control):
    player = band()
    with pytest.raises(AntiphonError, match=control.name):
        player.set(control.name, "\x00")
    assert player.session.settings == Settings()


@pytest.mark.parametrize(
    ("mode", "model", "playing"),
    [
        ("harmonize", "auto", "chorale"),
        ("harmonize", "piano", "piano"),
        ("answer", "auto", "piano"),
        ("answer", "folk", "folk"),
        ("off", "folk", None),
    ],
)
def test_state_says_which_model_plays(mode: str, model: str, playing: str | None):
    player = band(mode=mode, model=model)
    state = player.session.state()
    assert state["model"] == playing
    assert state["loading"] is None
    assert state["settings"]["mode"] == mode


def test_state_counts():
    player = band()
    player.play([(0, on(67)), (500, off(67))], rest_ms=200)
    state = player.session.state()
    assert (state["heard"], state["sent"], state["dropped"]) == (2, 6, 0)


# -- mute ---------------------------------------------------------------------------------------------


def test_mute_ends_the_notes_now_and_keeps_them_away():
    player = band()
    player.play([(0, on(67))], rest_ms=100)
    now = player.now_ms
    player.set("mute", True)
    assert {note.end for note in sounded(player.sent)} == {now}
    before = len(player.sent)
    player.play([(0, off(67)), (300, on(69)), (600, off(69)), (700, on(71))], rest_ms=200)
    assert len(player.sent) == before


def test_after_a_mute_the_next_strike_has_all_its_voices():
    player = band(mute=True)
    player.play([(0, on(67))], rest_ms=100)
    player.set("mute", False)
    assert player.sent == []
    player.play([(0, off(67)), (10, on(69))], rest_ms=20)
    assert set(sounding_at(sounded(player.sent), player.now_ms)) == {1, 2, 3}


def test_a_mute_answer_is_not_heard_and_the_next_one_is():
    player = band(mode="answer")
    player.set("mute", True)
    player.play(tune([60, 62, 64]), rest_ms=6000)
    assert player.sent == []
    player.set("mute", False)
    player.wait(2000)
    assert player.sent == [], "the end of an answer whose beginning was mute"
    player.play(tune([60, 62, 64]), rest_ms=6000)
    assert sounded(player.sent)


def test_mute_while_answering_ends_the_answer():
    player = band(mode="answer")
    player.play(tune([60, 62, 64]), rest_ms=1200)
    assert sounded(player.sent)
    player.set("mute", True)
    assert not still_sounding(message for _, message in player.sent)
    before = len(player.sent)
    player.wait(5000)
    assert len(player.sent) == before


# -- actions ------------------------------------------------------------------------------------------


def test_panic_ends_everything_on_every_channel():
    player = band()
    player.play([(0, on(67))], rest_ms=50)
    now = player.now_ms
    player.act("panic")
    assert not still_sounding(message for _, message in player.sent)
    ends = {message[0] & 0x0F for at, message in player.sent if at == now and message[1] == 120}
    assert ends == set(range(16))
    player.play([(0, off(67)), (10, on(69))], rest_ms=20)
    assert set(sounding_at(sounded([s for s in player.sent if s[1][0] < 0xB0]), player.now_ms)) == {1, 2, 3}


@pytest.mark.parametrize("model", ["piano", "folk"])
def test_answer_does_not_wait_for_silence(model: str):
    player = band(mode="answer", model=model, key="C")
    player.play(tune([60, 62, 64, 65]), rest_ms=0)
    player.play([(50, on(67))], rest_ms=20)
    now = player.now_ms
    player.act("answer")
    player.play([(300, off(67))], rest_ms=4000)
    first = sounded(player.sent)[0]
    assert first.start - now < 250
    player.stop()
    assert not still_sounding(message for _, message in player.sent)


def test_another_answer_to_the_same_phrase():
    player = band(mode="answer")
    player.play(tune([60, 62, 64]), rest_ms=9000)
    before = len(sounded(player.sent))
    player.act("answer")
    player.wait(9000)
    assert len(sounded(player.sent)) > before
    assert player.session.policy.status() == "listening, 2 answers"


def test_answer_is_refused_where_there_is_nothing_to_answer():
    player = band(mode="answer")
    with pytest.raises(AntiphonError, match="nothing to answer yet"):
        player.act("answer")
    player.play(tune([60, 62, 64]), rest_ms=1200)
    with pytest.raises(AntiphonError, match="an answer is being played"):
        player.act("answer")
    with pytest.raises(AntiphonError, match="set mode to answer"):
        band().act("answer")


@pytest.mark.parametrize("name", ["dance", "learn", ""])
def test_an_action_that_there_is_not_is_refused(name: str):
    with pytest.raises(AntiphonError):
        band().act(name, "x")


# -- models that are loaded beside the music ----------------------------------------------------------


class Slow:
    """A session whose errands are done when the test says so."""

    def __init__(self, **settings: object) -> None:
        self.stage = Rehearsal(thru=(False,))
        self.stage.clock.advance(10**9)
        self.errands: list[tuple[Callable[[], object], Callable[[object], None]]] = []
        self.told: list[Told] = []
        chosen = Settings()
        for name, value in settings.items():
            chosen = chosen.changed(name, value)
        self.session = Session(
            self.network,  # type: ignore[arg-type]
            self.stage.order,
            chosen,
            self.stage.clock,
            errand=lambda job, then: self.errands.append((job, then)),  # type: ignore[arg-type]
        )
        self.session.subscribe(self.told.append)

    def network(self, name: str) -> object:
        if name == "piano" and not hasattr(self, "piano"):
            raise ModelError("piano.step.onnx is damaged")
        return babbler(name)

    def set(self, *values: tuple[str, object]) -> None:
        self.session.set_all(dict(values), self.stage.clock.now_ns(), "the test")

    def do_errand(self) -> None:
        job, then = self.errands.pop(0)
        try:
            result = job()
        except ModelError as error:
            result = error
        then(result)

    @property
    def outcomes(self) -> list[tuple[Outcome, str]]:
        return [(told.outcome, told.name) for told in self.told]


def test_while_a_model_is_loaded_everything_goes_on():
    slow = Slow(mode="answer", model="folk")
    slow.set(("model", "auto"), ("mode", "harmonize"))
    assert slow.session.loading == "chorale"
    assert slow.outcomes == [(Outcome.LOADING, "model"), (Outcome.LOADING, "mode")]
    assert slow.session.settings.mode == "answer"
    slow.session.on_record(r.Heard(slow.stage.clock.now_ns(), 0, on(60)), slow.stage.clock.now_ns())
    slow.do_errand()
    assert slow.session.settings.mode == "harmonize"
    assert slow.session.playing == "chorale"
    assert slow.session.loading is None
    assert slow.outcomes[2:] == [(Outcome.DONE, "model"), (Outcome.DONE, "mode")]


def test_a_model_that_is_damaged_changes_nothing_and_is_one_line():
    slow = Slow()
    slow.set(("mode", "answer"))
    slow.do_errand()
    assert slow.session.settings == Settings()
    assert slow.told[-1] == Told(Outcome.REFUSED, "mode", "answer", "the test", "piano.step.onnx is damaged")


def test_the_last_wish_counts():
    slow = Slow()
    slow.set(("mode", "answer"))
    slow.set(("model", "folk"))
    slow.set(("mode", "off"))
    assert slow.session.settings.mode == "off"
    assert slow.session.settings.model == "folk"
    for _ in range(len(slow.errands)):
        slow.do_errand()
    assert slow.session.settings.mode == "off"
    overtaken = [told for told in slow.told if told.outcome is Outcome.REFUSED]
    assert [(told.name, told.value) for told in overtaken] == [("mode", "answer")]


def test_a_wish_that_is_taken_back_is_forgotten():
    slow = Slow()
    slow.set(("mode", "answer"))
    slow.set(("mode", "harmonize"))
    slow.do_errand()
    assert slow.session.settings.mode == "harmonize"
    assert slow.session.loading is None


def test_a_model_that_was_loaded_once_is_there_at_once():
    slow = Slow()
    slow.piano = True  # type: ignore[attr-defined]
    slow.set(("mode", "answer"))
    slow.do_errand()
    slow.set(("mode", "harmonize"))
    assert slow.session.settings.mode == "harmonize"
    slow.set(("mode", "answer"))
    assert slow.session.settings.mode == "answer"
    assert slow.errands == []


def test_mode_and_model_together_when_neither_alone_is_possible():
    player = band(mode="answer", model="folk")
    with pytest.raises(AntiphonError, match="folk cannot harmonise"):
        player.set("mode", "harmonize")
    with pytest.raises(AntiphonError, match="chorale cannot answer"):
        player.set("model", "chorale")
    player.session.set_all({"mode": "harmonize", "model": "chorale"}, player.stage.clock.now_ns())
    assert player.session.playing == "chorale"
    player.play([(0, controller(1, 5)), (5, on(67))], rest_ms=20)
    assert set(sounding_at(sounded([s for s in player.sent if s[1][0] < 0xB0]), player.now_ms)) == {1, 2, 3}
