"""Which of the player's keys is the melody: the highest that is down, not what the pedal holds."""

from __future__ import annotations

from collections.abc import Mapping

from live.engine.hearing import Strike

LEGATO_NS = 200_000_000
"""A lower note becomes the melody if the higher one is let go within this."""


class Melody:
    """Follows strikes and releases; ``down`` are the keys that are down. One thread; never blocks."""

    def __init__(self, down: Mapping[int, int]) -> None:
        self._down = down
        self.pitch: int | None = None
        """The melody note that sounds; whoever takes a strike for the melody sets it."""
        self._inner: Strike | None = None

    def takes(self, strike: Strike) -> bool:
        """Whether this strike, whose key is down already, is the melody."""
        if max(self._down) > strike.pitch:
            self._inner = strike  # an inner voice of the player's own, or the next note of a legato
            return False
        self._inner = None
        return True

    def next_in_legato(self, stamp_ns: int) -> Strike | None:
        """The melody was let go: in a falling legato the next note is struck before that."""
        last = self._inner
        if last is None or not self._down or last.pitch != max(self._down):
            return None
        return last._replace(stamp_ns=stamp_ns) if stamp_ns - last.stamp_ns < LEGATO_NS else None
