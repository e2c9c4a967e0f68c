"""``antiphon live`` as a process, with everything that it says and every process that it starts."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import sysconfig
import threading
import time
from pathlib import Path
from typing import IO

from jack_world import wait_until
from served import Client
from under_test import model

from live.osc.server import Place

COMMAND = Path(sysconfig.get_path("scripts")) / "antiphon"
START_SECONDS = 30.0
"""How long a daemon may take to be ready before a test fails; machines are busy."""

DEFAULTS = {"harmonize": "chorale", "answer": "piano", "duet": "piano", "loop": "piano", "off": None}


def options(mode: str, *more: str) -> list[str]:
    """A mode on JACK. A model is named only where others than the shipped ones are tested."""
    name = DEFAULTS[mode]
    chosen = [] if name is None or model(name) == name else ["--model", model(name)]
    return ["--api", "jack", "--mode", mode, *chosen, *more]


class Daemon:
    """One ``antiphon live``. ``said`` and ``complained`` are its lines on stdout and stderr."""

    command = (str(COMMAND),)
    word = "live"
    stdin = subprocess.DEVNULL

    def __init__(self, *arguments: str, home: Path, **environment: str) -> None:
        self.said: list[str] = []
        self.complained: list[str] = []
        self.home = home
        self.began = time.perf_counter()
        self.process = subprocess.Popen(
            [*self.command, self.word, *arguments],
            stdin=self.stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={
                **os.environ,
                "XDG_DATA_HOME": str(home),
                "XDG_CONFIG_HOME": str(home / "config"),
                **environment,
            },
        )
        self._clients: list[Client] = []
        self._readers = [
            threading.Thread(target=self._read, args=pair, daemon=True)
            for pair in ((self.process.stdout, self.said), (self.process.stderr, self.complained))
        ]
        for reader in self._readers:
            reader.start()

    @staticmethod
    def _read(stream: IO[str], lines: list[str]) -> None:
        with stream:
            lines.extend(line.rstrip("\n") for line in stream)

    def wait_until_ready(self) -> float:
        """Seconds from the start to the line ``ready:``."""
        wait_until(lambda: self.said or self.process.poll() is not None, START_SECONDS)
        seconds = time.perf_counter() - self.began
        assert self.process.poll() is None, self.complained
        assert self.said[0].startswith("ready: ")
        return seconds

    def osc(self) -> Client:
        """A client of its OSC server, which told its port in the line ``ready:``; closed with the daemon."""
        found = re.search(r"OSC at ([\d.]+:\d+)", self.said[0])
        assert found is not None, self.said
        self._clients.append(Client(Place.parse(found[1])))
        return self._clients[-1]

    @property
    def family(self) -> list[int]:
        """The daemon and its children that live, zombies not counted."""
        return [self.process.pid, *children(self.process.pid)]

    def tell(self, number: int) -> None:
        """Send a signal to the daemon alone."""
        self.process.send_signal(number)

    def wait(self, seconds: float = 10) -> int:
        """The exit code."""
        code = self.process.wait(seconds)
        for reader in self._readers:
            reader.join(seconds)
        return code

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end; the exit code."""
        self.tell(number)
        return self.wait()

    def close(self) -> None:
        """Whatever happened: nothing of it is left."""
        for client in self._clients:
            client.close()
        left = self.family
        if self.process.poll() is None:
            self.process.kill()
        for pid in left[1:]:
            if runs(pid):
                os.kill(pid, signal.SIGKILL)
        self.wait()


class ToldDaemon(Daemon):
    """A daemon whose controls can be changed while it plays."""

    command = (sys.executable, str(Path(__file__).with_name("told_daemon.py")))
    stdin = subprocess.PIPE

    def set(self, name: str, value: object) -> None:
        """Change a control from the next event on."""
        self._write(f"{name} {value}")

    def act(self, name: str, value: object = "") -> None:
        """Do an action."""
        self._write(f"act {name} {value}")

    def _write(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def wait(self, seconds: float = 10) -> int:
        """The exit code."""
        code = super().wait(seconds)
        assert self.process.stdin is not None
        self.process.stdin.close()
        return code


def _stat(pid: int | str) -> list[str]:
    """Fields of ``/proc/PID/stat`` from the state on; empty when the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def runs(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    fields = _stat(pid)
    return bool(fields) and fields[0] not in "ZX"


def children(pid: int) -> list[int]:
    """Processes that ``pid`` started."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            fields = _stat(entry.name)
            if fields and int(fields[1]) == pid and fields[0] not in "ZX":
                found.append(int(entry.name))
    return sorted(found)


def cpu_seconds(pid: int) -> float:
    """Processor time that a process and the children that it has waited for have used; 0 when gone."""
    fields = _stat(pid)
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def resident_bytes(pid: int) -> int:
    """Memory that a process holds."""
    return int(_stat(pid)[21]) * os.sysconf("SC_PAGE_SIZE")
