"""A short-lived process of ours, started without holding the GIL.

``subprocess`` forks with the GIL held until the child has been replaced by the program: milliseconds in which
no note is thought about. ``posix_spawn`` through ctypes gives it away first.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Mapping

_ACTIONS_BYTES = 512
"""More than ``posix_spawn_file_actions_t`` takes anywhere."""


def run_python(module: str, *arguments: str) -> tuple[int, str]:
    """Run ``python -m module`` to its end: the exit code and what it said. Blocks without the GIL.

    Raises ``OSError`` where it cannot be started.
    """
    command = [sys.executable, "-m", module, *arguments]
    if os.name != "posix":  # there the GIL is not held
        done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
        return done.returncode, done.stdout + done.stderr
    reading, writing = os.pipe()
    try:
        pid = start(command, {1: writing, 2: writing})
    except OSError:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    with os.fdopen(reading, "rb") as said:
        text = said.read().decode(errors="replace")
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status), text


def start(command: list[str], descriptors: Mapping[int, int]) -> int:
    """Start a program without the GIL: its process number. POSIX alone.

    ``descriptors``: what the program calls 0, 1, 2, and which of ours that is. It has none of our others
    (Python opens them so), and our working directory and environment. Raises ``OSError``.
    """
    libc = ctypes.CDLL(None)
    words = [os.fsencode(word) for word in command]
    variables = [os.fsencode(name) + b"=" + os.fsencode(value) for name, value in os.environ.items()]
    argv = (ctypes.c_char_p * (len(words) + 1))(*words, None)
    environment = (ctypes.c_char_p * (len(variables) + 1))(*variables, None)
    actions = ctypes.create_string_buffer(_ACTIONS_BYTES)
    pid = ctypes.c_int()
    libc.posix_spawn_file_actions_init(actions)
    try:
        for theirs, ours in descriptors.items():
            libc.posix_spawn_file_actions_adddup2(actions, ours, theirs)
        error = libc.posix_spawn(ctypes.byref(pid), words[0], actions, None, argv, environment)
    finally:
        libc.posix_spawn_file_actions_destroy(actions)
    if error:
        raise OSError(error, os.strerror(error))
    return pid.value
