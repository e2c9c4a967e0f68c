"""Where sessions are kept, and which one a person means."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import platformdirs

from live.errors import FileError

SUFFIX = ".jsonl"


def data_folder() -> Path:
    """The user's folder for what Antiphon keeps."""
    return Path(platformdirs.user_data_dir("antiphon"))


def sessions_folder() -> Path:
    """Where sessions are recorded."""
    return data_folder() / "sessions"


def kept_folder() -> Path:
    """Where the action ``keep`` writes its MIDI files."""
    return data_folder() / "kept"


def new_session() -> Path:
    """The path of a session that begins now, with this process's number: no two are alike."""
    stamp = datetime.now().strftime("%Y-%m-%d-%H%M%S")
    return sessions_folder() / f"{stamp}-{os.getpid()}{SUFFIX}"


def sessions() -> list[Path]:
    """The recorded sessions, the newest first."""
    return sorted(sessions_folder().glob(f"*{SUFFIX}"), reverse=True)


def session_named(text: str) -> Path:
    """The session that a person means: a path, a number of the list (1 is the newest), or ``last``.

    Raises ``FileError``.
    """
    number = 1 if text == "last" else int(text) if text.isdecimal() else None
    if number is None:
        path = Path(text)
        if not path.is_file():
            raise FileError(
                f"there is no session {text}: give a path, a number of the list that "
                "'antiphon replay' prints, or last"
            )
        return path
    found = sessions()
    if not found:
        raise FileError(f"no session has been recorded yet in {sessions_folder()}: play with 'antiphon live'")
    if not 1 <= number <= len(found):
        raise FileError(f"there is no session {number}: there are 1 (the newest) to {len(found)}")
    return found[number - 1]
