"""A stretch of music that is looked at: what was played to a passage, or what the real piece does there."""

from __future__ import annotations

from dataclasses import dataclass

from models.convert import NoteArray
from models.grid import Grid
from models.meter import Meter
from training.listening.passages import Passage
from training.listening.samples import Sample


@dataclass(frozen=True)
class Excerpt:
    """``notes`` from tick ``start`` to ``end``, after those of ``before``. ``mode``: of a score in C major or
    A minor, "" of a performance. ``phrases``: where phrases end, before and after ``start``, in order.
    ``ended``: the last note is the end of the piece.
    """

    piece: str
    grid: Grid
    notes: NoteArray
    before: NoteArray
    start: int
    end: int
    mode: str
    meters: list[Meter]
    phrases: list[int]
    ended: bool

    @property
    def ticks(self) -> int:
        """Its length."""
        return max(1, self.end - self.start)

    @property
    def units(self) -> float:
        """Its length in quarters (scores) or seconds (performances)."""
        return self.ticks / (24 if self.grid.monophonic else 100)


def real_excerpt(passage: Passage, grid: Grid) -> Excerpt:
    """What the piece does."""
    return Excerpt(
        passage.piece.name, grid, passage.real, _before(passage), passage.start, passage.end,
        passage.piece.mode, passage.piece.meters, sorted(map(int, passage.piece.phrases)), ended=True,
    )  # fmt: skip


def played_excerpt(passage: Passage, sample: Sample, grid: Grid) -> Excerpt:
    """What a model did."""
    notes = sample.notes
    phrases = sorted({*map(int, passage.given.phrases), *sample.phrases})
    end = passage.end
    if grid.monophonic and not passage.voices:  # as long as it chose to be
        end = int((notes[:, 0] + notes[:, 3]).max(initial=passage.start + 1))
    return Excerpt(
        passage.piece.name, grid, notes, _before(passage), passage.start, end,
        passage.piece.mode, passage.piece.meters, phrases, sample.ended,
    )  # fmt: skip


def _before(passage: Passage) -> NoteArray:
    """What went before; of a melody that goes beside, nothing."""
    return passage.given.notes[:0] if passage.voices else passage.given.notes
