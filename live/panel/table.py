"""The table of controls and actions as the page needs it: made once, given as ``/controls.json``."""

from __future__ import annotations

from typing import Any

from live.control_kinds import (
    ChordName,
    Control,
    KeyName,
    KeyOrOff,
    Number,
    NumberOrOff,
    Switch,
    Whole,
    Words,
)
from live.controls import ACTIONS, CONTROLS
from live.voice_controls import Channels

MINOR_TONICS = ("A", "Bb", "B", "C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#")

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Play", ("mode", "style", "model", "mute", "voices", "loudness")),
    ("Character", ("mood", "density_goal", "register_goal", "mode_goal")),
    ("Harmony", ("key", "hold", "chord", "split")),
    ("Imagination", ("temperature", "top_p", "surprise", "memory")),
    ("Answers", ("longest_answer", "patience", "answer_on")),
    ("Time", ("time", "tempo", "meter", "clock_out", "grid", "swing")),
    ("Duet", ("follow_density", "follow_register", "follow_loudness", "cover")),
    ("Loop", ("loop_bars", "vary")),
    ("Machine", ("thru", "deadline")),
)
"""What a newcomer looks for first stands first; a control in none of them is shown in the last one."""
_WAYS = {"voice1": "Voice 1", "voice2": "Voice 2", "voice3": "Voice 3", "listen": "Listening"}


def group(name: str) -> str:
    """Under which heading a control stands."""
    for title, names in GROUPS:
        if name in names:
            return title
    return _WAYS.get(name.split("_", maxsplit=1)[0], GROUPS[-1][0])


def described(control: Control) -> dict[str, Any]:
    """One control: what it is, may be, and does."""
    found: dict[str, Any] = {
        "name": control.name,
        "group": group(control.name),
        "label": control.name.removeprefix(_prefix(control.name)).replace("_", " "),
        "help": control.help,
        "unit": control.unit,
        "acts": control.effect,
        "allowed": control.allowed,
        "default": control.default,
    }
    match control:
        case Switch():
            found["kind"] = "switch"
        case Words():
            found["kind"] = "words"
            found["choices"] = _choices(control)
            found["open"] = isinstance(control, ChordName | Channels)  # others than these can be written
        case Number():
            found["kind"] = "number"
            found |= {"low": control.low, "high": control.high, "logarithmic": control.logarithmic}
            found["off"] = isinstance(control, NumberOrOff)
        case KeyOrOff():
            found["kind"] = "pitch"
        case Whole():
            found["kind"] = "whole"
            found |= {"low": control.low, "high": control.high}
        case _:
            found["kind"] = "text"
    return found


def _choices(control: Words) -> list[str]:
    """All that a person would choose; a knob knows no minor keys."""
    found = list(control.steps())
    return found + [f"{key}m" for key in MINOR_TONICS] if isinstance(control, KeyName) else found


def _prefix(name: str) -> str:
    way = name.split("_", maxsplit=1)[0]
    return f"{way}_" if way in _WAYS and name != way else ""


def _place(name: str) -> int:
    """Where a control stands in its group: as listed; of a voice its mute first."""
    for _, names in GROUPS:
        if name in names:
            return names.index(name)
    return 0 if name.endswith("_mute") else 1


def table() -> dict[str, Any]:
    """All controls, in the order of the groups, and all actions."""
    titles = [title for title, _ in GROUPS] + list(_WAYS.values())
    rows = sorted(map(described, CONTROLS), key=lambda row: (titles.index(row["group"]), _place(row["name"])))
    return {
        "groups": [title for title in titles if any(row["group"] == title for row in rows)],
        "controls": rows,
        "actions": [{"name": each.name, "help": each.help, "argument": each.argument} for each in ACTIONS],
    }
