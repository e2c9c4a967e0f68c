"""A player's phrases on the disk, under his name: read, added to, taken from by any number of daemons.

Each change reads the file, changes it and replaces it whole, under a lock: a program that is killed leaves
the file as it was before or after. The oldest phrases go when there are too many. Everything here blocks for
the disk and raises ``FileError`` or ``AntiphonError``.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from urllib.parse import quote

from live import user_file
from live.errors import FileError
from live.phrase_lines import PhraseLine, parse
from live.sessions.folder import data_folder
from models.phrase_memory import MOST

try:
    import fcntl
except ImportError:  # Windows: replacing the file is all that there is
    fcntl = None  # type: ignore[assignment]

SUFFIX = ".jsonl"
FIRST = '["antiphon phrases",1]'
"""The first line; the number changes whenever an older program could not read the file."""


def checked_name(value: object) -> str:
    """The player that a value means. Raises ``AntiphonError`` for what is no name."""
    return user_file.checked_name("player", value)


class PlayerFile:
    """The file of one player; capitals make no other name."""

    def __init__(self, player: str, folder: Path | None = None) -> None:
        self.player = checked_name(player)
        plain = self.player.casefold()
        digest = hashlib.sha256(plain.encode()).hexdigest()[:8]
        readable = quote(plain, safe="")[:60]
        self.path = (folder or data_folder() / "players") / f"{readable}-{digest}{SUFFIX}"

    def load(self, say: Callable[[str], None]) -> list[PhraseLine]:
        """Its phrases, the oldest first. What is damaged is set aside, which ``say`` is told in one line."""
        with self._locked():
            found, damaged = self._read()
            if damaged:
                aside = self.path.with_suffix(".damaged")
                try:
                    self.path.replace(aside)
                except OSError as error:
                    raise FileError(f"cannot write {aside}: {error.strerror}") from error
                if found:
                    self._write(found)
                say(
                    f"the phrases of {self.player} were damaged: {len(found)} of them are left, "
                    f"the file as it was is {aside}"
                )
            return found

    def change(self, add: Collection[PhraseLine] = (), remove: Collection[str] = ()) -> None:
        """Add phrases and take out those with these ids; what other daemons added stays."""
        with self._locked():
            found, _ = self._read()
            there = {each.id for each in found}
            new = [each for each in add if each.id not in there]
            self._write([each for each in (*found, *new) if each.id not in remove])

    def _read(self) -> tuple[list[PhraseLine], bool]:
        """The good lines, and whether there are others."""
        try:
            text = self.path.read_bytes().decode("utf-8", errors="replace")
        except FileNotFoundError:
            return [], False
        except OSError as error:
            raise FileError(f"cannot read {self.path}: {error.strerror}") from error
        first, *lines = text.split("\n")
        if first != FIRST:
            return [], True
        good = []
        for line in filter(None, lines):
            with contextlib.suppress(ValueError):
                good.append(parse(line))
        return good, len(good) < sum(map(bool, lines))

    def _write(self, phrases: list[PhraseLine]) -> None:
        left, kept = MOST, []
        for each in reversed(phrases):
            left -= len(each.notes)
            if left < 0:
                break
            kept.append(each.text)
        whole = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        try:
            with whole.open("w", encoding="utf-8") as file:
                for line in (FIRST, *reversed(kept)):  # bit by bit: nobody waits for the GIL
                    file.write(line + "\n")
            whole.replace(self.path)
        except OSError as error:
            with contextlib.suppress(OSError):
                whole.unlink(missing_ok=True)
            raise FileError(f"cannot write {self.path}: {error.strerror}") from error

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """While nobody else changes the file."""
        lock = self.path.with_suffix(".lock")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = lock.open("ab")
        except OSError as error:
            raise FileError(f"cannot write {lock}: {error.strerror}") from error
        with file:
            if fcntl is not None:
                with contextlib.suppress(OSError):  # a file system without locks
                    fcntl.flock(file, fcntl.LOCK_EX)
            yield
