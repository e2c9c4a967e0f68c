"""A corpus in which the longest run that it shares with other music is found in milliseconds.

Two runs are the same when their intervals are and their rhythm is (:mod:`training.novelty.tempo`). Every
eight intervals of the corpus are packed into one number and these are sorted: 12 bytes a note. Notes of the
query look up where their first intervals stand; the hits are lengthened interval by interval, and the
longest are compared in rhythm.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.grid import Grid
from models.piece import Piece
from training.novelty.sequence import Sequence, fresh, lines
from training.novelty.tempo import Tolerance, same_rhythm

GRAM = 8
"""Intervals in one 64-bit number."""
SEEDS = (8, 5, 3, 2, 1)
"""Intervals that are looked up; fewer only where no run was found that is longer."""
_MIDDLE = 127
_BORDER = 255
"""Stands after the last note of a line, where no interval is."""


class Run(NamedTuple):
    """``notes`` notes from number ``at`` of the query on are those from number ``there`` of a line of
    ``piece`` on. ``tick`` and ``tick_there``: where they begin.
    """

    notes: int
    piece: Piece | None = None
    at: int = 0
    there: int = 0
    tick: int = 0
    tick_there: int = 0


class NoveltyIndex:
    """The lines of a corpus. Reading it changes nothing: any thread may."""

    def __init__(self, pieces: Iterable[Piece], grid: Grid) -> None:
        self.grid = grid
        self._pieces = list(pieces)
        found = [(number, line) for number, p in enumerate(self._pieces) for line in lines(p.notes, grid)]
        self._owner = np.array([number for number, _ in found], np.int32)
        sizes = np.array([len(line.pitch) for _, line in found], np.int64)
        self._begins = np.concatenate([[0], np.cumsum(sizes)])
        self._onset = np.concatenate([np.zeros(0, np.int32), *(line.onset for _, line in found)])
        self._steps = np.concatenate([np.zeros(0, np.uint8), *(_steps(line.pitch) for _, line in found)])
        grams = _grams(self._steps)
        self._order = np.argsort(grams).astype(np.int32)
        self._grams = grams[self._order]
        self._tolerance = Tolerance.of(grid)

    @property
    def notes(self) -> int:
        """Notes in the corpus."""
        return len(self._steps)

    def longest(self, query: Sequence, *, figures_once: bool = False) -> Run:
        """The longest run of a sequence that stands in the corpus.

        With ``figures_once`` the notes that only repeat the figure before them do not count.
        """
        best = Run(min(len(query.pitch), 1))
        counts = fresh(query.pitch) if figures_once else np.ones(len(query.pitch), bool)
        worth = np.concatenate([[0], np.cumsum(counts)])
        if len(query.pitch) < 2 or not self.notes:
            return best
        steps = _steps(query.pitch)
        for seed in SEEDS:
            best = self._longest(query, steps, worth, seed, best)
            if best.notes > seed:  # whatever is longer would have been met on the way
                break
        return best

    def _longest(
        self, query: Sequence, steps: NDArray[np.uint8], worth: NDArray[np.int64], seed: int, best: Run
    ) -> Run:
        """Among the runs of at least ``seed`` intervals."""
        matches = list(self._matches(steps, seed))
        if not matches:
            return best
        at, there, length = (np.concatenate(each) for each in zip(*matches, strict=True))
        at_most = worth[at + length + 1] - worth[at]
        for index in np.argsort(-at_most, kind="stable").tolist():
            if at_most[index] <= best.notes:
                break
            i, j, count = int(at[index]), int(there[index]), int(length[index])
            own = np.diff(query.onset[i : i + count + 1])
            others = np.diff(self._onset[j : j + count + 1])
            stretch = same_rhythm(own, others, self._tolerance, worth[i : i + count + 2])
            first, last = i + stretch.first, i + stretch.first + stretch.gaps
            if worth[last + 1] - worth[first] > best.notes:
                best = self._run(query, first, j + stretch.first, int(worth[last + 1] - worth[first]))
        return best

    def _run(self, query: Sequence, at: int, there: int, notes: int) -> Run:
        line = int(np.searchsorted(self._begins, there, side="right")) - 1
        place = there - int(self._begins[line])
        piece = self._pieces[self._owner[line]]
        return Run(notes, piece, at, place, int(query.onset[at]), int(self._onset[there]))

    def _matches(
        self, steps: NDArray[np.uint8], seed: int
    ) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]]:
        """Places in the query, places in the corpus and lengths of all matches of intervals.

        Only where they begin: a match that could begin one note earlier is found there.
        """
        grams = _grams(steps)[: max(0, len(steps) - seed)]
        rest = np.uint64(64 - 8 * seed)
        low = (grams >> rest) << rest
        high = low | ((np.uint64(1) << rest) - np.uint64(1))
        first = np.searchsorted(self._grams, low, side="left")
        last = np.searchsorted(self._grams, high, side="right")
        for at in np.flatnonzero(last > first).tolist():
            there = self._order[first[at] : last[at]].astype(np.int64)
            if at:
                there = there[(there == 0) | (self._steps[there - 1] != steps[at - 1])]
            if len(there):
                yield np.full(len(there), at), there, self._lengths(steps, at, there, seed)

    def _lengths(
        self, steps: NDArray[np.uint8], at: int, there: NDArray[np.int64], seed: int
    ) -> NDArray[np.int64]:
        """How many intervals agree from each place on."""
        found = np.full(len(there), seed, np.int64)
        alive = np.arange(len(there))
        length = seed
        while len(alive) and at + length < len(steps) - 1:
            alive = alive[self._steps[there[alive] + length] == steps[at + length]]
            length += 1
            found[alive] = length
        return found


def _steps(pitch: NDArray[np.int16]) -> NDArray[np.uint8]:
    """``[n]``: the interval after each note, and the border after the last."""
    found = np.full(len(pitch), _BORDER, np.uint8)
    found[:-1] = np.clip(np.diff(pitch), -_MIDDLE, _MIDDLE) + _MIDDLE
    return found


def _grams(steps: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """``[n]``: the next :data:`GRAM` intervals from each note on as one number, the first in front."""
    padded = np.concatenate([steps, np.full(GRAM, _BORDER, np.uint8)])
    found = np.zeros(len(steps), np.uint64)
    for place in range(GRAM):
        found = (found << np.uint64(8)) | padded[place : place + len(steps)].astype(np.uint64)
    return found
