"""Whether two passages have the same rhythm: one is the other, played so many times as fast throughout.

On the score grid exactly. Nobody plays twice alike: on the performance grid each gap between onsets may miss
that by a quarter or by 30 ms. With that, 20 seconds of one pianist share a run of 25 notes with another's
performance of the same piece (median of 170 compositions that stand twice in MAESTRO's training split), and
one of 9 with all of the training split when the piece does not stand there.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.grid import Grid

FASTEST = 2.0
"""Half to double tempo: a tune that is noted in other note values is still the same tune."""


class Tolerance(NamedTuple):
    """How far a gap may be off, in ``ticks`` or as a ``share`` of itself, whichever is more."""

    ticks: float
    share: float

    @classmethod
    def of(cls, grid: Grid) -> Tolerance:
        """Exact for scores."""
        return cls(0.0, 0.0) if grid.monophonic else cls(3.0, 0.25)


class Stretch(NamedTuple):
    """Gaps ``first`` to ``first + gaps - 1`` have the same rhythm."""

    first: int
    gaps: int


def same_rhythm(
    one: NDArray[np.int32],
    other: NDArray[np.int32],
    tolerance: Tolerance,
    worth: NDArray[np.int64] | None = None,
) -> Stretch:
    """The longest stretch of gaps ``[n]`` (ticks) in which ``one`` times some factor is ``other``.

    With ``worth`` ``[n + 2]``, running sums of what the ``n + 1`` notes are worth, the stretch that is worth
    most. A gap of 0 (notes of one chord) is the same as 0 alone.
    """
    slack = np.maximum(tolerance.ticks, tolerance.share * other) + 1e-9
    divisor = np.maximum(one, 1)
    low = np.where(one > 0, (other - slack) / divisor, 1 / FASTEST)
    high = np.where(one > 0, (other + slack) / divisor, FASTEST)
    low, high = np.maximum(low, 1 / FASTEST - 1e-9), np.minimum(high, FASTEST + 1e-9)
    high = np.where((one > 0) == (other > 0), high, -1.0)  # a chord is no arpeggio
    if low.max(initial=0.0) <= high.min(initial=np.inf):
        return Stretch(0, len(one))
    sums = np.arange(len(one) + 2) if worth is None else worth
    return _best(low.tolist(), high.tolist(), sums.tolist())


def _best(low: list[float], high: list[float], sums: list[int]) -> Stretch:
    """The stretch worth most whose intervals ``low`` to ``high`` have a number in common."""
    best, most = Stretch(0, 0), sums[1] - sums[0]
    first = 0
    lows: deque[int] = deque()  # indices of falling lows: the first is the greatest of the stretch
    highs: deque[int] = deque()
    for last in range(len(low)):
        while lows and low[lows[-1]] <= low[last]:
            lows.pop()
        while highs and high[highs[-1]] >= high[last]:
            highs.pop()
        lows.append(last)
        highs.append(last)
        while first <= last and low[lows[0]] > high[highs[0]]:
            first += 1
            if lows[0] < first:
                lows.popleft()
            if highs[0] < first:
                highs.popleft()
            if not lows or not highs:
                break
        if first <= last and sums[last + 2] - sums[first] > most:
            best, most = Stretch(first, last - first + 1), sums[last + 2] - sums[first]
    return best
