"""Whether a message of an input goes straight to the output: byte for byte, before anything else.

Only the decision is made here; :mod:`live.stage.performer` sends. One thread; nothing here blocks.
"""

from __future__ import annotations

from collections.abc import Iterable

from live.stage.guards import FloodGuard
from live.stage.messages import CLOCK
from live.stage.records import ALL, SetBlocked, SetThru


class Thru:
    """Thru of each source, channels and controllers that are kept out, and the flood guard."""

    def __init__(self, sources_on: Iterable[bool] = ()) -> None:
        self._on = list(sources_on)
        self._blocked: set[tuple[int, int]] = set()
        self._flood = FloodGuard()
        self.no_clock = False
        """We send a clock of our own: another one beside it would double it."""
        self.muted = False
        """The flood guard has tripped; thru stays mute until it is switched on again."""

    def switch(self, order: SetThru) -> None:
        """Thru of one source, or of all of them, on or off."""
        for source in range(len(self._on)):
            if order.source in (ALL, source):
                self._on[source] = order.on
        if order.on:
            self.muted = False
            self._flood.reset()

    def block(self, order: SetBlocked) -> None:
        """Keep a channel, or one controller of it, out of thru; or let it in again."""
        place = (order.channel, order.controller)
        if order.blocked:
            self._blocked.add(place)
        else:
            self._blocked.discard(place)

    def passes(self, source: int, message: bytes) -> bool:
        """Whether thru is open for this message."""
        if self.muted or source >= len(self._on) or not self._on[source]:
            return False
        if self.no_clock and message[0] in CLOCK:
            return False
        return not (self._blocked and self._is_blocked(message))

    def _is_blocked(self, message: bytes) -> bool:
        if message[0] >= 0xF0:
            return False
        channel = message[0] & 0x0F
        return (channel, ALL) in self._blocked or (
            message[0] & 0xF0 == 0xB0 and (channel, message[1]) in self._blocked
        )

    def floods(self, message: bytes, now_ns: int) -> bool:
        """Count a message that passes. True once, when it was one too many and thru is now mute."""
        if self._flood.trips(message, now_ns):
            self.muted = True
            return True
        return False
