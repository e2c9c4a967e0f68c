"""The way of the companion's voices to the synth: channel, pitch, velocity and program of each.

A route is looked up when a note begins and never again for it: its note-off goes where its note-on went,
whatever is changed between. One :class:`Routing` for all modes. Engine thread only; nothing here blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from live.engine.curves import shaped
from live.engine.expression import Expressions
from live.engine.orders import Orders
from live.stage import records as r

NO_PROGRAM, NO_BANK = 0, -1
_BANK_HIGH, _BANK_LOW = 0, 32


class Place(NamedTuple):
    """Where a note was sent: MIDI channel (0-15) and pitch."""

    channel: int
    pitch: int


class Route(NamedTuple):
    """One voice. ``channel`` 0-15; ``program`` 1-128 as musicians count, ``bank`` 0-16383."""

    channel: int
    transpose: int = 0
    low: int = 0
    high: int = 127
    curve: str = "linear"
    velocity: int = 100
    """For the curve ``fixed`` alone."""
    program: int = NO_PROGRAM
    bank: int = NO_BANK
    mute: bool = False

    def pitch(self, pitch: int) -> int | None:
        """The pitch on the wire; None where the range is too narrow to have it in any octave, and for a voice
        that is mute."""
        if self.mute:
            return None
        return folded(pitch + self.transpose, *sorted((self.low, self.high)))

    def place(self, pitch: int) -> Place | None:
        """Where the pitch goes, if anywhere."""
        found = self.pitch(pitch)
        return None if found is None else Place(self.channel, found)

    def loudness(self, velocity: int) -> int:
        """The velocity on the wire."""
        return shaped(velocity, self.curve, self.velocity)

    def select(self) -> list[bytes]:
        """The messages that choose its program."""
        messages = []
        if self.bank != NO_BANK:
            messages.append(bytes((0xB0 | self.channel, _BANK_HIGH, self.bank >> 7)))
            messages.append(bytes((0xB0 | self.channel, _BANK_LOW, self.bank & 0x7F)))
        messages.append(bytes((0xC0 | self.channel, self.program - 1)))
        return messages


def folded(pitch: int, low: int, high: int) -> int | None:
    """The pitch, moved by the fewest octaves into ``low`` to ``high``; None where none of them lies there."""
    if pitch < low:
        pitch += (low - pitch + 11) // 12 * 12
    elif pitch > high:
        pitch -= (pitch - high + 11) // 12 * 12
    return pitch if low <= pitch <= high else None


class Routing:
    """Routes of all voices as they are now, and what their channels were told."""

    def __init__(self, send: Orders, routes: Callable[[], tuple[Route, ...]]) -> None:
        self._send, self._routes = send, routes
        self._told: dict[int, Route] = {}
        self._expressions = Expressions()

    def route(self, voice: int) -> Route:
        """The route of a note that begins now; voices count from 1."""
        routes = self._routes()
        return routes[(voice - 1) % len(routes)]

    def take_up(self, now_ns: int) -> None:
        """The synth may know nothing: at start, and when it came back."""
        self._told.clear()
        self.follow(now_ns)

    def follow(self, now_ns: int) -> None:
        """Settings may have changed: channels that are new, or whose program is another, are told."""
        before, self._told = self._told, _programs(self._routes())
        messages = [
            message
            for channel, route in self._told.items()
            if _choice(route) != _choice(before.get(channel))
            for message in route.select()
        ]
        messages += self._expressions.for_new(self._channels())
        self._in_order(messages, now_ns)

    def express(self, message: bytes, now_ns: int) -> None:
        """Bend, pressure or a controller of the player on every channel of the companion."""
        self._send_all(self._expressions.spread(message, self._channels()), now_ns)

    def _channels(self) -> list[int]:
        return list(dict.fromkeys(route.channel for route in self._routes()))

    def _send_all(self, messages: list[bytes], now_ns: int) -> None:
        for message in messages:
            self._send(r.Plan(now_ns, message, tag=0))

    def _in_order(self, messages: list[bytes], now_ns: int) -> None:
        """The stage keeps an order that times tell: bank before program."""
        for place, message in enumerate(messages):
            self._send(r.Plan(now_ns + place, message, tag=0))


def _programs(routes: tuple[Route, ...]) -> dict[int, Route]:
    """Channel -> the first voice there that names a program."""
    found: dict[int, Route] = {}
    for route in routes:
        if route.program != NO_PROGRAM:
            found.setdefault(route.channel, route)
    return found


def _choice(route: Route | None) -> tuple[int, int] | None:
    return None if route is None else (route.bank, route.program)
