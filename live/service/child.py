"""One process that works, seen from the one that serves: a thread starts it, reads it, buries it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import rmtree

from live import spawn

ERRORS = "errors"
"""What it said on standard error, in its folder."""

Hear = Callable[[bytes | int], None]


class Child:
    """Started at once. ``hear`` gets each line that it says, then its exit code (negative: the signal that
    ended it; -1000: there was no process to be had), in a thread of ours.

    Its folder is there until both :meth:`release` was called and it has ended. Any thread; only ``join``
    blocks.
    """

    def __init__(self, command: Sequence[str], order: bytes, folder: Path, hear: Hear) -> None:
        self._command, self._order, self._folder, self._hear = list(command), order, folder, hear
        self._lock = threading.Lock()
        self._pid: int | None = None
        self._released = threading.Event()
        self._thread = threading.Thread(target=self._run, name="file job", daemon=True)
        self._thread.start()

    def release(self) -> None:
        """End it if it goes on; nobody needs its answers any more. Idempotent."""
        self._released.set()
        self.kill()

    def kill(self) -> None:
        """End it at once. Idempotent."""
        with self._lock:
            if self._pid is not None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    _end(self._pid)

    @property
    def there(self) -> bool:
        """Whether it, or its folder, is."""
        return self._thread.is_alive()

    def join(self, seconds: float) -> None:
        """Wait until it and its folder are gone."""
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            self._hear(self._lived())
        except OSError:
            self._hear(NO_PROCESS)
        self._released.wait()
        rmtree(self._folder, ignore_errors=True)

    def _lived(self) -> int:
        orders_read, orders_write = os.pipe()
        words_read, words_write = os.pipe()
        try:
            with (self._folder / ERRORS).open("wb") as errors:
                bury = self._start(orders_read, words_write, errors.fileno())
        except OSError:
            os.close(orders_write)
            os.close(words_read)
            raise
        finally:
            os.close(orders_read)
            os.close(words_write)
        try:
            if self._released.is_set():
                self.kill()
            with contextlib.suppress(BrokenPipeError):
                os.write(orders_write, self._order)  # a line: less than a pipe holds
            with os.fdopen(words_read, "rb") as words:
                for line in words:
                    self._hear(line)
            return bury()
        finally:
            os.close(orders_write)  # it lives no longer than this is open

    def _start(self, orders: int, words: int, errors: int) -> Callable[[], int]:
        """What waits for its end, and says how it was."""
        if os.name != "posix":
            process = subprocess.Popen(self._command, stdin=orders, stdout=words, stderr=errors)
            self._pid = process.pid
            return process.wait
        with self._lock:
            pid = self._pid = spawn.start(self._command, {0: orders, 1: words, 2: errors})

        def bury() -> int:
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
            with self._lock:  # its number is nobody else's before this
                self._pid = None
                _, status = os.waitpid(pid, 0)
            return os.waitstatus_to_exitcode(status)

        return bury


NO_PROCESS = -1000


def _end(pid: int) -> None:
    """With whatever it has started, once it leads a group of its own."""
    if os.name == "nt":
        os.kill(pid, signal.SIGTERM)
    elif os.getpgid(pid) == pid:
        os.killpg(pid, signal.SIGKILL)
    else:
        os.kill(pid, signal.SIGKILL)
