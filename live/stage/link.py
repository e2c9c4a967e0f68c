"""The engine's side of the stage: starts the process, talks with it, replaces it when it hangs.

The engine makes a :class:`StageLink` with a function that takes records and enters it; ``start`` has
returned when the ports are open. From then on the link's own thread calls that function with every
record but heartbeats, and watches: when a port call has not come back for 500 ms, or no heartbeat
came for as long, it kills the stage, says so, and starts another one.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType

from live.errors import PortError
from live.stage import records as r
from live.stage.child import StageChild
from live.stage.clock import MILLISECOND, SECOND, SystemClock
from live.stage.mirror import Mirror
from live.stage.settings import StageSettings

STUCK_NS = 500 * MILLISECOND
"""How long a port call, or silence of the stage, may last."""

_START_NS = 10 * SECOND
_RETRY_SECONDS = 2.0
_GOODBYE_SECONDS = 1.5

STUCK = "a MIDI port did not answer for 500 ms; the stage process was replaced"
DIED = "the stage process died; another one was started"
AGAIN = "trying again until it is back"
ENDED = "the stage process was told to end; start Antiphon again to play on"


class StageLink:
    """One stage, whichever process it is at the moment.

    A context manager. ``on_record`` is called by the link's thread alone and must only enqueue.
    What it gets is a :class:`~live.stage.records.StageRecord`; after ``PortLost`` nothing sounds
    any more, what is sent is thrown away until ``Ready`` comes again.
    """

    def __init__(self, settings: StageSettings, on_record: Callable[[r.StageRecord], None]) -> None:
        self._settings = settings
        self._on_record = on_record
        self._clock = SystemClock()
        self._mirror = Mirror()
        self._child: StageChild | None = None
        self._closing = threading.Event()
        self._ready = threading.Event()
        self._failure: str | None = None
        self._wake_out, self._wake_in = socket.socketpair()
        self._thread = threading.Thread(target=self._run, name="stage link", daemon=True)
        self.ready: r.Ready | None = None
        """What the present stage said of itself; None while there is none. Any thread."""

    def start(self) -> r.Ready:
        """Start the stage; blocks until its ports are open. One thread, once.

        Raises ``PortError`` when they cannot be opened.
        """
        self._child = StageChild(self._settings)
        self._thread.start()
        self._ready.wait(_START_NS / SECOND + 1)
        ready = self.ready
        if ready is None:
            self.close()
            raise PortError(self._failure or "the stage process did not start")
        return ready

    def send(self, *orders: r.EngineRecord) -> None:
        """Hand orders to the stage, in order and together. Any thread, never blocks."""
        self._mirror.ordered(orders)
        child = self._child
        if child is not None:
            child.link.send(*orders)

    @property
    def settings(self) -> StageSettings:
        """The ports as they are to be now. Any thread."""
        return self._settings

    def use_port(self, number: int, name: str) -> None:
        """Our port of this number (inputs first; none that is virtual) is to be the one of this name, now and
        for every stage that comes; empty: none. One thread at a time, never blocks."""
        self._settings = self._settings.with_port(number, name)
        self._say_to_stage(r.Text(r.Topic.PORT, name, number))

    def look(self) -> None:
        """Have the stage tell which ports there are (``Topic.LISTED``). Any thread, never blocks."""
        self._say_to_stage(r.Text(r.Topic.LOOK, ""))

    def _say_to_stage(self, word: r.Text) -> None:
        child = self._child
        if child is not None:
            child.link.send(word)

    @property
    def pid(self) -> int | None:
        """The present stage's process, or None. Any thread."""
        child = self._child
        return None if child is None else child.pid

    def close(self) -> None:
        """End all notes, close the ports, end the process. Idempotent; blocks up to 2 s.

        Not the link's own thread.
        """
        if not self._closing.is_set():
            self._closing.set()
            self.send(r.Stop())
            self._wake_in.send(b"!")
        if self._thread.ident is not None:
            self._thread.join()
        child, self._child = self._child, None
        if child is not None:
            child.end(_GOODBYE_SECONDS)
        self._wake_in.close()
        self._wake_out.close()

    def __enter__(self) -> StageLink:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # -- the link's thread ------------------------------------------------------------------------

    def _run(self) -> None:
        told = False  # one line for one outage
        while not self._closing.is_set():
            lost, text = self._attend()
            if self._closing.is_set():
                return
            came_up, self.ready = self.ready is not None, None
            child, self._child = self._child, None
            if child is not None:
                child.kill()
            if not came_up and not self._ready.is_set():  # the very first one: start() raises
                self._failure = text.removesuffix(f"; {AGAIN}")
                self._ready.set()
                return
            if came_up or not told:
                told = True
                self._on_record(lost)
                self._on_record(r.Text(r.Topic.ERROR, text))
            if lost.reason is r.LostReason.ENDED:
                return
            if not came_up and self._closing.wait(_RETRY_SECONDS):
                return
            with contextlib.suppress(OSError):  # no process to be had: tried again
                connections = self._mirror.connections(len(self._settings.ports))
                self._child = StageChild(replace(self._settings, connections=connections))

    def _attend(self) -> tuple[r.PortLost, str]:
        """Listen to the present stage until it is gone. What was lost, and in which words."""
        child = self._child
        if child is None:
            return r.PortLost(r.LostReason.DIED), DIED
        words = ""
        heard_ns, patience = self._clock.now_ns(), _START_NS
        with selectors.DefaultSelector() as selector:
            selector.register(child.link, selectors.EVENT_READ)
            selector.register(self._wake_out, selectors.EVENT_READ)
            while not self._closing.is_set():
                selector.select(STUCK_NS / 5 / SECOND)
                now = self._clock.now_ns()  # before the look: a link that was held up accuses nobody
                child.link.flush()
                said = child.link.receive()
                if said is None:
                    return self._post_mortem(child, words)
                if said:
                    heard_ns = now
                elif now - heard_ns > patience:
                    return r.PortLost(r.LostReason.CALL_STUCK), STUCK
                for record in said:
                    match record:
                        case r.Heartbeat(beat, since) if since and beat - since > STUCK_NS:
                            return r.PortLost(r.LostReason.CALL_STUCK), STUCK
                        case r.Text(r.Topic.LOST, text):
                            words = text
                        case r.PortLost():
                            return record, f"{words}; {AGAIN}"
                        case r.Ready():
                            patience = STUCK_NS
                            self._came_up(child, record)
                        case _:
                            if self._mirror.said(record):
                                self._on_record(record)  # type: ignore[arg-type]
        return r.PortLost(r.LostReason.ENDED), ENDED

    def _came_up(self, child: StageChild, ready: r.Ready) -> None:
        """Tell a new stage what the one before it knew, and end what that one left sounding."""
        child.link.send(*self._mirror.orders(again=self._ready.is_set()))
        self.ready = ready
        if self._ready.is_set():
            self._on_record(ready)
        self._ready.set()

    def _post_mortem(self, child: StageChild, words: str) -> tuple[r.PortLost, str]:
        code = child.end(_GOODBYE_SECONDS)
        if code == 0:
            return r.PortLost(r.LostReason.ENDED), ENDED
        return r.PortLost(r.LostReason.DIED), words or DIED
