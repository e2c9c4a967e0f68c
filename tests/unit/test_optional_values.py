"""``--plan-port`` with and without a name."""

from __future__ import annotations

import pytest

from live.antiphon import Antiphon
from live.commands.main import run
from live.commands.optional_values import filled
from live.errors import AntiphonError, PortError


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (["live"], ["live"]),
        (["live", "--plan-port"], ["live", "--plan-port", ""]),
        (["live", "--plan-port", "--mode", "off"], ["live", "--plan-port", "", "--mode", "off"]),
        (["live", "--plan-port", "My Lights"], ["live", "--plan-port", "My Lights"]),
        (["live", "--plan-port=-x-", "-h"], ["live", "--plan-port=-x-", "-h"]),
    ],
)
def test_a_value_that_was_left_out_is_empty(given: list[str], wanted: list[str]) -> None:
    assert filled(given) == wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ([], None),
        (["--plan-port"], True),
        (["--plan-port", "--seed", "3"], True),
        (["--plan-port", "X"], "X"),
    ],
)
def test_the_command_knows_what_was_meant(
    monkeypatch: pytest.MonkeyPatch, words: list[str], wanted: object
) -> None:
    found: list[object] = []

    def begin(**options: object) -> Antiphon:
        found.append(options["plan_port"])
        raise AntiphonError("that is enough")

    monkeypatch.setattr("live.antiphon.Antiphon", begin)
    assert run(["live", *words]) == 2
    assert found == [wanted]


@pytest.mark.parametrize("plan_port", [True, "lights"])
def test_without_a_midi_system_there_is_no_port(plan_port: bool | str) -> None:
    with (
        pytest.raises(PortError, match="there is no MIDI system, so no port can be named"),
        Antiphon(api="none", mode="off", plan_port=plan_port),
    ):
        pass
