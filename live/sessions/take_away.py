"""Sessions for who asks for them while music is played: ``python -m live.sessions.take_away WHAT ...``.

``list``: all sessions, as JSON on standard output. ``midi SESSION OUT``: one as a MIDI file. ``notes SESSION
OUT``: its notes as JSON. ``last SESSION OUT UNTIL_NS SECONDS BPM``: the end of one that goes on, as a MIDI
file in this tempo; SECONDS may be ``all``. A process of its own with low priority; what is wrong is its last
line, with exit code 2.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from live.errors import AntiphonError, FileError
from live.sessions.file import SessionFile
from live.sessions.folder import sessions
from live.sessions.keep import tracks_of_the_end
from live.sessions.listing import summary
from live.sessions.midi import session_bytes
from live.sessions.tracks import PLAYER, Listener, Track, span

MOST_LISTED = 200
NS_PER_MS = 1_000_000
ALL_SECONDS = "all"
_VERY_LONG = 1e9


def listed() -> list[dict[str, Any]]:
    """What there is, the newest first; what cannot be read is left out."""
    found = []
    for path in sessions()[:MOST_LISTED]:
        try:
            each = summary(path)
        except FileError:
            continue
        told: dict[str, Any] = {"name": path.stem, "started": each.started.isoformat(), "modes": each.modes}
        told |= {"seconds": each.seconds, "player": each.player_notes, "companion": each.companion_notes}
        found.append(told | {"state": each.state})
    return found


def played(session: Path) -> list[Track]:
    """The tracks of a session. Raises ``FileError``."""
    file = SessionFile(session)
    listener = Listener([port["name"] for port in file.header.ports.get("inputs", [])])
    for entry in file.entries():
        listener.listen(entry)
    tracks = listener.tracks()
    if not any(track.notes for track in tracks):
        raise FileError("nothing was played in this session")
    return tracks


def notes(tracks: list[Track]) -> dict[str, Any]:
    """``notes`` in the order of their beginnings, ``[who, from, to, pitch, velocity]``, in ms from the first
    sound; and the ``length`` of it all."""
    first, last = span(tracks)
    rows = [
        [
            "you" if track.who == PLAYER else "companion",
            round((note.start_ns - first) / NS_PER_MS, 1),
            round((note.end_ns - first) / NS_PER_MS, 1),
            note.pitch,
            note.velocity,
        ]
        for track in tracks
        for note in track.notes
    ]
    rows.sort(key=lambda row: row[1])
    return {"length": (last - first) / NS_PER_MS, "notes": rows}


def last(session: Path, until_ns: int, seconds: str, bpm: float) -> bytes:
    """The MIDI file of the last seconds before a moment. Raises ``FileError``."""
    whole = seconds == ALL_SECONDS
    length = _VERY_LONG if whole else float(seconds)
    tracks, start_ns = tracks_of_the_end(session, until_ns, length, patience=0)
    if not any(track.notes for track in tracks):
        raise FileError(
            "nothing was played yet" if whole else f"nothing was played in the last {length:.0f} s"
        )
    return session_bytes(tracks, f"Antiphon {session.stem}", None if whole else start_ns, bpm)


def main(arguments: list[str]) -> int:
    """Do it, and say in one line what cannot be done."""
    if os.name == "posix":
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the daemon; this is over in a moment
        os.nice(10)
    try:
        match arguments:
            case ["list"]:
                print(json.dumps(listed()))
            case ["midi", session, output]:
                Path(output).write_bytes(
                    session_bytes(played(Path(session)), f"Antiphon {Path(session).stem}")
                )
            case ["notes", session, output]:
                Path(output).write_text(json.dumps(notes(played(Path(session))), separators=(",", ":")))
            case ["last", session, output, until_ns, seconds, bpm]:
                Path(output).write_bytes(last(Path(session), int(until_ns), seconds, float(bpm)))
            case _:
                print(__doc__)
                return 2
    except AntiphonError as error:
        print(error)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
