"""Everything that the engine consumed and ordered, appended to a file by a thread of its own.

Lines are those of :mod:`live.sessions.lines`. The engine's thread only appends to a deque and wakes nobody;
every 20 ms the writer takes what is there, encodes it and hands it to the system whole, so that ``kill -9``
costs less than the last 50 ms. A disk that stalls or is full delays nobody but the writer.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from live.errors import FileError
from live.sessions.hold import hold
from live.sessions.lines import END, LOST, encode
from live.sessions.tally import Tally
from live.stage.clock import Clock, SystemClock

PERIOD_SECONDS = 0.02
"""How long a line waits for the writer."""
MOST_WAITING = 50_000
"""Lines that wait for a stalled disk; later ones are lost."""
MOST_AT_ONCE = 100
"""Lines encoded between two writes."""
GOODBYE_SECONDS = 2.0
"""How long :meth:`Capture.close` waits for a disk that does not answer."""

Line = tuple[Any, ...]


class Capture:
    """A session's file. ``write`` may be called by any thread and never blocks.

    ``say`` gets one line for a person when the disk stops taking the record; any thread may call it.
    """

    def __init__(
        self, path: Path, say: Callable[[str], None] = lambda _: None, clock: Clock | None = None
    ) -> None:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("ab", buffering=0)
        except OSError as error:
            raise FileError(
                f"cannot write the session to {path}: {error.strerror} (--no-capture plays without)"
            ) from error
        hold(self._file)
        self.path = path
        self._say = say
        self._clock = clock or SystemClock()
        self._waiting: deque[Line] = deque()
        self._gap = 0
        """Lines thrown away since the last one that found room."""
        self._refused = 0
        """Lines that the disk has refused since the last one that it took. Writer only."""
        self._torn = False
        self.lost = 0
        """Lines that are not in the file, in all."""
        self._tally = Tally()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="capture", daemon=True)
        self._thread.start()

    def write(self, name: str, now_ns: int, *values: object) -> None:
        """Append one line, soon. Values must not be changed afterwards."""
        if len(self._waiting) < MOST_WAITING:
            self._append((name, now_ns, *values))
        else:
            self._throw_away()

    def close(self) -> None:
        """Write what waits and close. Idempotent; blocks for the disk, at most two seconds."""
        if self._over.is_set():
            return
        self._append((END, self._clock.now_ns()))
        self._over.set()
        self._thread.join(timeout=GOODBYE_SECONDS)
        if self._thread.is_alive():
            self._say(f"the disk does not take the end of the session: {self.path} is not complete")
        else:
            self._file.close()
            if self.lost:
                self._say(f"{self.lost} lines of the session are missing in {self.path}")

    def _append(self, line: Line) -> None:
        if self._gap:
            self._waiting.append((LOST, line[1], self._gap))
            self._gap = 0
        self._waiting.append(line)

    def _throw_away(self) -> None:
        self._gap += 1
        self.lost += 1
        if self.lost == 1:  # a thread: whoever plays must not wait for a terminal either
            line = f"the disk does not take the session: the music goes on, {self.path} gets a gap"
            threading.Thread(target=self._say, args=(line,), daemon=True).start()

    def _run(self) -> None:
        while not self._over.wait(PERIOD_SECONDS):
            self._drain()
        self._drain()

    def _drain(self) -> None:
        waiting = self._waiting
        while waiting:
            lines = [self._counted(waiting.popleft()) for _ in range(min(len(waiting), MOST_AT_ONCE))]
            self._put("".join(map(encode, lines)).encode(), len(lines), lines[0][1])

    def _counted(self, line: Line) -> Line:
        self._tally.count(line)
        return (*line, *self._tally.values) if line[0] == END else line

    def _put(self, data: bytes, count: int, now_ns: int) -> None:
        """Write lines whole. Where a disk refuses, it is said once and tried again with the next ones."""
        if self._refused:
            data = encode((LOST, now_ns, self._refused)).encode() + data
        if self._torn:
            data = b"\n" + data
        try:
            while data:
                self._torn = True  # until all of it is there
                data = data[self._file.write(data) :]
        except (OSError, ValueError) as error:
            if not self.lost:
                reason = getattr(error, "strerror", None) or str(error)
                self._say(f"cannot write to {self.path}: {reason}; the music goes on, its record has a gap")
            self._refused += count
            self.lost += count
        else:
            self._refused, self._torn = 0, False


class NoCapture:
    """Writes nothing."""

    path: Path | None = None

    def write(self, name: str, now_ns: int, *values: object) -> None:
        """Forget."""

    def close(self) -> None:
        """Nothing to close."""
