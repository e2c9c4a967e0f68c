"""Who holds which key, so that no note is stuck and none is cut.

Keys are counted per (port, channel, pitch) across thru and companion. Each source of thru and each
tag of the engine is an owner: a second owner sends no second note-on, the last one sends the
note-off. Pedals that hold notes are kept here too. One thread only; nothing here blocks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from live.stage import messages


class Key(NamedTuple):
    """One key of one channel of one output."""

    port: int
    channel: int
    pitch: int


class Pedal(NamedTuple):
    """One holding pedal of one channel of one output."""

    port: int
    channel: int
    controller: int


def thru_owner(source: int) -> int:
    """The owner that stands for thru of an input. Tags of the engine are 0 and above."""
    return -1 - source


def is_thru(owner: int) -> bool:
    """Whether an owner is thru of some input."""
    return owner < 0


class HeldNotes:
    """The ledger of what sounds because of whom."""

    def __init__(self) -> None:
        self._owners: dict[Key, set[int]] = {}
        self._pedals: set[Pedal] = set()

    def __len__(self) -> int:
        """How many keys sound."""
        return len(self._owners)

    def holds(self, key: Key, owner: int) -> bool:
        """Whether ``owner`` holds ``key``."""
        return owner in self._owners.get(key, ())

    def sounds(self, key: Key) -> bool:
        """Whether anybody holds ``key``."""
        return key in self._owners

    def press(self, key: Key, owner: int) -> bool:
        """``owner`` strikes ``key``. True: put the note-on on the wire."""
        owners = self._owners.setdefault(key, set())
        first = not owners or owner in owners
        owners.add(owner)
        return first

    def release(self, key: Key, owner: int) -> bool:
        """``owner`` lets go of ``key``. True: it was the last one, put the note-off on the wire."""
        owners = self._owners.get(key)
        if owners is None or owner not in owners:
            return False
        owners.discard(owner)
        if owners:
            return False
        del self._owners[key]
        return True

    def held_by(self, wanted: Callable[[int], bool]) -> list[tuple[Key, int]]:
        """Every (key, owner) whose owner is ``wanted``, in the order of keys."""
        return sorted(
            (key, owner) for key, owners in self._owners.items() for owner in owners if wanted(owner)
        )

    def companion_on(self, port: int, channel: int) -> bool:
        """Whether the engine holds any key of this channel."""
        return any(
            key.port == port and key.channel == channel and not all(map(is_thru, owners))
            for key, owners in self._owners.items()
        )

    def move_pedal(self, pedal: Pedal, value: int) -> None:
        """A holding pedal was sent: from 64 it is down."""
        if pedal.controller in messages.HOLDING_PEDALS:
            if value >= 64:
                self._pedals.add(pedal)
            else:
                self._pedals.discard(pedal)

    def pedal_is_down(self, pedal: Pedal) -> bool:
        """Whether the pedal was left down on the wire."""
        return pedal in self._pedals

    def pedals(self) -> list[Pedal]:
        """The pedals that are down on the wire."""
        return sorted(self._pedals)
