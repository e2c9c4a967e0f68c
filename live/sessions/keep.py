"""The last seconds of a session that goes on, as a MIDI file: ``python -m live.sessions.keep``.

A process of its own, with low priority, that reads the session's file: the engine plays on undisturbed.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from live.errors import AntiphonError, FileError
from live.sessions.file import SessionFile
from live.sessions.lines import KEEP, Entry, decode
from live.sessions.midi import write_session
from live.sessions.tracks import PLAYER, Listener, Track, cut

LONGEST_NOTE_NS = 300_000_000_000
"""A note that began longer ago than this before the window is not looked for; controllers are."""
PATIENCE_SECONDS = 2.0
"""How long to wait for the line that asked for it."""
_NEAR_BYTES = 1 << 16
_CHUNK_BYTES = 1 << 22
_CONTROLS = re.compile(rb'^\["(?:heard|sent)",\d+,\d+,\d+,\[(?:1[6-9]\d|2[0-3]\d),.*$', re.M)
"""Lines with a message from key pressure up: no notes."""
_WANTED = (b'["heard"', b'["sent"', b'["port lost"', b'["keep"')


def keep(session: Path, output: Path, until_ns: int, seconds: float) -> tuple[Path, list[Track]]:
    """Write what was played in the seconds up to a moment: where, and the tracks. Raises ``FileError``.

    ``until_ns`` is the moment of a ``keep`` line, which may not have reached the file yet. Where there is
    such a file already, the next free name is taken.
    """
    tracks, start_ns = tracks_of_the_end(session, until_ns, seconds)
    if not any(track.notes for track in tracks):
        raise FileError(f"nothing was played in the last {seconds:g} s, so nothing is kept")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        path = _reserved(output)
    except OSError as error:
        raise FileError(f"cannot write to {output.parent}: {error.strerror}") from error
    write_session(path, tracks, f"Antiphon {path.stem}", start_ns)
    return path, tracks


def tracks_of_the_end(
    session: Path, until_ns: int, seconds: float, patience: float = PATIENCE_SECONDS
) -> tuple[list[Track], int]:
    """What was played in the seconds up to a moment, and when they begin. Raises ``FileError``.

    ``patience`` in seconds: how long to wait for the ``keep`` line of ``until_ns``.
    """
    file = SessionFile(session)
    start_ns = max(until_ns - round(seconds * 1e9), file.header.now_ns)
    listener = Listener([port["name"] for port in file.header.ports.get("inputs", [])])
    for entry in _entries(session, start_ns - LONGEST_NOTE_NS, until_ns, patience):
        listener.listen(entry)
    listener.now_ns = max(listener.now_ns, until_ns)
    return cut(listener.tracks(), start_ns, until_ns), start_ns


def _reserved(output: Path) -> Path:
    """The first free name, taken at once: another process may keep in the same second."""
    path, number = output, 1
    while True:
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            number += 1
            path = output.with_stem(f"{output.stem}-{number}")
        else:
            return path


def _entries(path: Path, since_ns: int, until_ns: int, patience: float) -> Iterator[Entry]:
    """What matters up to the ``keep`` line of ``until_ns``: of long ago, controllers alone."""
    with path.open("rb") as file:
        end = file.seek(0, os.SEEK_END)
        begin = _offset(file, since_ns, end)
        file.seek(0)
        rest = b""
        while file.tell() < begin:
            chunk = rest + file.read(min(_CHUNK_BYTES, begin - file.tell()))
            whole, newline, rest = chunk.rpartition(b"\n")
            yield from _decoded(_CONTROLS.findall(whole + newline))
        file.seek(begin)
        waits_until = time.monotonic() + patience
        half = b""
        while True:
            for line in file:
                half += line
                if not half.endswith(b"\n"):
                    break
                line, half = half, b""  # noqa: PLW2901
                if line.startswith(_WANTED) and (entry := decode(line)) is not None:
                    if entry.now_ns > until_ns or (entry.name == KEEP and entry.now_ns == until_ns):
                        return
                    yield entry
            if time.monotonic() >= waits_until:
                return
            time.sleep(0.01)


def _decoded(lines: list[bytes]) -> Iterator[Entry]:
    for line in lines:
        entry = decode(line)
        if entry is not None:
            yield entry


def _offset(file: BinaryIO, since_ns: int, end: int) -> int:
    """Where a line begins that is not later than a moment, near it: lines are in the order of time."""
    first, last, found = 0, end, 0
    while last - first > _NEAR_BYTES:
        middle = (first + last) // 2
        file.seek(middle)
        file.readline()
        place = file.tell()
        entry = decode(file.readline())
        if entry is not None and entry.now_ns < since_ns:
            first, found = middle, place
        else:
            last = middle
    return found


def main(arguments: list[str]) -> int:
    """Keep, and say in one line what was kept or why not."""
    session, output, until_ns, seconds = arguments
    if os.name == "posix":
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the daemon; this is over in a moment
        os.nice(10)
    try:
        path, tracks = keep(Path(session), Path(output), int(until_ns), float(seconds))
    except AntiphonError as error:
        print(error)
        return 2
    notes = [sum(len(each.notes) for each in tracks if (each.who == PLAYER) is own) for own in (True, False)]
    print(f"kept {path}: {notes[0]} notes by the player, {notes[1]} by the companion")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
