"""The OSC addresses, made from the table of controls and actions; the page ``docs/control.md`` lists them."""

from __future__ import annotations

from typing import Any, NamedTuple

from live.control_kinds import Control, shown
from live.controls import ACTION_BY_NAME, ACTIONS, BY_NAME, CONTROLS
from live.errors import AntiphonError
from live.osc import plan

ROOT = "/antiphon"
ERROR, LOADING, STATE = f"{ROOT}/error", f"{ROOT}/loading", f"{ROOT}/state"
SUBSCRIBE, UNSUBSCRIBE, PRESETS = f"{ROOT}/subscribe", f"{ROOT}/unsubscribe", f"{ROOT}/preset/list"
CHORD = f"{ROOT}/chord_now"
LONGEST_WORD = 1000
PRESET_ENDING = "_preset"


class Row(NamedTuple):
    """One address for a reader."""

    address: str
    arguments: str
    meaning: str


class Wish(NamedTuple):
    """What a message wants: ``kind`` is ``get``, ``set``, ``act``, or one of the further addresses."""

    kind: str
    name: str = ""
    value: Any = None


def control_address(name: str) -> str:
    """Where a control is changed, asked for, and told."""
    return f"{ROOT}/{name}"


def action_address(name: str) -> str:
    """Where an action is asked for and told: ``/antiphon/preset/load``, ``/antiphon/action/panic``."""
    if name.endswith(PRESET_ENDING):
        return f"{ROOT}/preset/{name.removesuffix(PRESET_ENDING)}"
    return f"{ROOT}/action/{name}"


_CONTROLS = {control_address(name): name for name in BY_NAME}
_ACTIONS = {action_address(name): name for name in ACTION_BY_NAME}
_ACTIONS |= {f"{ROOT}/action/{name}": name for name in ACTION_BY_NAME}
_OTHERS = {
    STATE: "state",
    SUBSCRIBE: "subscribe",
    UNSUBSCRIBE: "unsubscribe",
    PRESETS: "presets",
    plan.SUBSCRIBE: "watch",
    plan.UNSUBSCRIBE: "unwatch",
}


def wish(address: str, arguments: list[Any]) -> Wish:
    """What an OSC message wants. Raises ``AntiphonError`` for what nobody can want; never blocks."""
    for argument in arguments:
        if isinstance(argument, str | bytes) and len(argument) > LONGEST_WORD:
            raise AntiphonError(f"{shown(address)}: an argument is too long")
    if len(arguments) > 1:
        raise AntiphonError(f"{shown(address)} takes one argument at most, not {len(arguments)}")
    value = arguments[0] if arguments else None
    if (name := _CONTROLS.get(address)) is not None:
        return Wish("set", name, value) if arguments else Wish("get", name)
    if (name := _ACTIONS.get(address)) is not None:
        return Wish("act", name, value)
    if (kind := _OTHERS.get(address)) is not None:
        return Wish(kind, value=value)
    raise AntiphonError(f"no address {shown(address)}: {STATE} tells what there is")


def rows() -> list[Row]:
    """All addresses, for the page."""
    return [
        *(Row(control_address(each.name), _values(each), _effect(each)) for each in CONTROLS),
        *(Row(action_address(each.name), each.argument, each.help) for each in ACTIONS),
        Row(PRESETS, "", "answers with the names of all presets, in the order of program changes"),
        Row(STATE, "", "answers with every control, and with `/antiphon/state/...`: model, counters, time"),
        Row(CHORD, "", "tells subscribers the name of the chord that harmony goes by, when it is another"),
        Row(SUBSCRIBE, "a port", "every change is told to this port of the sender's machine"),
        Row(UNSUBSCRIBE, "a port", "no more"),
        Row(plan.SUBSCRIBE, "a port", "what is about to sound is told to this port, as follows"),
        Row(plan.UNSUBSCRIBE, "a port", "no more"),
        *(Row(plan.address(phase), plan.ARGUMENTS, text) for phase, text in plan.MEANINGS.items()),
    ]


def _values(control: Control) -> str:
    return f"{control.allowed}{f' {control.unit}' if control.unit else ''}"


def _effect(control: Control) -> str:
    when = "at once" if control.effect == "now" else f"from the {control.effect}"
    return f"{control.help}; {when}"
