"""The companion's mute: nothing that it would play reaches the stage, and it is told so note by note."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from live.stage import records as r
from live.stage.messages import is_note_off, is_note_on


class Mute:
    """Stands between a policy and the stage. Owned by the engine's thread, never blocks."""

    def __init__(self, send: Callable[..., None], *, on: bool = False) -> None:
        self._send, self.on = send, on
        self._dropped: list[r.Dropped] = []

    def send(self, *orders: r.EngineRecord) -> None:
        """Hand orders on. While it is on, no note is."""
        if self.on:
            orders = tuple(order for order in orders if not self._stops(order))
        if orders:
            self._send(*orders)

    def dropped(self) -> Iterator[r.Dropped]:
        """The note-ons that did not sound since the last look: a policy takes them as not sent."""
        while self._dropped:
            yield self._dropped.pop(0)

    def _stops(self, order: r.EngineRecord) -> bool:
        if not isinstance(order, r.Plan):
            return False
        if is_note_on(order.message):
            due, message, tag, cause, port = order
            self._dropped.append(r.Dropped(due, due, message, tag, cause, port))
            return True
        return is_note_off(order.message)
