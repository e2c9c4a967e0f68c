"""Puts messages on the wire and keeps the ledger of what sounds beside it. One thread: the sender."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

from live.stage import messages
from live.stage.clock import Clock
from live.stage.guards import EchoGuard
from live.stage.held_notes import HeldNotes, Key, Pedal
from live.stage.sinks import SendError, Sink

_SHORT = 3
"""Bytes of every message but system exclusive ones."""


class Ended(NamedTuple):
    """A note that the stage ended itself. ``wire``: its note-off was put on the wire."""

    key: Key
    owner: int
    message: bytes
    wire: bool
    at_ns: int


class Outputs:
    """The sinks, who holds which key on them, and what our own echoes would look like.

    Every method may block for the time of a port call and raises ``SendError`` when a port refuses,
    but :meth:`end`, which goes on with the next note.
    """

    def __init__(self, sinks: Sequence[Sink], clock: Clock, echo: EchoGuard) -> None:
        self.held = HeldNotes()
        self.call_since_ns = 0
        """Begin of the port call under way, 0 between calls. Any thread may read it."""
        self.sent = 0
        """Messages put on the wire. Any thread may read it."""
        self.hurry = False
        """A long message under way is to be cut short: the stage ends. Any thread may set it."""
        self._sinks = tuple(sinks)
        self._clock = clock
        self._echo = echo

    def __len__(self) -> int:
        return len(self._sinks)

    def lead_ns(self, port: int) -> int:
        """How long before it is due the port wants a message."""
        return self._sinks[port].lead_ns

    def put(self, port: int, message: bytes, due_ns: int, source: int | None = None) -> None:
        """Put ``message`` on the wire, whatever the ledger says. ``source``: whose thru it is."""
        now = self._clock.now_ns()
        if len(message) > _SHORT:
            self._put_long(self._sinks[port], message, due_ns)
        else:
            self._call(self._sinks[port], message, due_ns, now)
        self.sent += 1
        if messages.is_note_on(message):
            self._echo.sent(message, now, source)
        elif messages.is_controller(message):
            self.held.move_pedal(Pedal(port, message[0] & 0x0F, message[1]), message[2])

    def _call(self, sink: Sink, message: bytes, due_ns: int, now_ns: int) -> None:
        self.call_since_ns = now_ns
        try:
            sink.send(message, due_ns)
        finally:
            self.call_since_ns = 0

    def _put_long(self, sink: Sink, message: bytes, due_ns: int) -> None:
        """System exclusive, in as many calls as the sink wants; the watchdog looks at each by itself."""
        for number, piece in enumerate(sink.pieces(message)):
            if number and self.hurry:  # its end all the same, else receivers would wait for it for ever
                self._call(sink, message[-1:], due_ns, self._clock.now_ns())
                return
            self._call(sink, piece, due_ns, self._clock.now_ns())

    def press(self, key: Key, owner: int, message: bytes, due_ns: int, source: int | None = None) -> bool:
        """``owner`` strikes ``key`` with the note-on ``message``. Whether it went on the wire."""
        wire = self.held.press(key, owner)
        if wire:
            self.put(key.port, message, due_ns, source)
        return wire

    def release(self, key: Key, owner: int, message: bytes, due_ns: int) -> bool:
        """``owner`` lets go of ``key`` with the note-off ``message``. Whether it went on the wire."""
        wire = self.held.release(key, owner)
        if wire:
            self.put(key.port, message, due_ns)
        return wire

    def end(self, owners: Callable[[int], bool], keys: Callable[[Key], bool] = lambda _: True) -> list[Ended]:
        """End what these owners hold, now. Tries every note, whatever a port says."""
        ended = []
        for key, owner in self.held.held_by(owners):
            if not keys(key):
                continue
            message = messages.note_off(key.channel, key.pitch)
            now = self._clock.now_ns()
            wire = False
            with contextlib.suppress(SendError):
                wire = self.release(key, owner, message, now)
            ended.append(Ended(key, owner, message, wire, now))
        return ended

    def lift_pedals(self, only: int | None = None) -> None:
        """Send every pedal (of one port) that is down up again. Tries each, whatever a port says."""
        for port, channel, number in self.held.pedals():
            if only not in (None, port):
                continue
            with contextlib.suppress(SendError):
                self.put(port, messages.controller(channel, number, 0), self._clock.now_ns())

    def close(self) -> None:
        """Close every sink. Idempotent."""
        for sink in self._sinks:
            sink.close()
