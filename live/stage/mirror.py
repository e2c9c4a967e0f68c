"""What the link remembers of a stage, so that another one can take its place.

Which notes it left sounding, how its switches stood, and what was connected to it. ``ordered`` is for any
thread, the rest for the link's; nothing here blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from live.stage import records as r
from live.stage.held_notes import Key, thru_owner
from live.stage.messages import is_note_off, is_note_on
from live.stage.player import THRU_PORT
from live.stage.records import HeardFlag


class Mirror:
    """The other side's notes and switches."""

    def __init__(self) -> None:
        self._sounding: set[tuple[int, Key]] = set()
        self._connected: dict[int, tuple[str, ...]] = {}
        self._switches: dict[tuple[object, ...], r.EngineRecord] = {}

    def ordered(self, orders: Iterable[r.EngineRecord]) -> None:
        """Remember the switches among these orders."""
        for order in orders:
            match order:
                case r.SetThru():
                    if order.source == r.ALL:
                        for place in [p for p in self._switches.copy() if p[0] is r.SetThru]:
                            self._switches.pop(place, None)
                    self._switches[r.SetThru, order.source] = order
                case r.SetBlocked():
                    self._switches[r.SetBlocked, order.channel, order.controller] = order
                case r.SetLateLimit():
                    self._switches[r.SetLateLimit,] = order
                case r.SetClock():
                    self._switches[r.SetClock,] = order

    def said(self, record: r.Record) -> bool:
        """Follow what sounds and what is connected. Whether the engine is to know."""
        if isinstance(record, r.Sent):
            self._follow(record.tag, record.port, record.message)
        elif isinstance(record, r.SourceGone):
            self._keep(lambda owner, _: owner != thru_owner(record.source))
        elif isinstance(record, r.OutputGone):
            self._keep(lambda _, key: key.port != record.port)
        elif isinstance(record, r.Text):
            if record.topic == r.Topic.CONNECTED:
                self._connected[record.number] = tuple(record.text.splitlines())
                return False
        elif isinstance(record, r.Heard) and record.flags & HeardFlag.THRU:
            self._follow(thru_owner(record.source), THRU_PORT, record.message)
        return not isinstance(record, r.Heartbeat) and not r.shows_the_plan(record)

    def connections(self, ports: int) -> tuple[tuple[str, ...], ...]:
        """For each port: what was connected to it on JACK."""
        return tuple(self._connected.get(number, ()) for number in range(ports))

    def _keep(self, stays: Callable[[int, Key], bool]) -> None:
        self._sounding = {(owner, key) for owner, key in self._sounding if stays(owner, key)}

    def _follow(self, owner: int, port: int, message: bytes) -> None:
        if is_note_on(message):
            self._sounding.add((owner, Key(port, message[0] & 0x0F, message[1])))
        elif is_note_off(message):
            self._sounding.discard((owner, Key(port, message[0] & 0x0F, message[1])))

    def orders(self, again: bool = True) -> list[r.EngineRecord]:
        """What a new stage must be told first; what sounded is forgotten with it.

        ``again``: there was one before it, which may have left pedals down and notes ringing under them.
        """
        keys = sorted({key for _, key in self._sounding})
        self._sounding.clear()
        orders: list[r.EngineRecord] = [*self._switches.copy().values()]
        orders += [r.Silence(key.channel, key.pitch, key.port) for key in keys]
        if again:
            orders.append(r.Panic())
        return orders
