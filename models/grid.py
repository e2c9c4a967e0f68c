"""The two grids on which events live, and the bins through which a network sees time and loudness.

Performance grid: 10 ms ticks, one polyphonic voice, true order of arrival.
Score grid: 24 ticks per quarter, monophonic voices, in which an ``on`` ends the voice's note.
(24 ticks hold every one of the 370 chorales and all but a few Essen tunes; 12 do not.)
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

GridName = Literal["performance", "score"]

TICKS_PER_QUARTER = 24
TICK_SECONDS = 0.01
VELOCITY_BINS = 32


@dataclass(frozen=True)
class Grid:
    """A grid: how long a tick is and how waiting times fall into bins.

    ``exact_ticks``: waits of 0 .. exact_ticks have a bin each; ``log_bins`` more cover the rest up to
    ``longest_wait`` ticks, spaced evenly in the logarithm. Longer waits count as the last bin.
    """

    name: GridName
    exact_ticks: int
    log_bins: int
    longest_wait: int
    monophonic: bool
    has_velocity: bool

    @property
    def time_bins(self) -> int:
        """The number of bins for waiting times."""
        return self.exact_ticks + 1 + self.log_bins

    @cached_property
    def bin_edges(self) -> NDArray[np.int64]:
        """``[time_bins + 1]``: bin b holds the waits ``edges[b] .. edges[b + 1] - 1`` ticks."""
        first = self.exact_ticks + 1
        wide = np.geomspace(first, self.longest_wait + 1, self.log_bins + 1).round()
        return np.concatenate([np.arange(first), wide]).astype(np.int64)

    @cached_property
    def bin_widths(self) -> NDArray[np.int64]:
        """``[time_bins]``: ticks in each bin; a likelihood adds their logarithm."""
        return np.diff(self.bin_edges)

    def bin_of(self, wait: int) -> int:
        """The bin of one wait (the same as :meth:`time_bin`, quick for a single one)."""
        if wait <= self.exact_ticks:
            return max(0, wait)
        return min(bisect_right(self._edges, wait) - 1, self.time_bins - 1)

    @cached_property
    def _edges(self) -> list[int]:
        return [int(edge) for edge in self.bin_edges]

    def time_bin(self, wait: NDArray[np.int32] | int) -> NDArray[np.int64]:
        """The bin of a wait in ticks (arrays of any shape)."""
        found = np.searchsorted(self.bin_edges, wait, side="right") - 1
        return np.clip(found, 0, self.time_bins - 1)


PERFORMANCE = Grid(
    "performance",
    exact_ticks=100,
    log_bins=27,
    longest_wait=6000,
    monophonic=False,
    has_velocity=True,
)
SCORE = Grid("score", exact_ticks=192, log_bins=15, longest_wait=1536, monophonic=True, has_velocity=False)
GRIDS: dict[GridName, Grid] = {grid.name: grid for grid in (PERFORMANCE, SCORE)}


def velocity_bin(velocity: NDArray[np.int32] | int) -> NDArray[np.int64]:
    """MIDI velocity 1..127 to one of 32 bins, as in Performance RNN (Oore et al. 2018)."""
    return np.clip(np.asarray(velocity, np.int64) - 1, 0, 126) // 4


def velocity_of_bin(index: int) -> int:
    """The middle MIDI velocity of a bin (1..127)."""
    return min(127, index * 4 + 3)
