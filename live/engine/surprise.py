"""How surprising player and companion are to the model, in bits per note, as means over the last notes.

What the companion costs is known when it is chosen. What the player costs is asked for a moment after the
harmony has been sent, and never before: it changes nothing that is played.
"""

from __future__ import annotations

import math
from collections import deque

from models.context import Context
from models.events import Kind
from models.hindsight import Past, nats_of
from models.step import Network
from models.surprise import Course, Spending

AFTER_NS = 3_000_000
"""So long after an event of the player the model is asked about it, when nothing else waits."""
AT_ONCE = 4
"""Events of one call of the heads: 0.3 to 0.5 ms, so that no strike waits long."""
MOST_WAITING = 256


class Surprise:
    """The figures of one session. Owned by the engine's thread; ``state`` is for any thread."""

    def __init__(self) -> None:
        self.companion = Spending()
        self._player = Course(0.0)
        self._network: Network | None = None
        self._waiting: deque[Past] = deque(maxlen=MOST_WAITING)
        self.wake_at_ns: int | None = None

    def begin(self, network: Network | None) -> None:
        """Another model listens and plays from now on."""
        self._network = network
        self.companion.begin(None if network is None else network.manifest.figures.nats_per_note)
        self._player = Course(0.0)
        self._waiting.clear()
        self.wake_at_ns = None

    def heard(self, context: Context, before: int, now_ns: int, count: int | None = None) -> None:
        """The player's are the first ``count`` events that ``context`` heard after the first ``before``.

        None: all of the given voice. Takes 0.02 ms: call it when everything has been sent.
        """
        self._waiting.extend(each for each in context.since(before)[:count] if each.event.voice == 0)
        if self._waiting and self.wake_at_ns is None:
            self.wake_at_ns = now_ns + AFTER_NS

    def wake(self, now_ns: int) -> None:
        """Ask the model about some of what waits; blocks for that alone."""
        self.wake_at_ns = None
        asked = [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]
        if self._network is None or not asked:
            return
        if self._waiting:
            self.wake_at_ns = now_ns
        for past, nats in zip(asked, nats_of(self._network, asked).tolist(), strict=True):
            if math.isfinite(nats):  # what its rules forbid, a model has no opinion of
                self._player = self._player.said(nats, 0.0, 0.0, note=past.event.kind == Kind.ON)

    def state(self) -> dict[str, float | None]:
        """Bits per note of the last notes; None before the first. Any thread, never blocks."""
        return {"player": _rounded(self._player.bits), "companion": _rounded(self.companion.course.bits)}


def _rounded(bits: float | None) -> float | None:
    return None if bits is None else round(bits, 2)
