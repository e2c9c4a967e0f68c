"""Inputs: decoding and stamping, polled or called back.

On JACK RtMidi calls back from the server's process thread, and waiting for the GIL there stalls every
client; so there RtMidi queues in C++ and a thread of ours polls. Elsewhere the callback stamps and
enqueues, nothing else.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from live.stage.clock import MILLISECOND, SECOND, Clock
from live.stage.decode import Decoder
from live.stage.messages import Incoming

QUEUE_LIMIT = 8192
"""Messages that RtMidi keeps for us between two polls."""

POLL_NS = MILLISECOND // 2
_BATCH = 256
_MOST_EARLY_NS = 20 * MILLISECOND


class Stamper:
    """When a message really came in, from when we saw it and RtMidi's time since the one before.

    Stamp = min(now, previous stamp + delta), at most 20 ms before now, re-anchored after a second of
    silence. One thread.
    """

    def __init__(self) -> None:
        self._stamp_ns: int | None = None
        self._seen_ns = 0

    def stamp(self, now_ns: int, delta_seconds: float) -> int:
        """The stamp of a message seen at ``now_ns``. Never goes back."""
        previous, since = self._stamp_ns, now_ns - self._seen_ns
        self._seen_ns = now_ns
        if previous is None or since > SECOND:
            self._stamp_ns = now_ns
        else:
            stamp = min(now_ns, previous + round(delta_seconds * 1e9))
            self._stamp_ns = max(stamp, now_ns - _MOST_EARLY_NS, previous)
        return self._stamp_ns


class Input:
    """One input port, or None as long as its device is not plugged in."""

    def __init__(
        self,
        source: int,
        midi_in: Any,
        clock: Clock,
        deliver: Callable[[Incoming], None],
    ) -> None:
        self._source = source
        self._midi_in = midi_in
        self._clock = clock
        self._deliver = deliver
        self._stamper = Stamper()
        self._decoder = Decoder()
        self._lock = threading.Lock()  # a port is not to be closed under a poll

    def plug(self, midi_in: Any) -> None:
        """Listen to this open port from now on. Any thread; waits for a poll under way."""
        with self._lock:
            self._midi_in = midi_in

    def unplug(self) -> None:
        """Call no port any more. As :meth:`plug`."""
        with self._lock:
            self._midi_in = None

    @property
    def bad_bytes(self) -> int:
        """Bytes that were no MIDI. Any thread."""
        return self._decoder.bad_bytes

    def accept(self, data: Sequence[int], delta_seconds: float) -> None:
        """Stamp, cut and hand over. The reader thread, or RtMidi's on callback systems."""
        stamp = self._stamper.stamp(self._clock.now_ns(), delta_seconds)
        for message in self._decoder.feed(data):
            self._deliver(Incoming(stamp, self._source, message))

    def poll(self) -> None:
        """Take what RtMidi has queued, at most 256 messages. The reader thread; never blocks."""
        with self._lock:
            if self._midi_in is None:
                return
            for _ in range(_BATCH):
                event = self._midi_in.get_message()
                if event is None:
                    return
                self.accept(*event)

    def use_callback(self, midi_in: Any, at_first_call: Callable[[], object]) -> None:
        """Have RtMidi call :meth:`accept` from its own thread (never on JACK). Before the port is opened.

        ``at_first_call`` is done once in that thread, which nobody else can reach.
        """
        first = [at_first_call]

        def called_back(event: tuple[list[int], float], _: object) -> None:
            if first:
                first.pop()()
            self.accept(*event)

        midi_in.set_callback(called_back)

    def detach(self) -> None:
        """No more callbacks. Idempotent; any thread."""
        with self._lock:
            if self._midi_in is not None:
                self._midi_in.cancel_callback()

    def close(self) -> None:
        """Call the port no more; who opened it closes it. Idempotent."""
        self.unplug()


class PollingReader:
    """The thread that polls inputs every half millisecond."""

    def __init__(
        self,
        inputs: Sequence[Input],
        clock: Clock,
        at_start: Callable[[], object],
        on_failure: Callable[[Exception], None],
    ) -> None:
        self._on_failure = on_failure
        self._inputs = tuple(inputs)
        self._clock = clock
        self._at_start = at_start
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="reader", daemon=True)

    def start(self) -> None:
        """Begin. Main thread, once."""
        self._thread.start()

    def _run(self) -> None:
        self._at_start()
        try:
            self._poll()
        except Exception as error:  # a reader that ends in silence would leave the daemon deaf
            self._on_failure(error)

    def _poll(self) -> None:
        due = self._clock.now_ns()
        while not self._stopping:
            for each in self._inputs:
                each.poll()
            now = self._clock.now_ns()
            due = max(due + POLL_NS, now)  # after a stall go on from now, do not catch up
            time.sleep((due - now) / SECOND)

    def stop(self) -> None:
        """Stop and join. Idempotent; blocks for less than a poll unless the thread is stuck."""
        self._stopping = True
        if self._thread.is_alive():
            self._thread.join(timeout=0.2)
