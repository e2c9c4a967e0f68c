"""MIDI controllers that were learned: what each of them moves, and the file that remembers them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from live.control_kinds import Control, Number, Switch
from live.controls import ACTION_BY_NAME, BY_NAME, Settings, argument, control
from live.errors import AntiphonError, FileError
from live.user_file import config_folder, read_json, write_json

TOGGLE = "toggle"
PRESSED = 64
"""A button's value from which it is down."""
NEAR = 4 / 127
"""A knob within this of a value has reached it."""


class Target(NamedTuple):
    """What a controller does: it moves a control, sets it to a value (a button), or does an action."""

    name: str
    value: str | None = None

    @classmethod
    def parse(cls, text: object) -> Target:
        """From ``temperature``, ``mode=answer``, ``mute=toggle``, ``panic`` or ``load_preset=ballad``.

        Raises ``AntiphonError`` for what is not there or not allowed.
        """
        name, equals, value = str(text).strip().partition("=")
        given = value.strip() if equals else None
        if name in ACTION_BY_NAME:
            argument(name, given)
        elif given == TOGGLE and isinstance(BY_NAME.get(name), Switch):
            pass
        elif given is not None:
            control(name).checked(given)
        else:
            control(name)
        return cls(name, given)

    def __str__(self) -> str:
        return self.name if self.value is None else f"{self.name}={self.value}"


class Change(NamedTuple):
    """What is to be done now: an action, or a control's new value."""

    name: str
    value: Any
    is_action: bool = False


class Learned:
    """One controller at work. Engine thread only; never blocks.

    ``soft``: a knob that stands elsewhere than its control (which was changed by another road) does nothing
    until it has come to the value. A ``fresh`` one takes over at once: it is being turned.
    """

    def __init__(self, target: Target, *, soft: bool = True, fresh: bool = False) -> None:
        self.target = target
        self._soft, self._fresh = soft, fresh
        self._last: int | None = None
        self._ours: Any = None

    def moved(self, value: int, settings: Settings) -> Change | None:
        """What a controller's new value means; nothing for most of a button's, or of a knob elsewhere."""
        last, self._last = self._last, value
        name, wanted = self.target
        pressed = value >= PRESSED and (last is None or last < PRESSED or last == value == 127)
        if name in ACTION_BY_NAME:
            return Change(name, wanted, is_action=True) if pressed else None
        now = getattr(settings, name)
        if wanted is None:
            found = self._turned(BY_NAME[name], last, value, now)
        elif not pressed:
            return None
        else:
            found = not now if wanted == TOGGLE else BY_NAME[name].checked(wanted)
        return None if found is None or found == now else Change(name, found)

    def _turned(self, knob: Control, last: int | None, value: int, now: Any) -> Any:
        place = value / 127
        if isinstance(knob, Number) and self._soft and not self._fresh and now != self._ours:
            goal = knob.to_unit(now)
            met = abs(place - goal) <= NEAR
            crossed = last is not None and (last / 127 - goal) * (place - goal) <= 0
            if not met and not crossed:
                return None
        self._fresh = False
        self._ours = knob.from_unit(place)
        return self._ours


class Entry(BaseModel):
    """One line of the file: ``does`` is a target as a person writes it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    channel: int = Field(ge=1, le=16)
    controller: int = Field(ge=0, le=127)
    does: str


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    learned: list[Entry]


class LearnedFile:
    """The file. Everything here blocks for the disk and raises ``FileError``, one line."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or config_folder() / "midi.json"

    def read(self) -> list[Entry]:
        """What was learned; nothing where there is no file."""
        found = read_json(self._path)
        if found is None:
            return []
        try:
            return _File.model_validate(found).learned
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "it"
            raise FileError(f"{self._path}: {where}: {first['msg']}: mend it or delete it") from error

    def write(self, entries: list[Entry]) -> None:
        """Remember these. A file that cannot be read is left as it is."""
        self.read()
        write_json(self._path, _File(learned=entries).model_dump())


def targets(entries: list[Entry]) -> tuple[dict[tuple[int, int], Target], list[str]]:
    """Targets by (channel 0-15, controller), and one line for each that is not known here."""
    found: dict[tuple[int, int], Target] = {}
    unknown: list[str] = []
    for entry in entries:
        try:
            found[entry.channel - 1, entry.controller] = Target.parse(entry.does)
        except AntiphonError as error:
            unknown.append(f"CC {entry.controller} on channel {entry.channel}: {error}")
    return found, unknown
