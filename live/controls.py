"""The one table of controls: what can be changed while playing, and how.

Command line, MIDI, OSC, panel and API are made from it; every change goes through the engine's queue.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, Literal, NamedTuple

from live.errors import AntiphonError

Mode = Literal["harmonize", "answer", "off"]
Effect = Literal["now", "next strike", "next answer"]


class Control(NamedTuple):
    """One control. ``low`` and ``high`` bound numbers; ``choices`` lists words."""

    name: str
    default: object
    unit: str
    effect: Effect
    help: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()


CONTROLS: tuple[Control, ...] = (
    Control(
        "mode", "harmonize", "", "now", "what the companion does", choices=("harmonize", "answer", "off")
    ),
    Control("voices", 3, "voices", "next strike", "voices of the harmony", 1, 3),
    Control("key", "auto", "", "next strike", "key of a score model: auto, or C, F#m, ..."),
    Control("temperature", 1.0, "", "next strike", "above 1 surprises more, below 1 less", 0.1, 2.0),
    Control("top_p", 0.95, "", "next strike", "keep the likeliest share of all choices", 0.05, 1.0),
    Control("loudness", 0.75, "x player", "next strike", "velocity of the companion", 0.1, 1.5),
    Control("longest_answer", 12.0, "s", "next answer", "an answer is never longer", 1.0, 60.0),
    Control("patience", 1.5, "x pace", "next answer", "silence before an answer, in onset gaps", 0.5, 8.0),
    Control(
        "deadline", 20.0, "ms", "next strike", "after this a rule plays what the model has not", 5.0, 200.0
    ),
    Control("thru", False, "", "now", "send on what is heard"),
)
BY_NAME = {control.name: control for control in CONTROLS}


@dataclass(frozen=True)
class Settings:
    """Values of all controls; frozen, so that a decision sees one state of them."""

    mode: str = "harmonize"
    voices: int = 3
    key: str = "auto"
    temperature: float = 1.0
    top_p: float = 0.95
    loudness: float = 0.75
    longest_answer: float = 12.0
    patience: float = 1.5
    deadline: float = 20.0
    thru: bool = False

    def changed(self, name: str, value: object) -> Settings:
        """With one control set; :class:`AntiphonError` says what is allowed instead."""
        values: dict[str, Any] = {name: checked(name, value)}
        return replace(self, **values)


assert {each.name: each.default for each in CONTROLS} == {
    each.name: each.default for each in fields(Settings)
}, "the table and the settings differ"


def checked(name: str, value: object) -> object:
    """The value as the control's type; :class:`AntiphonError` for one that is not allowed."""
    control = BY_NAME.get(name)
    if control is None:
        raise AntiphonError(f"no control named {name!r}: there are {', '.join(BY_NAME)}")
    if control.choices and value not in control.choices:
        raise AntiphonError(f"{name} must be one of {', '.join(control.choices)}, not {value!r}")
    if isinstance(control.default, bool):
        if value not in (True, False):
            raise AntiphonError(f"{name} must be on or off, not {value!r}")
        return bool(value)
    if name == "key":
        return _checked_key(value)
    if isinstance(control.default, str):
        return value
    try:
        number = type(control.default)(value)  # type: ignore[call-arg]
    except (TypeError, ValueError) as error:
        raise AntiphonError(f"{name} must be a number, not {value!r}") from error
    assert isinstance(number, int | float)
    assert control.low is not None
    assert control.high is not None
    if not control.low <= number <= control.high:
        raise AntiphonError(f"{name} must be {control.low:g} to {control.high:g}, not {value}")
    return number


def _checked_key(value: object) -> object:
    from models.key import Key  # noqa: PLC0415 - loads NumPy, which ``antiphon --help`` does without

    if value != "auto":
        try:
            Key.parse(str(value))
        except ValueError as error:
            raise AntiphonError(f"key: {error}, or auto") from error
    return value
