"""Bends, pressure and controllers of the player on the companion's channels.

A channel that was bent is followed until the bend is back at rest, even if no voice plays there any more;
a channel that a voice takes up is told what is not at rest. Engine thread only; nothing here blocks.
"""

from __future__ import annotations

from collections.abc import Iterable

RESTS: dict[tuple[int, int | None], bytes] = {
    (0xB0, 1): b"\x00",
    (0xB0, 11): b"\x7f",
    (0xB0, 64): b"\x00",
    (0xD0, None): b"\x00",
    (0xE0, None): b"\x00\x40",
}
"""Status and controller -> the value at which it does nothing: the whole rest of the message."""

Kind = tuple[int, int | None]


def kind_of(message: bytes) -> Kind:
    """What a message moves: its status, and its controller or key where it has one."""
    status = message[0] & 0xF0
    return status, message[1] if status in (0xA0, 0xB0) else None


def can_rest(kind: Kind) -> bool:
    """Whether it is something that a player holds and lets go."""
    return kind in RESTS or kind[0] == 0xA0


def value_of(message: bytes) -> bytes:
    """What it is moved to: the bytes after status and controller or key."""
    return message[1:] if kind_of(message)[1] is None else message[2:]


def is_at_rest(message: bytes) -> bool:
    """Whether the message moves something to where it does nothing."""
    status, number = kind_of(message)
    if (status, number) == (0xB0, 64):
        return message[2] < 64
    return value_of(message) == RESTS.get((status, number), b"\x00")


def at_rest(channel: int, kind: Kind) -> bytes:
    """The message that moves something back to rest."""
    status, number = kind
    return bytes((status | channel, *(() if number is None else (number,)), *RESTS.get(kind, b"\x00")))


class Expressions:
    """What the companion's channels were told and where it stands."""

    def __init__(self) -> None:
        self._last: dict[Kind, bytes] = {}
        self._away: set[tuple[int, Kind]] = set()

    def spread(self, message: bytes, channels: Iterable[int]) -> list[bytes]:
        """The player's message for ``channels``, and for those that still stand where it put them."""
        kind, resting = kind_of(message), is_at_rest(message)
        known = sorted(channel for channel, other in self._away if other == kind)
        targets = list(dict.fromkeys([*channels, *known]))
        if resting:
            self._last.pop(kind, None)
            self._away.difference_update((channel, kind) for channel in targets)
        else:
            self._last[kind] = message
            self._away.update((channel, kind) for channel in targets)
        return [_on_channel(message, channel) for channel in targets]

    def for_new(self, channels: Iterable[int]) -> list[bytes]:
        """What channels that are taken up now must be told."""
        found = []
        for kind, message in self._last.items():
            for channel in channels:
                if (channel, kind) not in self._away:
                    self._away.add((channel, kind))
                    found.append(_on_channel(message, channel))
        return found


def _on_channel(message: bytes, channel: int) -> bytes:
    return bytes((message[0] & 0xF0 | channel, *message[1:]))
