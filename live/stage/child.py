"""One stage process and our end of its socket. Owned by the link."""

from __future__ import annotations

import os
import socket
import subprocess
import sys

from live.stage.settings import StageSettings
from live.stage.wire import RecordSocket


class StageChild:
    """Starts ``python -m live.stage.process``. Raises ``OSError`` when there is no process to be had.

    The process is in a session of its own: a Ctrl-C in the terminal is for the engine, which then
    ends the stage in order.
    """

    def __init__(self, settings: StageSettings) -> None:
        ours, theirs = socket.socketpair()
        self.link = RecordSocket(ours)
        number = theirs.fileno()
        command = [sys.executable, "-P", "-m", "live.stage.process"]  # -P: a musician's ./live.py is not ours
        command += ["--fd", str(number), "--settings", settings.to_json()]
        try:
            if os.name == "nt":
                theirs.set_inheritable(True)
                self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, close_fds=False)
            else:
                self._process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, pass_fds=(number,), start_new_session=True
                )
        except OSError:
            self.link.close()
            raise
        finally:
            theirs.close()
        self.pid = self._process.pid

    def end(self, timeout_seconds: float) -> int:
        """Wait until the process has ended, kill it when it does not. The exit code. Blocks."""
        try:
            code = self._process.wait(timeout_seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        self.link.close()
        return code

    def kill(self) -> None:
        """End the process at once, whatever it does. Idempotent; blocks until it is gone."""
        self._process.kill()
        self._process.wait()
        self.link.close()
