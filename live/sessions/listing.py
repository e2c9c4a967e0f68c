"""The list of sessions: what each is, found without reading every number in it."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from live.errors import FileError
from live.sessions.file import SessionFile
from live.sessions.hold import is_held
from live.sessions.lines import END, decode

_STRUCK = rb"\[(?:14[4-9]|15\d),\d+,[1-9]"  # a note-on with a velocity
_PLAYER = re.compile(rb'^\["heard",\d+,\d+,\d+,' + _STRUCK, re.M)
_COMPANION = re.compile(rb'^\["sent",\d+,\d+,\d+,' + _STRUCK, re.M)
_MODE = re.compile(rb'^\["control",\d+,"mode","(\w+)"\]', re.M)
_CHUNK = 1 << 22


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
    player = companion = 0
    modes = [str(header.settings.get("mode", "?"))]
    last = b""
    with path.open("rb") as file:
        rest = b""
        while chunk := file.read(_CHUNK):
            whole, end, rest = (rest + chunk).rpartition(b"\n")
            part = whole + end
            player += len(_PLAYER.findall(part))
            companion += len(_COMPANION.findall(part))
            modes += [each.decode() for each in _MODE.findall(part)]
            last = part[-4096:] or last
    tail = [entry for line in last.splitlines() if (entry := decode(line)) is not None]
    end_ns = tail[-1].now_ns if tail else header.now_ns
    closed = bool(tail) and tail[-1].name == END
    return Summary(
        path,
        datetime.fromtimestamp(header.wall_ns / 1e9),
        max(0.0, (end_ns - header.now_ns) / 1e9),
        player,
        companion,
        tuple(dict.fromkeys(modes)),
        "" if closed else "being recorded" if is_held(path) else "cut short",
    )


def summaries(paths: list[Path]) -> list[Summary | FileError]:
    """One for each path, in order; for what is no session, why."""
    found: list[Summary | FileError] = []
    for path in paths:
        try:
            found.append(summary(path))
        except FileError as error:
            found.append(error)
    return found


def duration_words(seconds: float) -> str:
    """``1:02:03`` or ``2:03``."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
