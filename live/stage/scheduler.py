"""A heap of dated messages. It neither waits nor sends; one thread only, nothing here blocks.

The order in which messages come out depends on what they are, never on when they were put in: by the
time at which they are handed over, then the port (what only shows the plan waits for the music), then
note-offs, then others, then note-ons, then their bytes.
Messages that must keep an order of their own (a registered parameter) are dated a nanosecond apart.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import NamedTuple

from live.stage.messages import is_note_off, is_note_on
from live.stage.records import ALL, Cancel, CancelMode, Plan

_OFF, _OTHER, _ON = range(3)


class _Entry(NamedTuple):
    """A plan in the heap; compared field by field."""

    at_ns: int
    port: int
    rank: int
    plan: Plan


def _rank(message: bytes) -> int:
    if is_note_on(message):
        return _ON
    return _OFF if is_note_off(message) else _OTHER


class Scheduler:
    """What is planned and not yet sent."""

    def __init__(self) -> None:
        self._heap: list[_Entry] = []

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, plan: Plan, lead_ns: int = 0) -> None:
        """Plan a message, to be handed over ``lead_ns`` before it is due."""
        heapq.heappush(self._heap, _Entry(plan.due_ns - lead_ns, plan.port, _rank(plan.message), plan))

    def next_ns(self) -> int | None:
        """When the next message is to be handed over; None when there is none."""
        return self._heap[0].at_ns if self._heap else None

    def pop(self, now_ns: int) -> Plan | None:
        """The next message whose time has come; None when there is none."""
        if self._heap and self._heap[0].at_ns <= now_ns:
            return heapq.heappop(self._heap).plan
        return None

    def cancel(self, order: Cancel, sounds: Callable[[Plan], bool]) -> int:
        """Take back what ``order`` names; ``sounds`` tells whether a note-off's note sounds.

        Returns how many messages will not come.
        """

        def goes(entry: _Entry) -> bool:
            if not _named(order, entry.plan):
                return False
            if order.mode is CancelMode.KEEP:
                return entry.rank == _OFF
            if order.mode is CancelMode.LET_RING:
                return entry.rank != _OFF or not sounds(entry.plan)
            return True

        return self._drop(goes)

    def clear(self) -> int:
        """Take everything back. Returns how many messages that were."""
        return self._drop(lambda _: True)

    def _drop(self, goes: Callable[[_Entry], bool]) -> int:
        kept = [entry for entry in self._heap if not goes(entry)]
        dropped = len(self._heap) - len(kept)
        if dropped:
            heapq.heapify(kept)
            self._heap = kept
        return dropped


def _named(order: Cancel, plan: Plan) -> bool:
    """Whether a cancel order means this plan."""
    if plan.tag != order.tag:
        return False
    if order.channel != ALL and plan.message[0] & 0x0F != order.channel:
        return False
    return order.pitch == ALL or (len(plan.message) > 1 and plan.message[1] == order.pitch)
