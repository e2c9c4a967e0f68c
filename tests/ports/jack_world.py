"""JACK servers under the dummy driver, and a player with a synth to connect to them.

The fixtures are in ``conftest.py``.
"""

from __future__ import annotations

import contextlib
import fcntl
import pickle
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO, NamedTuple

SECONDS = 10.0
"""How long anything may take before a test fails; only real deadlines are shorter."""


def _free_slot() -> tuple[BinaryIO, int]:
    """A number that no other test run uses now, and the lock that says so.

    JACK keeps the names of eight servers and never forgets one that was killed, unless a server of
    the same name starts again: so names are used again.
    """
    for number in range(6):
        lock = (Path(tempfile.gettempdir()) / f"antiphon-test-jack-{number}.lock").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        if not _runs(f"antiphon-test-{number}"):
            return lock, number
        lock.close()  # left behind by a test run that was killed: ours could not start beside it
    raise RuntimeError("too many JACK servers of tests at once")


def _runs(server: str) -> bool:
    """Whether a JACK server of this name answers."""
    done = subprocess.run(["jack_wait", "-s", server, "-c"], capture_output=True, text=True, check=False)
    return done.stdout.strip() == "running"


class JackServer:
    """One ``jackd`` with a name of its own.

    Real-time where that is permitted (it goes on without): a server that is not loses messages when
    the machine is busy, whatever its clients do.
    """

    def __init__(self, period: int = 64) -> None:
        self._slot, number = _free_slot()
        self.name = f"antiphon-test-{number}"
        self.period = period
        self.start()

    def start(self, tries: int = 3) -> None:
        """Start it; servers that start at the same moment get in each other's way, so it is tried again."""
        command = ["jackd", "-n", self.name, "-R", "-d", "dummy", "-r", "48000"]
        self.process = subprocess.Popen(
            [*command, "-p", str(self.period)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        waited = subprocess.run(
            ["jack_wait", "-s", self.name, "-w", "-t", "10"],
            check=False,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if waited.returncode == 0:
            return
        self.kill()
        if tries <= 1:
            self._slot.close()
            raise RuntimeError(f"jackd {self.name} does not start")
        self.start(tries - 1)

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.kill()
        self._slot.close()


class Got(NamedTuple):
    """What the peer did (``sent``) or heard (``got``), and when."""

    what: str
    at_ns: int
    message: bytes


class Program:
    """A process of one of the programs beside this file, that plays and hears MIDI for a test."""

    def __init__(self, script: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name(script)), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            bufsize=1,
        )
        self.log: list[Got] = []
        self._words: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self.wait_for_word("ready")

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            what, *rest = line.split()
            if rest:
                self.log.append(Got(what, int(rest[0]), bytes.fromhex(rest[1])))
            else:
                self._words.put(what)

    def wait_for_word(self, word: str, seconds: float = SECONDS) -> None:
        assert self._words.get(timeout=seconds) == word

    def command(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def send(self, *messages: bytes) -> None:
        self.command("send " + " ".join(message.hex() for message in messages))

    def pump(self, packets: Iterable[bytes], rate: float, seconds: float = 60) -> None:
        """Send packets, so many bytes a second, and wait until they are out."""
        with tempfile.NamedTemporaryFile() as file:
            pickle.dump(list(packets), file)
            file.flush()
            self.command(f"pump {file.name} {rate}")
            self.wait_for_word("done", seconds)

    def signal(self, number: int) -> None:
        """To its process: SIGSTOP makes a synth that does not listen."""
        self._process.send_signal(number)

    @property
    def heard(self) -> list[bytes]:
        return [entry.message for entry in self.log if entry.what == "got"]

    def close(self) -> None:
        """End the process. Idempotent."""
        assert self._process.stdin is not None
        if self._process.stdin.closed:
            return
        with contextlib.suppress(BrokenPipeError, subprocess.TimeoutExpired):
            self.command("quit")  # jackd stalls for two seconds over a client that is killed
            self._process.wait(2)
        self._process.kill()
        self._process.wait()
        self._thread.join()
        assert self._process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        self._process.stdout.close()


class Peer(Program):
    """A player and a synth; ``number`` names a daemon that is not the first."""

    def __init__(self, number: int | None = None) -> None:
        super().__init__("jack_peer.py", *([] if number is None else [str(number)]))

    def close(self) -> None:
        """End the process, in the midst of what it plays as well. Idempotent."""
        self.signal(signal.SIGTERM)
        super().close()


class Device(Program):
    """A keyboard (``keys``) or a ``synth`` that a daemon names, or a ``player`` at the virtual port."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__("jack_device.py", kind, name)

    def kill(self) -> None:
        """As if its cable were pulled."""
        self._process.kill()
        self._process.wait()


def wait_until(condition: Callable[[], object], seconds: float = SECONDS) -> None:
    """Look every 2 ms until ``condition`` holds; fail when it does not in time."""
    until = time.perf_counter() + seconds
    while not condition():
        assert time.perf_counter() < until, "waited in vain"
        time.sleep(0.002)
