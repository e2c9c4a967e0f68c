"""The process that works is held: little priority, so much memory and time, no life without its parent."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from pathlib import Path
from shutil import rmtree
from typing import BinaryIO

ORPHANED = 3
LEAST, LESS = 19, 5
"""Niceness beside the music, and where nobody plays: the one that serves comes first."""
SESSION = 10
"""That of our session: a ninth of what one that plays has, so that beside other work we still get on."""


def tame(*, idle: bool, cpu_seconds: float, memory_bytes: int) -> None:
    """From now on. Where the system has no such limits, the others hold."""
    if hasattr(os, "setsid"):
        with contextlib.suppress(OSError):
            os.setsid()  # a Ctrl-C in the terminal is for the parent, which then ends us
    if hasattr(os, "nice"):
        os.nice(LEAST if idle else LESS)
    if idle:
        with contextlib.suppress(OSError):  # Linux shares the processor among sessions first
            Path("/proc/self/autogroup").write_text(str(SESSION), encoding="ascii")
    if idle and hasattr(os, "SCHED_IDLE"):
        with contextlib.suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - not on Windows

        _limit(resource.RLIMIT_CORE, 0)
        _limit(resource.RLIMIT_CPU, round(cpu_seconds))
        _limit(resource.RLIMIT_DATA, memory_bytes)
    else:
        import psutil  # noqa: PLC0415

        psutil.Process().nice(psutil.IDLE_PRIORITY_CLASS)


def _limit(what: int, most: int) -> None:
    import resource  # noqa: PLC0415

    _, hard = resource.getrlimit(what)
    within = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(what, (within, within))


def die_with_the_parent(words: BinaryIO, folder: Path) -> None:
    """A thread that waits until nobody holds the other end of ``words``, then ends us, files and all."""

    def watch() -> None:
        while words.read(1):
            pass
        rmtree(folder, ignore_errors=True)
        if hasattr(os, "killpg") and os.getpgid(0) == os.getpid():
            os.killpg(0, signal.SIGKILL)  # and what we have started
        os._exit(ORPHANED)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def quiet_signals() -> None:
    """A Ctrl-C before we have left the terminal's group is for the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
