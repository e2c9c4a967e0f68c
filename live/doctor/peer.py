"""A player and a synth in a process of their own: ``python -m live.doctor.peer API TO FROM``.

Connects to the input ``TO`` and the output ``FROM`` of a daemon. Reads one JSON object a line,
``{"play": [[nanoseconds, "hex"], ...], "listen_ns": n}``: plays these messages, at times after the first
one's begin, goes on listening for as long, and answers with one line
``{"sent": [[nanoseconds, "hex"], ...], "got": [...]}``. Nothing is said while it plays, so that nobody's
reading disturbs what is measured. Ends with its standard input, at once. Times are ``time.perf_counter_ns``.
"""

from __future__ import annotations

import json
import queue
import sys
import threading
import time
from typing import Any

import rtmidi

from live.doctor.clients import patiently
from live.stage import apis, realtime
from live.stage.midi_in import QUEUE_LIMIT

SETTLING_SECONDS = 0.3
"""A connection that JACK lists is taken up some cycles later; what is sent before may be lost."""
_CONNECT_SECONDS = 5.0
_POLL_NS = 100_000
_AHEAD_NS = 5_000_000


class Peer:
    """The two ports, connected. Raises ``SystemExit`` with one line when there is nobody to connect to."""

    def __init__(self, api: str, to: str, from_: str) -> None:
        self.ended = threading.Event()
        """Nobody listens any more: the performance is broken off. Any thread may set it."""
        number = apis.NUMBERS[api]
        self._player = patiently(lambda: rtmidi.MidiOut(number, name="Antiphon doctor's player"))
        self._synth = patiently(
            lambda: rtmidi.MidiIn(number, name="Antiphon doctor's synth", queue_size_limit=QUEUE_LIMIT)
        )
        self._synth.ignore_types(False, False, False)
        _connect(self._player, to)
        _connect(self._synth, from_)
        time.sleep(SETTLING_SECONDS)
        while self._synth.get_message() is not None:
            pass

    def perform(self, play: list[tuple[int, str]], listen_ns: int) -> dict[str, list[tuple[int, str]]]:
        """Play and listen. Blocks for as long as that takes."""
        sent: list[tuple[int, str]] = []
        got: list[tuple[int, bytes]] = []
        begin = time.perf_counter_ns() + _AHEAD_NS
        for offset, message in play:
            self._listen(begin + offset, got)
            if self.ended.is_set():
                break
            sent.append((time.perf_counter_ns(), message))
            self._player.send_message(bytes.fromhex(message))
        self._listen(time.perf_counter_ns() + listen_ns, got)
        return {"sent": sent, "got": [(at, message.hex()) for at, message in got]}

    def _listen(self, until_ns: int, got: list[tuple[int, bytes]]) -> None:
        while True:
            while (event := self._synth.get_message()) is not None:
                got.append((time.perf_counter_ns(), bytes(event[0])))
            left = until_ns - time.perf_counter_ns()
            if left <= 0 or self.ended.is_set():
                return
            time.sleep(min(left, _POLL_NS) / 1e9)

    def close(self) -> None:
        """Leave the MIDI system in order: JACK waits for a client that does not."""
        for port in (self._player, self._synth):
            port.close_port()
            port.delete()


def _connect(port: Any, name: str) -> None:
    """Open the port whose name has ``name`` in it; systems put clients and numbers around it."""
    until = time.perf_counter() + _CONNECT_SECONDS
    while True:
        for number, found in enumerate(port.get_ports()):
            if name in found:
                port.open_port(number, name="doctor")
                return
        if time.perf_counter() > until:
            sys.exit(f"no MIDI port {name!r} to connect to")
        time.sleep(0.02)


def _read(orders: queue.SimpleQueue[str | None], ended: threading.Event) -> None:
    for line in sys.stdin:
        orders.put(line)
    ended.set()
    orders.put(None)


def main() -> None:
    """Serve until standard input ends."""
    realtime.raise_priority()  # a synth's thread is real-time too; else its own delay would be measured
    peer = Peer(*sys.argv[1:4])
    orders: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(orders, peer.ended), daemon=True).start()
    print("ready", flush=True)
    try:
        while (line := orders.get()) is not None:
            print(json.dumps(peer.perform(**json.loads(line))), flush=True)
    finally:
        peer.close()


if __name__ == "__main__":
    main()
