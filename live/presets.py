"""Presets: settings of all controls under a name, in a file of the user's.

The file is read at each use, so that two daemons, and a person with an editor, see what the others saved.
The order in the file is the order of program changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, NamedTuple

from live import user_file
from live.control_kinds import shown
from live.controls import Settings, checked
from live.errors import AntiphonError, FileError
from live.user_file import config_folder, read_json, write_json


class Preset(NamedTuple):
    """``values`` of controls that are allowed, and one line about those that are not, or nothing."""

    values: dict[str, Any]
    complaint: str = ""


class Presets:
    """The presets of one file. Everything here blocks for the disk and raises ``AntiphonError``."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or config_folder() / "presets.json"

    def names(self) -> list[str]:
        """In the order in which they were first saved."""
        return list(self._read())

    def load(self, name: str) -> Preset:
        """What the preset sets. A value that is unknown or not allowed is left out and complained of."""
        name = name_of(name)
        presets = self._read()
        if name not in presets:
            raise AntiphonError(
                f"no preset named {shown(name)}: there are {', '.join(presets) or 'none yet'}"
            )
        good: dict[str, Any] = {}
        bad: list[str] = []
        for control, value in presets[name].items():
            try:
                good[control] = checked(control, value)
            except AntiphonError as error:
                bad.append(str(error))
        return Preset(good, f"preset {name}: {'; '.join(bad)}; the rest is set" if bad else "")

    def number(self, number: int) -> str:
        """The name of a preset by its number, from 1."""
        names = self.names()
        if not 1 <= number <= len(names):
            raise AntiphonError(f"there is no preset {number}: there are {len(names)}")
        return names[number - 1]

    def save(self, name: str, settings: Settings) -> None:
        """Keep these settings under a name; a preset that has it is replaced in its place."""
        self._write({**self._read(), name_of(name): asdict(settings)})

    def delete(self, name: str) -> None:
        """Forget a preset; those behind it move up."""
        presets = self._read()
        if presets.pop(name_of(name), None) is None:
            raise AntiphonError(
                f"no preset named {shown(name)}: there are {', '.join(presets) or 'none yet'}"
            )
        self._write(presets)

    def _read(self) -> dict[str, dict[str, Any]]:
        found = read_json(self._path)
        if found is None:
            return {}
        if not isinstance(found, dict) or not all(isinstance(each, dict) for each in found.values()):
            raise FileError(f"{self._path} does not hold presets (name: controls): mend it or delete it")
        return found

    def _write(self, presets: Mapping[str, Mapping[str, Any]]) -> None:
        write_json(self._path, presets)


def name_of(value: object) -> str:
    """The name that a value means. Raises ``AntiphonError`` for what cannot be one."""
    return user_file.checked_name("preset", value)
