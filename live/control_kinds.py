"""What a control can be: a switch, a number, a word, a key of music, or the name of a model.

Each kind checks a value that comes from anywhere (a command line, OSC, a file, code), and places it on
the way of a knob, 0 to 1, and back. Nothing here blocks; any thread.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, Literal

from live.errors import AntiphonError
from models import places

Effect = Literal["now", "next strike", "next answer", "next loop"]

MAJOR_KEYS = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_ON, _OFF = ("on", "yes", "true", "1"), ("off", "no", "false", "0")
_KEY_NAME = re.compile(r"([A-Ga-g])([#b]?)(-?\d)")
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SHOWN, _LONGEST_PATH = 60, 1000


def shown(value: object) -> str:
    """A value as an error's line quotes it: never long, whatever it is."""
    text = repr(value[:_SHOWN] if isinstance(value, str | bytes) else value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


@dataclass(frozen=True, kw_only=True)
class Control:
    """One control: what it may be, what it does (``help``) and when (``effect``).

    ``name`` comes from the table, where it stands. ``type`` is what a command line is to read.
    """

    default: Any
    effect: Effect
    help: str
    unit: str = ""
    name: str = ""

    type: ClassVar[type] = str

    @property
    def allowed(self) -> str:
        """The values that there are, in words: ``on or off``, ``1 to 3``."""
        raise NotImplementedError

    def checked(self, value: object) -> Any:
        """The value as this control's type; ``AntiphonError`` says what is allowed instead."""
        raise NotImplementedError

    def from_unit(self, place: float) -> Any:
        """The value at a place on a knob's way, 0 to 1."""
        raise NotImplementedError

    def to_unit(self, value: Any) -> float:
        """The place of a value on a knob's way; :meth:`from_unit` leads back to the value."""
        raise NotImplementedError

    def refusal(self, value: object) -> AntiphonError:
        """The one line for a value that is not allowed."""
        return AntiphonError(f"{self.name} must be {self.allowed}, not {shown(value)}")


@dataclass(frozen=True, kw_only=True)
class Switch(Control):
    """On or off; a knob switches in the middle (CC 64)."""

    type: ClassVar[type] = bool

    @property
    def allowed(self) -> str:
        """On or off."""
        return "on or off"

    def checked(self, value: object) -> bool:
        """True, false, 1, 0, or the words."""
        if isinstance(value, bool):
            return value
        if isinstance(value, int | float) and value in (0, 1):
            return bool(value)
        word = value.strip().lower() if isinstance(value, str) else None
        if word in _ON or word in _OFF:
            return word in _ON
        raise self.refusal(value)

    def from_unit(self, place: float) -> bool:
        """On from the middle upwards."""
        return place >= 0.5

    def to_unit(self, value: Any) -> float:
        """Either end."""
        return 1.0 if value else 0.0


@dataclass(frozen=True, kw_only=True)
class Number(Control):
    """From ``low`` to ``high``; ``logarithmic`` where a musician hears ratios (times, factors)."""

    low: float
    high: float
    logarithmic: bool = False

    type: ClassVar[type] = float

    @property
    def allowed(self) -> str:
        """The bounds."""
        return f"{self.low:g} to {self.high:g}"

    def checked(self, value: object) -> float:
        """Any number within the bounds, or one in words; never NaN."""
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise self.refusal(value)
        try:
            number = float(value)
        except (ValueError, OverflowError) as error:
            raise self.refusal(value) from error
        number = float(f"{number:.6g}")  # OSC says 0.1 in 32 bits
        if not self.low <= number <= self.high:
            raise self.refusal(value)
        return number

    def from_unit(self, place: float) -> float:
        """Linear or logarithmic between the bounds."""
        if self.logarithmic:
            value = self.low * math.pow(self.high / self.low, place)
        else:
            value = self.low + (self.high - self.low) * place
        return min(max(float(f"{value:.4g}"), self.low), self.high)  # digits that a person can read

    def to_unit(self, value: Any) -> float:
        """The inverse."""
        if self.logarithmic:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return float((value - self.low) / (self.high - self.low))


@dataclass(frozen=True, kw_only=True)
class NumberOrOff(Number):
    """A number whose lowest value, 0, may be said as ``off``."""

    type: ClassVar[type] = str

    @property
    def allowed(self) -> str:
        """The bounds, and the word."""
        return f"off or {super().allowed}"

    def checked(self, value: object) -> float:
        """Any number within the bounds, or the word."""
        if isinstance(value, str) and value.strip().lower() == "off":
            return 0.0
        return super().checked(value)


def _step(place: float, steps: int) -> int:
    """Which of evenly split parts of a knob's way."""
    return min(int(place * steps), steps - 1)


@dataclass(frozen=True, kw_only=True)
class Whole(Control):
    """A whole number from ``low`` to ``high``; a knob's way is evenly split."""

    low: int
    high: int

    type: ClassVar[type] = int

    @property
    def allowed(self) -> str:
        """The bounds."""
        return f"{self.low} to {self.high}"

    def checked(self, value: object) -> int:
        """A whole number, also as 3.0 (some senders know no others), or one in words."""
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise self.refusal(value)
        try:
            number = float(value)
        except (ValueError, OverflowError) as error:
            raise self.refusal(value) from error
        if not self.low <= number <= self.high or number != int(number):
            raise self.refusal(value)
        return int(number)

    def from_unit(self, place: float) -> int:
        """The number of the part."""
        return self.low + _step(place, self.high - self.low + 1)

    def to_unit(self, value: Any) -> float:
        """The middle of the part."""
        return float((value - self.low + 0.5) / (self.high - self.low + 1))


@dataclass(frozen=True, kw_only=True)
class KeyOrOff(Whole):
    """A key of the keyboard, by its MIDI number or by name (60 is C4), or ``off``, which is 0."""

    low: int = 0
    high: int = 127

    type: ClassVar[type] = str

    @property
    def allowed(self) -> str:
        """How a key is written."""
        return "off, or a key like C4 or 60"

    def checked(self, value: object) -> int:
        """The key's number."""
        word = value.strip() if isinstance(value, str) else ""
        if word.lower() == "off":
            return 0
        named = _KEY_NAME.fullmatch(word)
        if named is None:
            return super().checked(value)
        step = _STEPS[named[1].upper()] + {"": 0, "#": 1, "b": -1}[named[2]]
        return super().checked(step + 12 * (int(named[3]) + 1))


@dataclass(frozen=True, kw_only=True)
class Words(Control):
    """One of a few words; a knob's way is evenly split between them."""

    choices: tuple[str, ...]

    @property
    def allowed(self) -> str:
        """The words."""
        return f"{', '.join(self.choices[:-1])} or {self.choices[-1]}"

    def steps(self) -> tuple[str, ...]:
        """What a knob can choose."""
        return self.choices

    def checked(self, value: object) -> str:
        """One of the words."""
        word = value.strip().lower() if isinstance(value, str) else ""
        if word not in self.choices:
            raise self.refusal(value)
        return word

    def from_unit(self, place: float) -> str:
        """The word of the part."""
        steps = self.steps()
        return steps[_step(place, len(steps))]

    def to_unit(self, value: Any) -> float:
        """The middle of the word's part; 0 for what a knob cannot choose."""
        steps = self.steps()
        return (steps.index(value) + 0.5) / len(steps) if value in steps else 0.0


@dataclass(frozen=True, kw_only=True)
class KeyName(Words):
    """A key of music, or ``auto``. A knob knows the major keys: a minor one is as its relative major."""

    choices: tuple[str, ...] = ("auto", *MAJOR_KEYS)

    @property
    def allowed(self) -> str:
        """How a key is written."""
        return "auto, or a key like C, F#m or Bb"

    def checked(self, value: object) -> str:
        """``auto``, or the key as it was written."""
        from models.key import Key  # noqa: PLC0415 - loads NumPy, which ``antiphon --help`` does without

        word = value.strip() if isinstance(value, str) else ""
        if word.lower() == "auto":
            return "auto"
        try:
            Key.parse(word[:_SHOWN])
        except ValueError as error:
            raise self.refusal(value) from error
        return word


@dataclass(frozen=True, kw_only=True)
class ChordName(Words):
    """The name of a chord, or ``off``. A knob knows the major and the minor triads."""

    choices: tuple[str, ...] = ("off", *MAJOR_KEYS, *(f"{root}m" for root in MAJOR_KEYS))

    @property
    def allowed(self) -> str:
        """How a chord is written."""
        return "off, or a chord like Am, G7, Bbmaj7, F#dim, Csus4 or C/E"

    def checked(self, value: object) -> str:
        """``off``, or the chord as it was written."""
        from models.chord import Chord  # noqa: PLC0415 - loads NumPy, which ``antiphon --help`` does without

        word = value.strip() if isinstance(value, str) else ""
        if word.lower() == "off":
            return "off"
        try:
            Chord.parse(word[:_SHOWN])
        except ValueError as error:
            raise self.refusal(value) from error
        return word


@dataclass(frozen=True, kw_only=True)
class ModelName(Words):
    """The name of a model, or a manifest's path; ``auto`` goes by the mode."""

    choices: tuple[str, ...] = ("auto",)

    @property
    def allowed(self) -> str:
        """The shipped ones, and others: the same on every machine."""
        return f"auto, {', '.join(_shipped_models())}, one that you trained or a manifest's path"

    def steps(self) -> tuple[str, ...]:
        """Auto, the shipped models, and the user's own as they are now. Blocks for the disk, shortly."""
        return "auto", *_shipped_models(), *places.own_names()

    def checked(self, value: object) -> str:
        """A name that there is. Whether its files are in order shows when it is loaded."""
        name = value.strip() if isinstance(value, str) else ""
        if name.endswith(".json") and len(name) < _LONGEST_PATH and "\0" not in name:
            if not Path(name).is_file():
                raise AntiphonError(f"no model at {name}")
        elif name not in self.steps():
            raise AntiphonError(
                f"no model named {shown(name or value)}: there are {', '.join(self.steps()[1:])}"
            )
        return name


@cache
def _shipped_models() -> tuple[str, ...]:
    return tuple(places.shipped_names())
