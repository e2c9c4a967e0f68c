"""Controls of character: what is turned shows in what is played next, and what cannot act says so."""

from __future__ import annotations

import numpy as np
import pytest
from babbler import babbler
from band import Band, tune
from obedient import Obedient

from live.character import goals_of, idle
from live.controls import CONTROLS, Settings
from live.errors import AntiphonError
from live.files.music import Music, Part
from live.files.tempo import TempoMap
from live.moods import MOODS
from live.offline.continuing import continue_music
from live.offline.taste import Taste
from models.convert import note_array
from models.events import Note

PHRASE = [60, 62, 64, 65, 67, 65, 64, 62]


def band(mode: str = "answer", network: object = None, **settings: object) -> Band:
    played = network or Obedient()
    return Band(
        networks=lambda _: played, mode=mode, model="piano", time="free", answer_on="free", **settings
    )  # type: ignore[arg-type, return-value]


def answered(rest_ms: float = 4000, **settings: object) -> list[tuple[float, bytes]]:
    player = band(**settings)  # type: ignore[arg-type]
    player.play(tune(PHRASE, gap_ms=200, length_ms=150), rest_ms=rest_ms)
    return struck(player)


def struck(player: Band) -> list[tuple[float, bytes]]:
    return [(at, message) for at, message in player.sent if message[0] & 0xF0 == 0x90 and message[2]]


def mean_pitch(notes: list[tuple[float, bytes]]) -> float:
    assert notes
    return float(np.mean([message[1] for _, message in notes]))


def test_an_answer_lies_where_it_is_asked_to():
    means = [mean_pitch(answered(register_goal=key)) for key in ("C3", "C4", "C5", "C6")]
    assert means == sorted(means)
    assert means[-1] - means[0] > 25


def test_an_answer_is_as_dense_as_it_is_asked_to_be():
    counts = [len(answered(density_goal=density)) for density in (1, 6, 12, 25)]
    assert counts == sorted(counts)
    assert counts[-1] > 3 * counts[0]


def test_a_goal_turned_during_an_answer_changes_the_rest_of_it():
    player = band(register_goal="C3", longest_answer=6.0)
    player.play(tune(PHRASE * 4, gap_ms=200, length_ms=150), rest_ms=2500)
    before = len(struck(player))
    assert before > 2
    player.set("register_goal", "C6")
    player.wait(3500)
    notes = struck(player)
    assert mean_pitch(notes[before + 6 :]) > mean_pitch(notes[:before]) + 20


def test_a_duet_lies_where_it_is_asked_to():
    def companion(key: str) -> list[tuple[float, bytes]]:
        player = band("duet", register_goal=key, cover=True)
        player.play(tune(PHRASE * 3, gap_ms=200, length_ms=150))
        return struck(player)

    assert mean_pitch(companion("C6")) > mean_pitch(companion("C3")) + 15


def test_a_loop_drawn_anew_leans_to_where_it_is_asked_to():
    def looped(key: str) -> list[tuple[float, bytes]]:
        player = band("loop", register_goal=key, vary=1.0)
        player.play(tune(PHRASE, gap_ms=200, length_ms=150), rest_ms=500)
        player.act("loop")
        player.wait(5000)
        return struck(player)

    assert mean_pitch(looped("C6")) > mean_pitch(looped("C3"))


def test_a_mood_moves_density_register_and_loudness():
    calm, bright, dark, wild = (answered(mood=mood) for mood in ("calm", "bright", "dark", "wild"))
    assert len(calm) < len(bright) < len(wild)
    assert mean_pitch(dark) < mean_pitch(calm) < mean_pitch(bright)
    loud = [np.mean([message[2] for _, message in notes]) for notes in (calm, wild)]
    assert loud[0] < loud[1]


def test_what_is_asked_for_itself_goes_before_the_mood():
    own = goals_of(mood="dark", register_goal=90.0)
    assert own.register == 90.0
    assert own.density == MOODS["dark"].density
    assert own.mode == "minor"
    assert goals_of(mood="dark", mode_goal="major").mode == "major"
    assert goals_of() == goals_of(mood="free")
    assert not goals_of().given


def test_free_is_as_if_there_were_no_goals():
    assert answered(seed=3) == answered(seed=3, mood="free", density_goal="off", register_goal="off")


