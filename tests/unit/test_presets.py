"""Presets: all controls under a name, in a file that a person can read and spoil."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest
from changes import ALLOWED
from desk import Desk
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from live.controls import CONTROLS, Settings
from live.engine.told import Outcome
from live.errors import AntiphonError
from live.presets import Presets
from live.user_file import LONGEST_NAME


@pytest.fixture
def presets(tmp_path: Path) -> Presets:
    return Presets(tmp_path / "some" / "presets.json")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(ALLOWED, max_size=8))
def test_what_is_saved_is_loaded(presets: Presets, changes: list[tuple[str, object]]):
    wanted = Settings()
    for name, value in changes:
        wanted = wanted.changed(name, value)
    presets.save("one", wanted)
    found = presets.load("one")
    assert found.values == asdict(wanted)
    assert found.complaint == ""


def test_the_order_of_saving_stays(presets: Presets):
    for name in ("waltz", "ballad", "Übung 3"):
        presets.save(name, Settings())
    presets.save("waltz", Settings(voices=1))
    assert presets.names() == ["waltz", "ballad", "Übung 3"]
    assert presets.number(1) == "waltz"
    presets.delete("waltz")
    assert presets.number(1) == "ballad"
    with pytest.raises(AntiphonError, match="there is no preset 0: there are 2"):
        presets.number(0)


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * (LONGEST_NAME + 1), None, 3, "\ud800"])
def test_a_name_that_cannot_be_one(presets: Presets, name: object):
    with pytest.raises(AntiphonError, match="a preset's name has 1 to 60 printable characters"):
        presets.save(name, Settings())  # type: ignore[arg-type]


def test_a_preset_that_is_not_there_names_those_that_are(presets: Presets):
    with pytest.raises(AntiphonError, match="no preset named 'waltz': there are none yet"):
        presets.load("waltz")
    presets.save("ballad", Settings())
    for missing in (presets.load, presets.delete):
        with pytest.raises(AntiphonError, match="no preset named 'waltz': there are ballad"):
            missing("waltz")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"a": 3}', "\ufeff\x00"])
def test_a_file_that_holds_no_presets_is_one_line_and_left_alone(tmp_path: Path, text: str):
    path = tmp_path / "presets.json"
    path.write_text(text)
    for use in (
        Presets(path).names,
        lambda: Presets(path).save("a", Settings()),
        lambda: Presets(path).load("a"),
    ):
        with pytest.raises(AntiphonError, match=r"presets\.json") as raised:
            use()
        assert "\n" not in str(raised.value)
    assert path.read_text() == text


def test_what_is_wrong_in_a_preset_is_one_line_and_the_rest_is_set(tmp_path: Path):
    (tmp_path / "presets.json").write_text(
        json.dumps({"old": {"voices": 9, "groove": 3, "temperature": 0.5, "mode": "answer"}})
    )
    desk = Desk(tmp_path)
    desk.session.act("load_preset", "old", desk.stage.clock.now_ns(), "osc")
    assert (desk.get("voices"), desk.get("temperature"), desk.get("mode")) == (3, 0.5, "answer")
    (complaint,) = [told for told in desk.told if told.outcome is Outcome.REFUSED]
    assert complaint.text.startswith("preset old: voices must be 1 to 3, not 9; no control named 'groove'")
    assert complaint.text.endswith("; the rest is set")
    assert desk.told[-1][:3] == (Outcome.DONE, "load_preset", "old")


def test_a_preset_may_ask_for_mode_and_model_that_go_only_together(tmp_path: Path):
    desk = Desk(tmp_path, mode="answer", model="folk")
    desk.act("save_preset", "folk")
    desk.session.set_all({"mode": "harmonize", "model": "chorale"}, desk.stage.clock.now_ns())
    desk.act("save_preset", "bach")
    desk.act("load_preset", "folk")
    assert desk.session.playing == "folk"
    desk.act("load_preset", "bach")
    assert desk.session.playing == "chorale"


def test_all_controls_are_in_it(tmp_path: Path):
    desk = Desk(tmp_path)
    desk.act("save_preset", "all")
    saved = json.loads((tmp_path / "presets.json").read_text())["all"]
    assert sorted(saved) == sorted(control.name for control in CONTROLS)


@pytest.mark.parametrize("action", ["load_preset", "save_preset", "delete_preset"])
def test_what_cannot_be_done_is_told(tmp_path: Path, action: str):
    desk = Desk(tmp_path)
    with pytest.raises(AntiphonError):
        desk.act(action, "\x00")
    with pytest.raises(AntiphonError, match="needs to be told"):
        desk.act(action)


def test_deleted_while_playing(tmp_path: Path):
    desk = Desk(tmp_path)
    desk.act("save_preset", "one")
    desk.act("delete_preset", "one")
    assert desk.presets.names() == []
