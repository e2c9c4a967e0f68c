"""What has been made of a continuation, kept beside its file while it is made: ``out.mid.part``.

A line says what is made, the others hold events: so a run that was stopped, by whatever, can be gone on with.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from live.errors import FileError
from models.events import EventArray

EVERY = 64
"""Events between two writings."""


class Journal:
    """The file, and how much of it is written. Raises ``FileError`` where it cannot be written."""

    def __init__(self, output: Path) -> None:
        self.path = output.with_name(f"{output.name}.part")
        self._written = 0

    def begin(self, about: dict[str, Any]) -> None:
        """A new one."""
        self._write("w", json.dumps(about))
        self._written = 0

    def read(self) -> tuple[dict[str, Any], EventArray]:
        """What was made, and its events; a last line that was cut off is left out.

        Raises ``FileError`` where there is nothing to go on with.
        """
        try:
            head, *lines = self.path.read_text(encoding="utf-8").splitlines()
            about = dict(json.loads(head))
        except OSError as error:
            reason = error.strerror or error
            raise FileError(f"nothing to go on with: cannot read {self.path} ({reason})") from error
        except ValueError as error:
            raise FileError(f"nothing to go on with: {self.path} is damaged") from error
        events: list[list[int]] = []
        for line in lines:
            try:
                events += json.loads(line)
            except ValueError:
                break
        self.begin(about)
        found = np.array(events, np.int32).reshape(-1, 5)
        self.keep(found)
        return about, found

    def keep(self, events: EventArray) -> None:
        """Write those of the events that are new."""
        new = events[self._written :]
        if len(new):
            self._write("a", json.dumps(new.tolist(), separators=(",", ":")))
            self._written = len(events)

    @property
    def written(self) -> int:
        """So many events are kept."""
        return self._written

    def end(self) -> None:
        """It is not needed any more."""
        self.path.unlink(missing_ok=True)

    def _write(self, mode: str, line: str) -> None:
        try:
            with self.path.open(mode, encoding="utf-8") as file:
                file.write(line + "\n")
        except OSError as error:
            raise FileError(f"cannot write {self.path}: {error.strerror or error}") from error
