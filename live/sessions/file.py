"""A session's file, read line by line; the half line that ``kill -9`` leaves is no trouble."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from live.errors import FileError
from live.sessions.header import Header
from live.sessions.lines import FORMAT, SESSION, Entry, decode


class SessionFile:
    """One recorded session. Raises ``FileError`` for what is none, or none that this program can read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged = 0
        """Lines in the middle that could not be read, after :meth:`entries` has come to its end."""
        try:
            with path.open("rb") as file:
                first = decode(file.readline())
        except OSError as error:
            raise FileError(f"cannot read {path}: {error.strerror}") from error
        if first is None or first.name != SESSION or not first.values:
            raise FileError(f"{path} is no session of Antiphon")
        told = first.values[0]
        if not isinstance(told, dict):
            raise FileError(f"{path} was recorded by an early version whose sessions cannot be replayed")
        if told.get("format") != FORMAT:
            raise FileError(
                f"{path} has format {told.get('format')}, this program reads {FORMAT}: "
                f"use the version that recorded it ({told.get('antiphon')})"
            )
        try:
            self.header = Header.model_validate(told)
        except ValidationError as error:
            fault = error.errors()[0]
            key = ".".join(str(part) for part in fault["loc"])
            raise FileError(f"{path} is damaged in its first line: {key}: {fault['msg']}") from error

    def entries(self) -> Iterator[Entry]:
        """All lines after the first, in order. What cannot be read is left out and counted."""
        self.damaged = unread = 0
        with self.path.open("rb") as file:
            file.readline()
            for line in file:
                entry = decode(line)
                if entry is not None:
                    self.damaged += unread
                    unread = 0
                    yield entry
                elif line.strip():
                    unread += 1  # counts only if another line follows: the last one may be torn
