"""The list of sessions: what each is, found without reading every number in it."""

from __future__ import annotations

import os
import re
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from live.sessions.file import SessionFile
from live.sessions.hold import is_held
from live.sessions.lines import END, Entry, decode

_STRUCK = rb"\[(?:14[4-9]|15\d),\d+,[1-9]"  # a note-on with a velocity
_PLAYER = re.compile(rb'^\["heard",\d+,\d+,\d+,' + _STRUCK, re.M)
_COMPANION = re.compile(rb'^\["sent",\d+,\d+,\d+,' + _STRUCK, re.M)
_MODE = re.compile(rb'^\["control",\d+,.*"mode","(\w+)"', re.M)
_CHUNK, _TAIL = 1 << 22, 1 << 14


class Summary(NamedTuple):
    """One session in the list. Notes are note-ons; ``modes`` in the order in which they were chosen."""

    path: Path
    started: datetime
    seconds: float
    player_notes: int
    companion_notes: int
    modes: tuple[str, ...]
    state: str
    """Empty for a session that was closed in order."""


def summary(path: Path) -> Summary:
    """What a session is. Raises ``FileError`` where it is none."""
    header = SessionFile(path).header
    tail = _tail(path)
    last = tail[-1] if tail else None
    if last is not None and last.name == END and len(last.values) >= 3:
        player, companion, modes = last.values[:3]
        state = ""
    else:
        player, companion, modes = _scanned(path, str(header.settings.get("mode", "?")))
        state = "being recorded" if is_held(path) else "cut short"
    seconds = (last.now_ns - header.now_ns) / 1e9 if last is not None else 0.0
    started = datetime.fromtimestamp(header.wall_ns / 1e9)
    return Summary(path, started, max(0.0, seconds), player, companion, tuple(modes), state)


def _tail(path: Path) -> list[Entry]:
    """The last whole lines."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - _TAIL))
        lines = file.read().splitlines()
    return [entry for line in lines if (entry := decode(line)) is not None]


def _scanned(path: Path, mode: str) -> tuple[int, int, list[str]]:
    """Notes of the player and of the companion, and modes, of a session that nobody closed."""
    player = companion = 0
    modes = [mode]
    with path.open("rb") as file:
        rest = b""
        while chunk := file.read(_CHUNK):
            whole, end, rest = (rest + chunk).rpartition(b"\n")
            player += len(_PLAYER.findall(whole + end))
            companion += len(_COMPANION.findall(whole + end))
            modes += [each.decode() for each in _MODE.findall(whole + end)]
    return player, companion, list(dict.fromkeys(modes))


def duration_words(seconds: float) -> str:
    """``1:02:03`` or ``2:03``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