def test_the_mode_of_a_tune_is_asked_for():
    def pitch_classes(mode: str) -> list[int]:
        player = Band(
            networks=lambda _: Obedient("folk"), mode="answer", model="folk", time="free",
            answer_on="free", key="C", mode_goal=mode,
        )  # type: ignore[arg-type, return-value]  # fmt: skip
        player.play(tune(PHRASE, gap_ms=300, length_ms=250), rest_ms=5000)
        return [message[1] % 12 for _, message in struck(player)]

    major, minor = pitch_classes("major"), pitch_classes("minor")
    assert major.count(0) > len(major) / 2
    assert minor.count(9) > len(minor) / 2


def test_a_meter_that_is_asked_for_holds_for_an_answer_in_free_time():
    told: list[list[int]] = []

    class Listening(Obedient):
        def logits(self, hidden: np.ndarray, choices: np.ndarray, conditions: np.ndarray):
            told.extend(conditions.tolist())
            return super().logits(hidden, choices, conditions)

    def meters(meter: str) -> set[int]:
        told.clear()
        network = Listening("folk")
        player = Band(
            networks=lambda _: network, mode="answer", model="folk", time="free", answer_on="free",
            key="C", meter=meter,
        )  # type: ignore[arg-type, return-value]  # fmt: skip
        player.play(tune(PHRASE, gap_ms=300, length_ms=250), rest_ms=5000)
        return {row[2] for row in told}

    assert meters("auto") == {0}
    assert 2 in meters("3/4")  # models.meter.METERS


def test_what_a_model_does_not_know_is_said_once_and_shown():
    player = band(network=babbler("piano"))
    said: list[str] = []
    player.session.say = said.append
    player.set("density_goal", 5)
    assert said == ["density_goal: the model piano does not know density"]
    assert player.session.state()["idle"] == ["density_goal"]
    player.set("temperature", 0.9)
    assert len(said) == 1
    player.set("register_goal", "C3")
    assert said[1:] == ["density_goal and register_goal: the model piano does not know density and register"]
    player.set("density_goal", "off")
    player.set("register_goal", "off")
    assert player.session.state()["idle"] == []
    assert len(said) == 3
    player.set("mood", "calm")
    assert said[3:] == ["mood: with the model piano only temperature and loudness change"]


def test_in_other_modes_they_are_idle():
    manifest = Obedient().manifest
    settings = Settings().changed("mood", "wild").changed("mode_goal", "minor")
    assert idle(settings, manifest).line == "mode_goal and mood only work in answer, duet and loop"
    assert idle(settings.changed("mode", "off"), None).names == ("mode_goal", "mood")
    assert idle(Settings(), manifest).line == ""
    assert idle(settings.changed("mode", "answer"), manifest).names == ("mode_goal",)


def test_nothing_is_said_of_a_model_that_knows_them():
    settings = Settings().changed("mode", "answer").changed("mood", "calm").changed("register_goal", 60)
    assert idle(settings, Obedient().manifest) == ((), "")


@pytest.mark.parametrize(
    ("name", "value"),
    [("mood", "angry"), ("density_goal", 31), ("register_goal", 128), ("mode_goal", "phrygian")],
)
def test_a_value_that_is_not_allowed_is_named(name: str, value: object):
    with pytest.raises(AntiphonError, match=name):
        Settings().changed(name, value)


def test_they_stand_under_one_heading_of_the_panel():
    from live.panel.table import group

    names = [each.name for each in CONTROLS if each.name == "mood" or each.name.endswith("_goal")]
    assert names == ["mood", "density_goal", "register_goal", "mode_goal"]
    assert {group(name) for name in names} == {"Character"}


def test_files_are_continued_as_it_is_asked_for():
    notes = note_array([Note(n / 2, pitch, 64, 0.4) for n, pitch in enumerate(PHRASE)])
    music = Music("phrase", (Part("piano", notes),), TempoMap.steady(120))

    def made(**asked: object) -> list[float]:
        taste = Taste(1, **asked)  # type: ignore[arg-type]
        added = continue_music(music, taste, network=Obedient(), seconds=5).added  # type: ignore[arg-type]
        return [pitch for part in added for pitch in part.notes[:, 1].tolist()]

    assert np.mean(made(register_goal=82.0)) > np.mean(made(register_goal=47.0)) + 20
    assert len(made(mood="wild")) > 2 * len(made(mood="calm"))
