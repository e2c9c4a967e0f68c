"""A context on the performance grid, fed with real time: ticks of 10 ms, in the order of arrival."""

from __future__ import annotations

import numpy as np

from live.engine.ear import Frame
from models.context import Context
from models.events import Event, Kind
from models.sounding import SILENT
from models.step import Network

TICK_NS = 10_000_000


class PerformanceEar:
    """What the model has heard of player and companion. Owned by one thread; blocks for the model alone.

    Times only go forward: an event that comes out of order counts as coming now, and a note lasts at
    least one tick, as in training.
    """

    shift = 0
    frame = Frame()
    tick_ns = float(TICK_NS)

    def __init__(self, network: Network, context: Context | None = None) -> None:
        self.context = context or Context(network)
        self._origin_ns: int | None = None

    def tick_at(self, ns: int) -> int:
        """The tick of a moment."""
        return round((ns - (self._origin_ns or 0)) / TICK_NS)

    snapped_at = tick_at
    """Nothing is written on this grid."""

    def ns_at(self, tick: int) -> int:
        """The moment of a tick."""
        return (self._origin_ns or 0) + tick * TICK_NS

    def strike(self, pitch: int, velocity: int, ns: int) -> int:
        """A note begins. The number of events that were heard for it."""
        self._begin(ns)
        before = self.context.heard
        tick = self._end(pitch, max(self.tick_at(ns), self.context.now))
        self.context.hear(Event(tick, Kind.ON, pitch, max(1, velocity)))
        return self.context.heard - before

    def silence(self, pitch: int, ns: int) -> None:
        """A note stops sounding."""
        self._begin(ns)
        self._end(pitch, max(self.tick_at(ns), self.context.now))

    def silence_all(self) -> None:
        """All notes have stopped sounding, whoever played them."""
        for pitch in np.flatnonzero(self.context.state.onsets[0] != SILENT):
            self._end(int(pitch), self.context.now)

    def finish_phrase(self, ns: int) -> None:
        """This grid knows no phrases."""

    def frame_now(self) -> Frame:
        """Performance models play in any key and know no beat."""
        return self.frame

    def _begin(self, ns: int) -> None:
        if self._origin_ns is None:
            self._origin_ns = ns
            self.context.hear(Event(0, Kind.START))

    def _end(self, pitch: int, tick: int) -> int:
        """End the pitch if it sounds; the tick at which it did."""
        onset = int(self.context.state.onsets[0, pitch])
        if onset == SILENT:
            return tick
        tick = max(tick, onset + 1)
        self.context.hear(Event(tick, Kind.OFF, pitch))
        return tick
