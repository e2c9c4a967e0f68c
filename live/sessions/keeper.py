"""The action ``keep``: the last seconds become a MIDI file while the engine plays on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from live.engine.capture import Capture, NoCapture
from live.errors import AntiphonError
from live.sessions.folder import kept_folder
from live.sessions.lines import KEEP
from live.spawn import run_python

_SAID = (0, 2)
"""Exit codes of a process whose last line is for the musician."""
LEAST_SECONDS, MOST_SECONDS = 1.0, 3600.0


class Keeper:
    """Keeps, in a process of its own. ``say`` gets one line, from another thread."""

    def __init__(self, say: Callable[[str], None], folder: Path | None = None) -> None:
        self._say = say
        self._folder = folder or kept_folder()
        self.waiting: list[threading.Thread] = []
        """A thread for each file that is being written."""

    def keep(self, capture: Capture | NoCapture, now_ns: int, wanted: object) -> None:
        """Keep so many seconds before ``now_ns``. Engine thread; never blocks, touches no disk.

        Raises ``AntiphonError`` for a length that is none, or a session that is not recorded.
        """
        seconds = _seconds(wanted)
        if capture.path is None:
            raise AntiphonError("nothing can be kept: the session is not recorded (--no-capture)")
        output = self._folder / f"{datetime.now():%Y-%m-%d-%H%M%S}.mid"
        capture.write(KEEP, now_ns, seconds)
        words = (str(capture.path), str(output), str(now_ns), repr(seconds))
        thread = threading.Thread(target=self._run, args=words, name="keep", daemon=True)
        self.waiting = [each for each in self.waiting if each.is_alive()] + [thread]
        thread.start()

    def _run(self, *words: str) -> None:
        try:
            code, said = run_python("live.sessions.keep", *words)
        except OSError as error:
            self._say(f"nothing is kept: {error.strerror}")
            return
        last = said.strip().rpartition("\n")[2] or f"its process ended with {code}"
        self._say(last if code in _SAID else f"nothing is kept: {last}")


def _seconds(wanted: object) -> float:
    try:
        seconds = float(wanted)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        seconds = 0.0
    if not LEAST_SECONDS <= seconds <= MOST_SECONDS:
        raise AntiphonError(f"keep: give {LEAST_SECONDS:g} to {MOST_SECONDS:g} seconds, not {wanted!r}")
    return seconds
