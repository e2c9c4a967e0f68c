"""Whatever comes by MIDI, learned or not: nothing breaks, settings stay allowed, what steers goes nowhere."""

from __future__ import annotations

import contextlib
import tempfile
from dataclasses import fields
from pathlib import Path

from band import still_sounding
from changes import ALLOWED, WILD
from desk import Desk
from hypothesis import given, settings
from hypothesis import strategies as st
from legality import only_legal_events
from sounded import controller, off, on

from live.controls import ACTIONS, BY_NAME, CONTROLS
from live.errors import AntiphonError

NUMBERS = st.sampled_from([1, 7, 11, 21, 22, 64, 120, 123])
CHANNELS = st.sampled_from([0, 5, 15])
VALUES = st.integers(0, 127)
TARGETS = st.one_of(
    st.sampled_from([each.name for each in CONTROLS]),
    st.sampled_from(
        [
            "mode=answer",
            "mute=toggle",
            "model=folk",
            "load_preset=one",
            "panic",
            "answer",
            "lock_key",
            "lock_key=x",
            "forget=all",
            "player=one",
            "",
            "x=y",
        ]
    ),
)
NAMES = st.sampled_from(["one", "two", "", "\x00", "x" * 100])
MESSAGES = st.one_of(
    st.builds(controller, NUMBERS, VALUES, CHANNELS),
    st.builds(lambda channel, number: bytes((0xC0 | channel, number)), CHANNELS, st.integers(0, 3)),
    st.builds(on, st.integers(58, 64), VALUES, CHANNELS),
    st.builds(off, st.integers(58, 64), CHANNELS),
)
SWEEPS = st.builds(
    lambda number, channel: [controller(number, value, channel) for value in range(0, 128, 9)],
    NUMBERS,
    CHANNELS,
)
TRIED = (
    "learn",
    "unlearn",
    "load_preset",
    "save_preset",
    "delete_preset",
    "panic",
    "answer",
    "loop",
    "veto",
    "tap",
    "lock_key",
    "forget",
    "player",
)
ACTS = st.tuples(
    st.sampled_from(TRIED),
    st.one_of(TARGETS, NAMES, st.none()),
)


@settings(max_examples=60)
@given(
    playing=st.lists(
        st.one_of(MESSAGES, MESSAGES, SWEEPS, SWEEPS, ACTS, ALLOWED.map(list), WILD.map(list)), max_size=40
    )
)
def test_any_controllers_and_actions(playing: list[object]):
    with tempfile.TemporaryDirectory() as folder, only_legal_events():
        desk = Desk(Path(folder), control_channel=16)
        for what in playing:
            if isinstance(what, bytes):
                desk.hear(what)
            elif isinstance(what, tuple):
                with contextlib.suppress(AntiphonError):
                    desk.act(*what)
            elif isinstance(what[0], bytes):  # type: ignore[index]
                desk.hear(*what)  # type: ignore[misc]
            else:
                with contextlib.suppress(AntiphonError):
                    desk.set(*what)  # type: ignore[misc]
            learned = set(desk.steering.learned())
            assert not learned & {f"CC {number} on channel 1" for number in (0, 32, 64, 120, 123)}
        desk.wait(100)
        chosen = desk.session.settings
        for field in fields(chosen):
            assert BY_NAME[field.name].checked(getattr(chosen, field.name)) == getattr(chosen, field.name)
        assert not [line for line in desk.said if "\n" in line]
        sent_on = [message for message in desk.heard if message[0] & 0x0F == 15]
        assert {message[0] & 0xF0 for message in sent_on} <= {0xB0}, "only what a panic or CC 120 ends"
        desk.stop()
        companion = [message for message in desk.heard if message[0] & 0x0F in (1, 2, 3)]
        assert not still_sounding(companion)


def test_the_actions_tried_here_are_all_that_there_are():
    assert set(TRIED) | {"keep"} == {action.name for action in ACTIONS}
