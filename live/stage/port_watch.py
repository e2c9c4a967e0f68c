"""Notices named ports that vanish and come back, and players that leave a virtual port; takes up others.

A lost port takes nothing with it: it is waited for, and everything else goes on. A thread of its own,
which may block: it asks the MIDI system. On JACK it is woken by every change of ports and connections.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections import deque
from collections.abc import Callable

import rtmidi

from live.stage.opened import OpenedPort
from live.stage.patch import Patch
from live.stage.performer import Performer
from live.stage.records import OutputBack, OutputGone, PortNews, SourceGone
from live.stage.wiring import Wiring

VANISHED = "MIDI port {!r} has vanished; everything else goes on until it is back"
BACK = "MIDI port {!r} is back"
NOT_THERE = "MIDI port {!r} is not there; everything else plays until it comes"

SETTLING_SECONDS = 0.1
"""JACK takes a connection up some periods after it lists it; what is sent before is lost."""
Turn = Callable[[Performer], None]
"""Something for the sender's thread to do."""
_LEAVING_SECONDS = 1.0
_LIST_SECONDS = 1.0
"""Asking for all names takes the interpreter's lock for a moment."""
_SOON_SECONDS = 0.01
_LOOKS_AFTER_A_POKE = 10
"""JACK tells that a port goes some milliseconds before it has gone."""


class PortWatch:
    """Looks every ``seconds``, and when it is poked. ``deliver`` hands news to the sender, and what is to be
    done by it; ``tell`` takes the ports that there are, as JSON."""

    def __init__(
        self,
        wiring: Wiring,
        patch: Patch | None,
        deliver: Callable[[PortNews | Turn], None],
        say: Callable[[str], None],
        seconds: float,
        settling_seconds: float = SETTLING_SECONDS,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._wiring, self._ports, self._patch = wiring, tuple(wiring.ports), patch
        self._deliver, self._say, self._tell, self._seconds = deliver, say, tell, seconds
        self._inputs = sum(port.is_input for port in self._ports)
        self._settling_seconds = settling_seconds
        self._settling: dict[int, float] = {}  # outputs, and when they can be told something
        self._wanted: deque[tuple[int, str]] = deque()
        self._listing = False
        self._list_at = 0.0
        self._listed = ""
        self._poked = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="port watch", daemon=True)

    def start(self) -> None:
        """Begin, and say which ports are not there. Main thread, once."""
        for port in self._ports:
            if port.name and not port.plugged:
                self._say(NOT_THERE.format(port.name))
        if self._patch is not None or not all(port.virtual for port in self._ports):
            self._thread.start()

    def want(self, number: int, name: str) -> None:
        """Our port of this number is to be the one of this name; empty: none. Any thread, never blocks."""
        self._wanted.append((number, name))
        self.poke()

    def list_ports(self) -> None:
        """Tell which ports there are, now and whenever one comes or goes. Any thread, never blocks."""
        self._listing, self._listed, self._list_at = True, "", 0.0
        self.poke()

    def poke(self) -> None:
        """Something has changed: look now. Any thread, never blocks."""
        self._poked.set()

    def stop(self) -> None:
        """Stop and join; idempotent, blocks for half a second at most. Main thread."""
        self._stopping = True
        self._poked.set()
        if self._thread.ident is not None:
            self._thread.join(0.5)

    def _run(self) -> None:
        soon = 0
        while not self._stopping:
            if self._poked.wait(_SOON_SECONDS if soon or self._settling else self._seconds):
                soon = _LOOKS_AFTER_A_POKE
            soon = max(0, soon - 1)
            self._poked.clear()
            if not self._stopping and not self._wiring.is_dead:
                self.look()

    def look(self) -> None:
        """Take note of what has changed, and change what is wanted. One thread."""
        while self._wanted:
            with contextlib.suppress(rtmidi.RtMidiError):
                self._change(*self._wanted.popleft())
        for port in self._ports:
            with contextlib.suppress(rtmidi.RtMidiError):  # tried again at the next look
                if not port.virtual:
                    self._look_at(port)
        if self._patch is not None:
            left, joined = self._patch.look()
            for number in left:
                self._gone(self._ports[number])
            for number in joined:
                self._back(self._ports[number])
        now = time.perf_counter()
        if self._listing and now >= self._list_at:
            self._list_at = now + _LIST_SECONDS
            with contextlib.suppress(rtmidi.RtMidiError):
                self._tell_ports()
        for number in [number for number, due in self._settling.items() if due <= now]:
            del self._settling[number]
            self._deliver(OutputBack(number))

    def _change(self, number: int, name: str) -> None:
        """Let go of one device and take up another: what sounds because of the first ends there first."""
        port = self._ports[number]
        if port.virtual or port.name == name:
            return
        if port.plugged:
            if port.is_input:
                port.unplug()
                self._deliver(SourceGone(number))
            elif not self._leave(port):
                return
        port.become(name)
        if port.try_to_plug():
            self._back(port)

    def _leave(self, port: OpenedPort) -> bool:
        """Have the sender end what sounds there and not call the port again, in one turn."""
        left = threading.Event()

        def leave(performer: Performer) -> None:
            performer.leave(port.serves - self._inputs)
            port.unplug()
            left.set()

        self._deliver(leave)
        if not left.wait(_LEAVING_SECONDS):
            self._say(f"MIDI port {port.name!r} does not answer, so it stays as it is")
            return False
        time.sleep(self._settling_seconds)  # the last messages are on their way
        return True

    def _tell_ports(self) -> None:
        names = [
            next((port.listing() for port in self._ports if port.is_input is wanted), [])
            for wanted in (True, False)
        ]
        text = json.dumps(names)
        if text != self._listed:
            self._listed = text
            self._tell(text)

    def _look_at(self, port: OpenedPort) -> None:
        if port.plugged and not port.is_listed:
            port.unplug()
            self._gone(port)
            self._say(VANISHED.format(port.name))
        elif not port.plugged and port.try_to_plug():
            self._back(port)
            self._say(BACK.format(port.name))

    def _back(self, port: OpenedPort) -> None:
        if not port.is_input:
            self._settling[port.serves - self._inputs] = time.perf_counter() + self._settling_seconds

    def _gone(self, port: OpenedPort) -> None:
        if port.is_input:
            self._deliver(SourceGone(port.number))
        else:
            self._settling.pop(port.serves - self._inputs, None)
            self._deliver(OutputGone(port.serves - self._inputs))
