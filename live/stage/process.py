"""The stage process: ``python -m live.stage.process --fd N --settings JSON``.

The engine starts it with one end of a socketpair. When that closes, or on SIGTERM, SIGINT or a
``Stop``, it ends every sounding note, closes its ports and exits 0; when its ports are gone it says
so and exits 3. Threads: the main one reads orders and sends heartbeats and calls no port while notes
are played; ``sender`` alone sends; ``reader`` polls inputs on JACK; ``port watch`` looks for ports and
players that vanish and come back.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import selectors
import signal
import socket
import sys
import time
import traceback
from collections.abc import Sequence
from queue import SimpleQueue

from live.errors import PortError
from live.stage import realtime
from live.stage.clock import MILLISECOND, SECOND, SystemClock, sharpen_timers
from live.stage.loop import Item, SenderLoop
from live.stage.midi_in import PollingReader
from live.stage.patch import Connections, Patch
from live.stage.performer import Performer
from live.stage.port_watch import SETTLING_SECONDS, PortWatch
from live.stage.records import (
    Count,
    Counter,
    EngineRecord,
    Heartbeat,
    LostReason,
    PortLost,
    Ready,
    Stop,
    Text,
    Topic,
)
from live.stage.settings import StageSettings
from live.stage.sinks import SendError
from live.stage.wire import RecordSocket
from live.stage.wiring import Wiring

HEARTBEAT_NS = 50 * MILLISECOND
EXIT_LOST = 3
EXIT_STUCK = 4
_PORT_WATCH_SECONDS = 0.1
_JACK_WATCH_SECONDS = 0.5
"""JACK pokes us."""
_GOODBYE_SECONDS = 0.2


class StageProcess:
    """Everything that the process owns. The main thread makes and runs it."""

    def __init__(self, end: socket.socket, settings: StageSettings) -> None:
        self._link = RecordSocket(end)
        self._settings = settings
        self._clock = SystemClock()
        self._inbox: SimpleQueue[Item] = SimpleQueue()
        self._lost: tuple[str, PortLost] | None = None
        self._stopping = False
        self._wake_out, self._wake_in = socket.socketpair()
        self._wake_in.setblocking(False)
        self._told: dict[Counter, int] = {}

    def run(self) -> int:
        """Play until asked to stop. Returns the exit code; the process is to end at once with it."""
        for name in ("SIGTERM", "SIGINT", "SIGHUP"):
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), lambda *_: self._stop())
        try:
            wiring = Wiring(self._settings, self._clock, self._inbox.put, self._on_server_lost)
        except PortError as error:
            self._lost = str(error), PortLost(LostReason.OPEN_FAILED)
            return self._goodbye()
        with wiring:
            self._play(wiring)
            return self._goodbye()

    def _play(self, wiring: Wiring) -> None:
        performer = Performer(self._settings, wiring.sinks, self._clock, self._link.send)
        sender = SenderLoop(self._inbox, performer, self._clock, realtime.raise_priority, self._on_failure)
        reader = PollingReader(wiring.inputs, self._clock, realtime.raise_priority, self._on_deafness)
        realtime.calm_interpreter()
        realtime.stop_collecting()
        granted = realtime.raise_priority()
        sender.start()
        if wiring.polled:
            reader.start()
        patch = Patch(wiring.jack, self._settings, self._tell_connections) if wiring.jack else None
        seconds = _JACK_WATCH_SECONDS if patch else _PORT_WATCH_SECONDS
        watch = PortWatch(wiring, patch, self._inbox.put, self._say, seconds, tell=self._tell_ports)
        wiring.on_change = watch.poke
        named = any(not output.virtual for output in self._settings.outputs)
        if patch and (named or any(self._settings.connections)):  # what is sent first shall arrive
            watch.look()
            time.sleep(SETTLING_SECONDS)
        self._greet(wiring, granted)
        watch.start()
        watch.poke()
        try:
            self._serve(performer, wiring, watch)
        finally:  # whatever happened: detach, stop, wake, join, end what sounds, close
            performer.outputs.hurry = True
            wiring.detach()
            reader.stop()
            watch.stop()
            if not sender.stop():
                # stuck in a port call: nothing more can be sent, and closing would hang too
                self._goodbye()
                os._exit(EXIT_STUCK)
            performer.close()
            time.sleep(wiring.settle_seconds)

    def _greet(self, wiring: Wiring, granted: bool) -> None:
        inputs, outputs = self._settings.inputs, self._settings.outputs
        for number, source in enumerate(inputs):
            self._link.send(Text(Topic.INPUT, source.name, number))
        for number, output in enumerate(outputs):
            self._link.send(Text(Topic.OUTPUT, output.name, number))
        period, rate = wiring.period_frames, wiring.sample_rate
        count = sum(not output.beside for output in outputs)
        self._link.send(Ready(granted, len(inputs), count, os.getpid(), period, rate))

    # -- the main thread while notes are played ---------------------------------------------------

    def _serve(self, performer: Performer, wiring: Wiring, watch: PortWatch) -> None:
        """Read orders, send heartbeats and counts, until it is time to stop."""
        next_beat = next_counts = self._clock.now_ns()
        with selectors.DefaultSelector() as selector:
            selector.register(self._link, selectors.EVENT_READ)
            selector.register(self._wake_out, selectors.EVENT_READ)
            while not self._stopping:
                now = self._clock.now_ns()
                if now >= next_beat:
                    next_beat = now + HEARTBEAT_NS
                    outputs = performer.outputs
                    self._link.send(Heartbeat(now, outputs.call_since_ns, len(outputs.held)))
                    self._link.flush()
                if now >= next_counts:
                    next_counts = now + SECOND
                    self._tell_counts(performer, wiring)
                for key, _ in selector.select(max(0, next_beat - now) / SECOND):
                    if key.fileobj is self._link and not self._take_orders(watch):
                        return

    def _take_orders(self, watch: PortWatch) -> bool:
        """Hand what the engine says to the sender. False: the engine says stop, or is gone."""
        orders = self._link.receive()
        if orders is None:
            return False
        for order in orders:
            if isinstance(order, Stop):
                return False
            if isinstance(order, EngineRecord):
                self._inbox.put(order)
            elif isinstance(order, Text):
                self._take_word(order, watch)
        return True

    def _take_word(self, word: Text, watch: PortWatch) -> None:
        if word.topic == Topic.LOOK:
            watch.list_ports()
        elif word.topic == Topic.PORT and word.number < len(self._settings.ports):
            watch.want(word.number, word.text)

    def _tell_counts(self, performer: Performer, wiring: Wiring) -> None:
        counts = dict(performer.counts)
        counts[Counter.SENT] = performer.outputs.sent
        counts[Counter.BAD_BYTES] = sum(each.bad_bytes for each in wiring.inputs)
        counts[Counter.REPORTS_LOST] = self._link.lost
        for counter, value in counts.items():
            if value != self._told.get(counter, 0):
                self._told[counter] = value
                self._link.send(Count(counter, value))

    # -- what other threads say -------------------------------------------------------------------

    def _stop(self) -> None:
        """Leave :meth:`_serve`. Any thread, signal handlers too; never blocks."""
        self._stopping = True
        with contextlib.suppress(OSError):
            self._wake_in.send(b"!")

    def _give_up(self, text: str, lost: PortLost) -> None:
        if self._lost is None:
            self._lost = text, lost
        self._stop()

    def _on_server_lost(self) -> None:
        text = f"the MIDI system ({self._settings.api}) has gone away"
        self._give_up(text, PortLost(LostReason.SERVER))

    def _on_failure(self, error: Exception) -> None:
        if not isinstance(error, SendError):
            traceback.print_exception(error)
        self._give_up(f"a MIDI output failed: {error}", PortLost(LostReason.SEND_FAILED))

    def _on_deafness(self, error: Exception) -> None:
        traceback.print_exception(error)
        self._give_up(f"a MIDI input failed: {error}", PortLost(LostReason.READ_FAILED))

    def _say(self, text: str) -> None:
        self._link.send(Text(Topic.ERROR, text))

    def _tell_ports(self, names: str) -> None:
        self._link.send(Text(Topic.LISTED, names))

    def _tell_connections(self, connections: Connections) -> None:
        for number, peers in enumerate(connections):
            self._link.send(Text(Topic.CONNECTED, "\n".join(peers), number))

    def _goodbye(self) -> int:
        """Say why, if there is a reason, and wait a moment until it is out. The exit code."""
        if self._lost is not None:
            text, lost = self._lost
            self._link.send(Text(Topic.LOST, text), lost)
        until = time.perf_counter() + _GOODBYE_SECONDS
        while not self._link.flush() and time.perf_counter() < until:
            time.sleep(0.005)
        return 0 if self._lost is None else EXIT_LOST


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the command line, take over the inherited socket, play."""
    parser = argparse.ArgumentParser(description="The stage process; the engine starts it.")
    parser.add_argument("--fd", type=int, required=True, help="the inherited socket")
    parser.add_argument("--settings", required=True, help="StageSettings as JSON")
    options = parser.parse_args(arguments)
    settings = StageSettings.from_json(options.settings)
    sharpen_timers()
    return StageProcess(socket.socket(fileno=options.fd), settings).run()


def _silence_libraries() -> None:
    """ALSA and libjack talk on descriptor 2; Python's own standard error stays what it was."""
    with contextlib.suppress(OSError, AttributeError):
        kept = os.dup(2)
        os.set_inheritable(kept, False)
        sys.stderr = open(kept, "w", buffering=1)  # noqa: SIM115
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)


if __name__ == "__main__":
    _silence_libraries()
    code = main()
    os._exit(code)  # RtMidi's destructors wait for a second each when the server is dead
