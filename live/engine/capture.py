"""Everything that the engine consumed and decided, appended to a file by a thread of its own.

One JSON array a line: ``[name, now_ns, values...]``. A line is written whole or, after a power cut, not at
all; a stalled disk delays nobody but this thread.
"""

from __future__ import annotations

import contextlib
import json
import queue
import threading
import time
from pathlib import Path

from live.errors import FileError

FLUSH_SECONDS = 0.05


class Capture:
    """A session's log. ``write`` may be called by any thread and never blocks."""

    def __init__(self, path: Path) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a", encoding="utf-8")
        except OSError as error:
            raise FileError(
                f"cannot write the session to {path}: {error.strerror} (--no-capture plays without)"
            ) from error
        self.path = path
        self._waiting: queue.SimpleQueue[tuple[object, ...] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="capture", daemon=True)
        self._thread.start()

    def write(self, name: str, now_ns: int, *values: object) -> None:
        """Append one line, soon."""
        self._waiting.put((name, now_ns, *values))

    def close(self) -> None:
        """Write what waits and close. Idempotent; blocks for the disk."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join(timeout=5)
        self._file.close()

    def _run(self) -> None:
        open_ = True
        while open_:
            lines = []
            item = self._waiting.get()
            deadline = time.monotonic() + FLUSH_SECONDS
            while item is not None:
                lines.append(json.dumps(item, default=_plain) + "\n")
                try:
                    item = self._waiting.get(timeout=max(0.0, deadline - time.monotonic()))
                except queue.Empty:
                    break
            else:
                open_ = False
            self._put(lines)

    def _put(self, lines: list[str]) -> None:
        with contextlib.suppress(OSError, ValueError):  # a full disk must not stop the music
            self._file.write("".join(lines))
            self._file.flush()


def _plain(value: object) -> object:
    """Bytes as a list of numbers; anything else as text."""
    return list(value) if isinstance(value, bytes | tuple) else str(value)


class NoCapture:
    """Writes nothing."""

    path: Path | None = None

    def write(self, name: str, now_ns: int, *values: object) -> None:
        """Forget."""

    def close(self) -> None:
        """Nothing to close."""
