"""Whether a running program writes a file: a lock that the system lifts however the program ends."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import IO, Any

try:
    import fcntl
except ImportError:  # Windows: a file that is open cannot be deleted anyway
    fcntl = None  # type: ignore[assignment]


def hold(file: IO[Any]) -> None:
    """Mark an open file as being written, until it is closed. Never blocks."""
    if fcntl is not None:
        with contextlib.suppress(OSError):  # a file system without locks: see ``is_held``
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_held(path: Path) -> bool:
    """Whether somebody writes the file, as far as can be known; in doubt, yes."""
    if fcntl is None:
        return False
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    return False
