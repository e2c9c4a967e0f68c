"""An RtMidi output on JACK: waits for room where RtMidi would spin, and cuts what is too long for its ring.

Between us and JACK's process thread RtMidi has a ring of 16 KiB, emptied once a period. A message that is
longer it drops without a word; when the ring is full it spins, holding the GIL. And a JACK port takes about
2,700 events a period; what is more RtMidi drops.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from live.stage.clock import SECOND, Clock
from live.stage.midi_out import RtMidiSink

RING_BYTES = 16_000
"""What may wait in the ring; a little less than it holds."""
_HEAD_BYTES = 4
"""RtMidi's, before each message."""
_LEAST_BYTES = 7
"""What a message counts as at least, so that 16,000 bytes are no more events than a port takes."""
_LONGEST = RING_BYTES - _HEAD_BYTES
_PIECE = 3
"""Bytes of each further piece of a long message: RtMidi takes no more without a status byte."""
_UNKNOWN_PERIOD_NS = SECOND // 40


class JackSink(RtMidiSink):
    """One open output port on JACK. Only the sender's thread calls ``send``."""

    def __init__(
        self,
        midi_out: Any,
        clock: Clock,
        sleep: Callable[[float], object] = time.sleep,
        *,
        optional: bool = False,
    ) -> None:
        super().__init__(midi_out, optional=optional)
        self.period_ns = _UNKNOWN_PERIOD_NS
        """How often JACK empties the ring. Set before notes are played."""
        self._clock, self._sleep = clock, sleep
        self._begin_ns = 0
        self._before = self._now = 0
        """Bytes put into the ring in the period before this one, and in this one."""

    def pieces(self, message: bytes) -> Iterator[bytes]:
        """A system exclusive message of more than 16 KB: receivers join its pieces, as they do on a wire."""
        yield message[:_LONGEST]
        for first in range(_LONGEST, len(message), _PIECE):
            yield message[first : first + _PIECE]

    def send(self, message: bytes, due_ns: int) -> None:
        """Put ``message`` into the ring; blocks for up to a period when that is full."""
        self._wait_for_room(max(_LEAST_BYTES, len(message) + _HEAD_BYTES))
        super().send(message, due_ns)

    def _wait_for_room(self, size: int) -> None:
        now = self._clock.now_ns()
        if now - self._begin_ns >= self.period_ns:
            self._before = self._now if now - self._begin_ns < 2 * self.period_ns else 0
            self._begin_ns, self._now = now, 0
        waiting = self._before + self._now
        if waiting and waiting + size > RING_BYTES:
            self._sleep(self.period_ns / SECOND)
            self._begin_ns, self._before, self._now = self._clock.now_ns(), 0, 0
        self._now += size
