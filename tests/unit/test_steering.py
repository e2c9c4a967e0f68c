"""Controllers that were learned, and a channel for control: what steers is not heard and not sent on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from desk import Desk
from sounded import controller, off, on

from live.control_kinds import Control, Number
from live.controls import ACTIONS, CONTROLS
from live.engine.told import Outcome
from live.errors import AntiphonError

KNOB = 21
every_control = pytest.mark.parametrize("control", CONTROLS, ids=lambda each: each.name)


def turned(number: int = KNOB, channel: int = 0, *, last: int = 0) -> list[bytes]:
    """A knob that goes far enough to be learned, and comes to rest."""
    return [controller(number, value, channel) for value in (40, 44, 52, last)]


def learned(folder: Path, what: str, number: int = KNOB, **options: object) -> Desk:
    desk = Desk(folder, **options)  # type: ignore[arg-type]
    desk.act("learn", what)
    desk.hear(*turned(number))
    desk.wait(1500)
    return desk


@every_control
def test_every_control_can_be_learned_and_reaches_both_ends(tmp_path: Path, control: Control):
    desk = learned(tmp_path, control.name)
    settings = {"model": ["auto", "piano"]}.get(control.name, [control.from_unit(0), control.from_unit(1)])
    desk.hear(controller(KNOB, 0))
    assert desk.get(control.name) == settings[0]
    desk.hear(controller(KNOB, 127))
    assert desk.get(control.name) == settings[1]


@every_control
def test_what_was_learned_is_there_after_a_restart(tmp_path: Path, control: Control):
    learned(tmp_path, control.name)
    again = Desk(tmp_path)
    assert again.said == []
    values = [controller(KNOB, value) for value in range(128)]  # past the present value, wherever it is
    again.hear(*values)
    assert again.get(control.name) == {"model": "piano"}.get(control.name, control.from_unit(1))


def test_a_learned_controller_is_not_sent_on_and_not_heard_as_expression(tmp_path: Path):
    desk = Desk(tmp_path)
    desk.hear(controller(1, 30))
    assert desk.heard == [controller(1, 30, channel) for channel in (0, 1, 2, 3)]
    desk.act("learn", "temperature")
    desk.hear(*turned(1))
    before = len(desk.sent)
    desk.hear(controller(1, 99), controller(1, 3))
    assert desk.heard[before:] == []
    desk.hear(controller(1, 30, 5))
    assert desk.heard[before] == controller(1, 30, 5), "of another channel nothing was learned"


def test_the_line_says_what_was_learned_and_everybody_is_told(tmp_path: Path):
    desk = learned(tmp_path, "temperature")
    assert desk.said == [
        "learning: move the controller for temperature",
        "learned: temperature is CC 21 on channel 1",
    ]
    assert [(told.outcome, told.value) for told in desk.told if told.name == "learned"] == [
        (Outcome.DONE, "temperature")
    ]
    assert desk.steering.learned() == {"CC 21 on channel 1": "temperature"}


def test_a_knob_that_jitters_is_not_the_one(tmp_path: Path):
    desk = Desk(tmp_path)
    desk.act("learn", "temperature")
    desk.hear(*[controller(7, 63 + n % 3) for n in range(50)], *turned(22))
    assert desk.steering.learned() == {"CC 22 on channel 1": "temperature"}


def test_a_knob_that_moves_on_counts_once(tmp_path: Path):
    desk = Desk(tmp_path)
    desk.act("learn", "temperature")
    desk.act("learn", "top_p")
    desk.hear(*[controller(KNOB, value) for value in range(127)])
    assert desk.steering.learned() == {"CC 21 on channel 1": "temperature"}
    desk.hear(*turned(22))
    assert desk.steering.learned() == {
        "CC 21 on channel 1": "temperature",
        "CC 22 on channel 1": "top_p",
    }


@pytest.mark.parametrize("presses", [[127, 0], [127, 127], [100, 0]])
def test_a_button_is_learned_when_it_comes_up_or_is_pressed_again(tmp_path: Path, presses: list[int]):
    desk = Desk(tmp_path)
    desk.act("learn", "panic")
    desk.hear(*[controller(50, value) for value in presses])
    assert desk.steering.learned() == {"CC 50 on channel 1": "panic"}


@pytest.mark.parametrize("number", [0, 32, 64, 120, 123, 127])
def test_pedal_bank_and_ends_of_notes_are_refused_with_one_line(tmp_path: Path, number: int):
    desk = Desk(tmp_path)
    desk.act("learn", "temperature")
    desk.hear(*[controller(number, value) for value in (0, 127, 0, 127)])
    assert desk.steering.learned() == {}
    assert len(desk.said) == 2
    assert desk.said[1].startswith(f"CC {number} cannot be learned: ")
    desk.hear(*turned())
    assert desk.steering.learned() == {"CC 21 on channel 1": "temperature"}


def test_the_pedal_is_still_the_pedal_while_learning(tmp_path: Path):
    desk = Desk(tmp_path)
    desk.act("learn", "temperature")
    desk.hear(controller(64, 127), on(67), off(67))
    desk.wait(500)
    assert [message for message in desk.heard if message[0] == 0x81] == []
    desk.hear(controller(64, 0))
    desk.wait(100)
    assert [message for message in desk.heard if message[0] == 0x81] != []


@pytest.mark.parametrize("what", ["speed", "mode=dance", "mute=perhaps", "load_preset", "", "voices=9"])
def test_what_cannot_be_learned_is_refused(tmp_path: Path, what: str):
    desk = Desk(tmp_path)
    with pytest.raises(AntiphonError):
        desk.act("learn", what)
    assert desk.said == []


def test_a_control_has_one_controller_and_a_controller_one_control(tmp_path: Path):
    desk = learned(tmp_path, "temperature", 21)
    desk.act("learn", "temperature")
    desk.hear(*turned(22))
    desk.wait(1500)
    assert desk.steering.learned() == {"CC 22 on channel 1": "temperature"}
    desk.act("learn", "top_p")
    desk.hear(*turned(22))
    assert desk.steering.learned() == {"CC 22 on channel 1": "top_p"}


def test_a_controller_that_is_free_again_is_heard_and_sent_on(tmp_path: Path):
    desk = learned(tmp_path, "temperature", 1)
    desk.act("unlearn", "temperature")
    desk.hear(controller(1, 55))
    assert desk.heard[-4:] == [controller(1, 55, channel) for channel in (0, 1, 2, 3)]
    assert Desk(tmp_path).steering.learned() == {}


def test_unlearn_all(tmp_path: Path):
    desk = learned(tmp_path, "temperature", 21)
    desk.act("learn", "panic")
    desk.hear(*turned(22))
    desk.act("unlearn", "all")
    assert desk.steering.learned() == {}
    assert json.loads((tmp_path / "midi.json").read_text()) == {"learned": []}


# -- what a controller does ---------------------------------------------------------------------------


def test_a_button_sets_a_value(tmp_path: Path):
    desk = learned(tmp_path, "mode=answer")
    assert desk.get("mode") == "harmonize"
    desk.hear(controller(KNOB, 127))
    assert desk.get("mode") == "answer"
    desk.hear(controller(KNOB, 0))
    assert desk.get("mode") == "answer"


def test_a_button_toggles(tmp_path: Path):
    desk = learned(tmp_path, "mute=toggle")
    found = []
    for value in (127, 0, 127, 0, 127, 127):
        desk.hear(controller(KNOB, value))
        found.append(desk.get("mute"))
    assert found == [True, True, False, False, True, False], "127 twice is a button that never comes up"


def test_a_button_does_an_action_when_it_goes_down_and_not_on_every_value(tmp_path: Path):
    desk = learned(tmp_path, "panic")
    desk.told.clear()
    desk.hear(*[controller(KNOB, value) for value in (10, 63, 64, 80, 126, 127, 60, 90)])
    assert [told.name for told in desk.told] == ["panic", "panic"]
    assert desk.told[0].who == "cc 21 channel 1"


@pytest.mark.parametrize(
    "action", [each for each in ACTIONS if not each.argument], ids=lambda each: each.name
)
def test_every_action_without_an_argument_can_be_learned(tmp_path: Path, action: object):
    desk = learned(tmp_path, action.name)  # type: ignore[attr-defined]
    assert desk.steering.learned() == {"CC 21 on channel 1": action.name}  # type: ignore[attr-defined]


def test_soft_takeover_waits_until_the_knob_has_come_to_the_value(tmp_path: Path):
    desk = learned(tmp_path, "temperature")
    desk.hear(controller(KNOB, 100))
    mine = desk.get("temperature")
    desk.set("temperature", 0.3)  # by another road; the knob stands at 100
    desk.hear(controller(KNOB, 99), controller(KNOB, 60))
    assert desk.get("temperature") == 0.3
    desk.hear(controller(KNOB, 5))
    assert desk.get("temperature") != 0.3, "it went past the value"
    desk.hear(controller(KNOB, 100))
    assert desk.get("temperature") == mine


@pytest.mark.parametrize(
    "control", [each for each in CONTROLS if isinstance(each, Number)], ids=lambda c: c.name
)
def test_on_the_channel_for_control_values_may_jump(tmp_path: Path, control: Number):
    desk = Desk(tmp_path, control_channel=16)
    desk.act("learn", control.name)
    desk.hear(*turned(channel=15))
    desk.set(control.name, control.high)
    desk.hear(controller(KNOB, 20, 15))
    assert desk.get(control.name) == control.from_unit(20 / 127)


# -- the channel for control --------------------------------------------------------------------------


def test_nothing_on_the_channel_for_control_is_heard_or_sent_on(tmp_path: Path):
    desk = Desk(tmp_path, control_channel=16)
    desk.hear(
        on(67, channel=15), controller(1, 50, 15), bytes((0xEF, 1, 2)), bytes((0xCF, 0)), off(67, channel=15)
    )
    assert desk.heard == []
    desk.hear(on(67))
    assert desk.heard[0] == on(67)
    assert len(desk.heard) == 4


def test_without_it_every_channel_is_playing(tmp_path: Path):
    desk = Desk(tmp_path)
    desk.hear(bytes((0xCF, 3)), controller(20, 50, 15))
    assert desk.heard == [bytes((0xCF, 3)), controller(20, 50, 15)]


def test_all_sound_off_ends_everything_on_any_channel(tmp_path: Path):
    desk = Desk(tmp_path, control_channel=16)
    desk.hear(on(67))
    desk.hear(controller(120, 0, 15))
    offs = [message for message in desk.heard if message[0] & 0xF0 == 0x80]
    assert len(offs) == 4


def test_a_program_change_there_loads_a_preset(tmp_path: Path):
    desk = Desk(tmp_path, control_channel=16)
    desk.set("temperature", 0.5)
    desk.act("save_preset", "careful")
    desk.set("temperature", 1.8)
    desk.set("mode", "answer")
    desk.act("save_preset", "wild")
    desk.hear(bytes((0xCF, 0)))
    assert (desk.get("temperature"), desk.get("mode")) == (0.5, "harmonize")
    desk.hear(bytes((0xCF, 1)))
    assert (desk.get("temperature"), desk.get("mode")) == (1.8, "answer")
    desk.hear(bytes((0xCF, 2)))
    assert desk.told[-1].outcome is Outcome.REFUSED
    assert desk.told[-1].text == "there is no preset 3: there are 2"
    assert (desk.get("temperature"), desk.get("mode")) == (1.8, "answer")


# -- the file -----------------------------------------------------------------------------------------

BROKEN = {
    "no json": "{learned",
    "another thing": "[1, 2]",
    "a channel too many": '{"learned": [{"channel": 17, "controller": 1, "does": "mode"}]}',
    "a strange key": '{"learned": [], "forgotten": []}',
    "a wrong type": '{"learned": [{"channel": "one", "controller": 1, "does": "mode"}]}',
    "no end of brackets": "[" * 100_000,
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_is_one_line_is_left_alone_and_the_music_goes_on(tmp_path: Path, text: str):
    (tmp_path / "midi.json").write_text(text)
    desk = learned(tmp_path, "temperature")
    assert len(desk.said) == 4
    assert "midi.json" in desk.said[0]
    assert "\n" not in desk.said[0]
    assert desk.said[0].endswith("learned controllers are not used")
    assert len([line for line in desk.said if line.endswith("what was learned is not kept")]) == 1
    assert (tmp_path / "midi.json").read_text() == text
    assert desk.steering.learned() == {"CC 21 on channel 1": "temperature"}, "it works until the end"


def test_a_control_of_another_version_is_told_and_kept(tmp_path: Path):
    strange = {"channel": 2, "controller": 5, "does": "groove"}
    (tmp_path / "midi.json").write_text(json.dumps({"learned": [strange]}))
    desk = learned(tmp_path, "temperature")
    assert desk.said[0].startswith("CC 5 on channel 2: no control named 'groove'")
    assert strange in json.loads((tmp_path / "midi.json").read_text())["learned"]


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path):
    (tmp_path / "config").write_text("a file where a folder should be")
    desk = learned(tmp_path / "config", "temperature")
    assert any("what was learned is not kept" in line for line in desk.said)
