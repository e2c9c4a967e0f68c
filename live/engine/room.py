"""Where there is room beside the player: the widest part of the keyboard in which he does not play.

Where he plays is known from his last strikes, the older the less, and from the keys that he holds. A single
note far away is no register yet, two are. So he takes room at once and gives it back slowly.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from live.stage.clock import MILLISECOND

REMEMBERED = 32
"""Strikes of the player."""
FADING_NS = 5_000 * MILLISECOND
"""After this a strike counts a third."""
NEAR = 7
"""Semitones: notes not farther apart than a fifth are in one hand."""
APART = 2
"""Semitones that are left between the two."""
SOME = 0.12
"""Of all strikes must lie near a pitch for it to be in his register: with ten, one does not."""
LOWEST, HIGHEST = 33, 93
"""Where a companion is at home (A1 to A6): how wide the room is on either side is measured inside."""
STAYING = 9
"""Semitones by which another room must be wider, to be gone to."""
NARROWEST = 5
"""Semitones; below that there is no room."""


class Band(NamedTuple):
    """Pitches from ``low`` to ``high``, both in it."""

    low: int
    high: int

    def __contains__(self, pitch: object) -> bool:
        return isinstance(pitch, int) and self.low <= pitch <= self.high

    @property
    def middle(self) -> float:
        """Its middle."""
        return (self.low + self.high) / 2


class Room:
    """Owned by the engine's thread; never blocks. ``low`` to ``high``: what the model's instrument has."""

    def __init__(self, low: int, high: int) -> None:
        self._low, self._high = low, high
        self._strikes: deque[tuple[int, int]] = deque(maxlen=REMEMBERED)
        self._band: Band | None = None

    def strike(self, ns: int, pitch: int) -> None:
        """The player has struck this."""
        self._strikes.append((ns, pitch))

    def band(self, held: Iterable[int] = ()) -> Band | None:
        """Where the companion may be, beside the keys that are ``held`` too; None: nowhere, or nobody has
        played yet. A room that is as good as another is not left.
        """
        gaps = self._gaps([*held])
        self._band = max(gaps, key=self._worth, default=None)
        return self._band

    def _gaps(self, held: list[int]) -> list[Band]:
        if not self._strikes:
            return []
        used = sorted(self._register(held))
        gaps, low = [], self._low
        for pitch in used:
            if pitch - APART - low >= NARROWEST:
                gaps.append(Band(low, min(pitch - APART - 1, self._high)))
            low = max(low, pitch + APART + 1)
        if self._high - low + 1 >= NARROWEST:
            gaps.append(Band(low, self._high))
        return [gap for gap in gaps if _inside(gap) >= NARROWEST]

    def _register(self, held: list[int]) -> set[int]:
        """Pitches in or near which the player plays."""
        newest_ns = self._strikes[-1][0]
        weights = [(pitch, math.exp((ns - newest_ns) / FADING_NS)) for ns, pitch in self._strikes]
        weights += [(pitch, 1.0) for pitch in held if pitch not in {pitch for _, pitch in self._strikes}]
        least = SOME * sum(weight for _, weight in weights)
        found = set()
        for pitch, _ in weights:
            if sum(weight for other, weight in weights if abs(other - pitch) <= NEAR) >= least:
                found.add(pitch)
        return found

    def _worth(self, gap: Band) -> int:
        stays = self._band is not None and gap.low <= self._band.middle <= gap.high
        return _inside(gap) + (STAYING if stays else 0)


def _inside(gap: Band) -> int:
    """Its width between :data:`LOWEST` and :data:`HIGHEST`."""
    return min(gap.high, HIGHEST) - max(gap.low, LOWEST) + 1
