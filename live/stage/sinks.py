"""Where messages go: the smallest thing that takes ``(bytes, due)`` and says how early it wants it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

from live.stage.clock import Clock


class Sink(Protocol):
    """An output. ``send`` is called by one thread only and may block for the time of a port call."""

    @property
    def lead_ns(self) -> int:
        """How long before its due time a message is wanted: 0 for ports."""

    def pieces(self, message: bytes) -> Iterable[bytes]:
        """What ``send`` is to be called with, one after the other, for ``message``."""

    def send(self, message: bytes, due_ns: int) -> None:
        """Hand over one piece. Raises ``SendError`` when it cannot."""

    def close(self) -> None:
        """Idempotent."""


class SendError(OSError):
    """An output refused a message."""


class Delivery(NamedTuple):
    """What a recording sink was given, and when."""

    at_ns: int
    due_ns: int
    message: bytes


class RecordingSink:
    """Keeps everything in a list: tests, files, and a stage without any MIDI system."""

    def __init__(self, clock: Clock, lead_ns: int = 0, keep: bool = True) -> None:
        self.deliveries: list[Delivery] = []
        self.lead_ns = lead_ns
        self._clock = clock
        self._keep = keep

    def pieces(self, message: bytes) -> Iterable[bytes]:
        """The message whole."""
        return (message,)

    def send(self, message: bytes, due_ns: int) -> None:
        """Remember the message. One thread; never blocks."""
        if self._keep:
            self.deliveries.append(Delivery(self._clock.now_ns(), due_ns, message))

    @property
    def messages(self) -> list[bytes]:
        """The messages alone."""
        return [delivery.message for delivery in self.deliveries]

    def close(self) -> None:
        """Nothing to close."""
