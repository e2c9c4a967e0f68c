"""The action ``keep``: the last seconds become a MIDI file while the engine plays on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from live.engine.capture import Capture, NoCapture
from live.sessions.folder import kept_folder
from live.sessions.lines import KEEP
from live.sessions.spawn import run_python

DEFAULT_SECONDS = 30.0
NOT_RECORDED = "nothing can be kept: the session is not recorded (start without --no-capture)"


class Keeper:
    """Keeps, in a process of its own. ``say`` gets one line, from another thread."""

    def __init__(self, say: Callable[[str], None], folder: Path | None = None) -> None:
        self._say = say
        self._folder = folder
        self._taken: set[Path] = set()

    def keep(self, capture: Capture | NoCapture, now_ns: int, seconds: float) -> threading.Thread | None:
        """Keep the seconds before ``now_ns``. Engine thread; never blocks. The thread that waits for it."""
        if capture.path is None:
            self._say(NOT_RECORDED)
            return None
        output = self._free()
        capture.write(KEEP, now_ns, seconds, str(output))
        words = (str(capture.path), str(output), str(now_ns), repr(seconds))
        thread = threading.Thread(target=self._run, args=(output, seconds, words), name="keep", daemon=True)
        thread.start()
        return thread

    def _free(self) -> Path:
        """A name that nobody has taken."""
        folder = self._folder or kept_folder()
        stamp = datetime.now().strftime("%Y-%m-%d-%H%M%S")
        path, number = folder / f"{stamp}.mid", 1
        while path in self._taken or path.exists():
            number += 1
            path = folder / f"{stamp}-{number}.mid"
        self._taken.add(path)
        return path

    def _run(self, output: Path, seconds: float, words: tuple[str, ...]) -> None:
        try:
            code, said = run_python("live.sessions.keep", *words)
        except OSError as error:
            self._say(f"cannot keep anything: {error.strerror}")
            return
        line = said.strip().splitlines()[-1] if said.strip() else f"it ended with {code}"
        if code == 0:
            self._say(f"kept the last {seconds:g} s in {output}: {line}")
        else:
            self._say(f"kept nothing: {line}")
