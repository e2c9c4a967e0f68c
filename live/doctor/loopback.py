"""Our side of the player, the synth and the echo: processes that end with us, whatever happens."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import NamedTuple

from live.errors import PortError

_GOODBYE_SECONDS = 3.0

Stroke = tuple[int, bytes]
"""Nanoseconds after the begin, and a message."""


class At(NamedTuple):
    """A message and when it was sent or came, in nanoseconds of ``time.perf_counter_ns``."""

    ns: int
    message: bytes


class Performance(NamedTuple):
    """What the player sent and what the synth got."""

    sent: list[At]
    got: list[At]


class PortNames(NamedTuple):
    """The daemon's virtual ports while it is measured: nobody else's, so that no other daemon is met."""

    to: str
    from_: str


class _Helper:
    """A Python process that says ``ready`` and ends with its standard input. A context manager."""

    module: str

    def __init__(self, api: str, names: PortNames) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", self.module, api, *names],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            bufsize=1,
            start_new_session=True,  # a Ctrl-C in the terminal is for us, who then end it in order
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout

    def __enter__(self) -> object:
        try:
            self._answer()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _answer(self) -> str:
        """The next line. Raises ``PortError`` in one line when the process has given up."""
        line = self._out.readline()
        if not line:
            assert self._process.stderr is not None
            words = self._process.stderr.read().strip().splitlines()
            raise PortError(words[-1] if words else f"{self.module} ended without a word")
        return line

    def close(self) -> None:
        """End the process, in order if it still listens. Idempotent; blocks at most some seconds."""
        with contextlib.suppress(OSError, ValueError):
            self._in.close()
        try:
            self._process.wait(_GOODBYE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for stream in (self._out, self._process.stderr):
            if stream is not None:
                stream.close()


class Echo(_Helper):
    """The bare echo, instead of a daemon."""

    module = "live.doctor.echo"

    def __enter__(self) -> Echo:
        super().__enter__()
        return self


class LoopPeer(_Helper):
    """A player and a synth, connected to whoever has these ports."""

    module = "live.doctor.peer"

    def __enter__(self) -> LoopPeer:
        super().__enter__()
        return self

    def perform(self, play: Sequence[Stroke], listen_seconds: float = 0.0) -> Performance:
        """Play and listen. Blocks for as long as that takes; this thread does nothing meanwhile."""
        self.begin(play, listen_seconds)
        return self.end()

    def begin(self, play: Sequence[Stroke], listen_seconds: float) -> None:
        """Have it play; :meth:`end` waits for it."""
        strokes = [(at, message.hex()) for at, message in play]
        order = {"play": strokes, "listen_ns": round(listen_seconds * 1e9)}
        with contextlib.suppress(BrokenPipeError):  # ``end`` says why
            self._in.write(json.dumps(order) + "\n")
            self._in.flush()

    def end(self) -> Performance:
        """What it played and got. Raises ``PortError`` when the process has given up."""
        found = json.loads(self._answer())
        return Performance(*([At(ns, bytes.fromhex(text)) for ns, text in found[k]] for k in ("sent", "got")))
