"""The table of controls: every control that stands there, by each of its kinds' rules."""

from __future__ import annotations

import contextlib
import math
from dataclasses import fields

import pytest
from changes import ANYTHING, WILD
from hypothesis import given
from hypothesis import strategies as st

from live.control_kinds import Control, Number, Switch, Whole, Words
from live.controls import ACTIONS, BY_NAME, CONTROLS, Settings, argument, checked
from live.errors import AntiphonError
from live.voice_controls import DRUMS, Channel

every_control = pytest.mark.parametrize("control", CONTROLS, ids=lambda each: each.name)


@every_control
def test_it_has_what_a_musician_must_know(control: Control):
    assert control.name.islower()
    assert control.help
    assert control.allowed
    assert control.effect in ("now", "next strike", "next answer", "next loop")


@every_control
def test_its_default_is_allowed_and_the_settings_begin_with_it(control: Control):
    assert control.checked(control.default) == control.default
    assert getattr(Settings(), control.name) == control.default


@every_control
@given(place=st.floats(0, 1))
def test_every_place_of_a_knob_is_an_allowed_value(control: Control, place: float):
    value = control.from_unit(place)
    assert control.checked(value) == value
    assert 0 <= control.to_unit(value) <= 1
    if isinstance(control, Number):
        assert control.to_unit(value) == pytest.approx(place, abs=0.002)
    else:
        assert control.from_unit(control.to_unit(value)) == value


@every_control
def test_the_ends_of_a_knob_are_the_ends_of_the_control(control: Control):
    ends = control.from_unit(0.0), control.from_unit(1.0)
    match control:
        case Number() | Whole():
            assert ends == (control.low, control.high)
        case Switch():
            assert ends == (False, True)
        case Words():
            assert ends == (control.steps()[0], control.steps()[-1])
        case _:
            pytest.fail("a kind that nobody has thought of here")


@every_control
def test_a_knob_reaches_every_word_and_number(control: Control):
    reached = {control.from_unit(cc / 127) for cc in range(128)}
    match control:
        case Channel():
            assert reached == set(range(1, 17)) - {DRUMS}
        case Whole() if control.high - control.low >= 128:  # more than a knob has places
            assert len(reached) == 128
        case Whole():
            assert reached == set(range(control.low, control.high + 1))
        case Words():
            assert reached == set(control.steps())
        case Switch():
            assert reached == {False, True}
            assert [control.from_unit(cc / 127) for cc in (63, 64)] == [False, True]
        case _:
            assert len(reached) == 128


@every_control
@given(value=ANYTHING)
def test_any_value_is_taken_or_refused_in_one_short_line(control: Control, value: object):
    line = ""
    try:
        found = control.checked(value)
    except AntiphonError as error:
        line = str(error)
    else:
        assert control.checked(found) == found
    assert not line or control.name in line
    assert "\n" not in line
    assert len(line) < 200


@given(change=WILD)
def test_settings_are_always_valid(change: tuple[str, object]):
    settings = Settings()
    with contextlib.suppress(AntiphonError):
        settings = settings.changed(*change)
    for field in fields(settings):
        value = getattr(settings, field.name)
        assert BY_NAME[field.name].checked(value) == value


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, True, "much", None, b"1", [1]])
def test_no_number_is_refused(value: object):
    with pytest.raises(AntiphonError, match=r"temperature must be 0\.1 to 2"):
        checked("temperature", value)


@pytest.mark.parametrize(("value", "found"), [("on", True), ("OFF", False), (1, True), (0.0, False)])
def test_a_switch_knows_words_and_numbers(value: object, found: bool):
    assert checked("mute", value) is found


def test_a_whole_number_may_come_as_a_float_but_not_as_a_part():
    assert checked("voices", 2.0) == 2
    assert type(checked("voices", 2.0)) is int
    with pytest.raises(AntiphonError, match=r"voices must be 1 to 3, not 2\.5"):
        checked("voices", 2.5)


def test_times_are_logarithmic():
    assert BY_NAME["deadline"].from_unit(0.5) == pytest.approx(math.sqrt(5 * 200), rel=0.001)


def test_names_of_controls_and_actions_do_not_clash():
    assert not set(BY_NAME) & {action.name for action in ACTIONS}


def test_an_action_that_needs_an_argument_says_which():
    with pytest.raises(AntiphonError, match="load_preset needs to be told its name"):
        argument("load_preset", None)
    with pytest.raises(AntiphonError, match="no action named 'dance'"):
        argument("dance", None)
    assert argument("panic", "whatever") is None
