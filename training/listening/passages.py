"""Passages of held-out pieces: what a model is given, and what the piece really does there."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from models.convert import NoteArray
from models.grid import Grid
from models.piece import Piece

SECONDS = 20
"""Of a performance are given, and as many are to be played."""
LEAST_NOTES = 8
"""A shorter rest of a tune says nothing."""


@dataclass(frozen=True)
class Passage:
    """Number ``number`` of a series. ``piece`` is known up to tick ``start``; the real music goes on to
    ``end``. ``given`` is what a model hears; it may play up to ``limit``.

    With ``voices`` the melody is given and the other voices are to be played, from start to end.
    """

    number: int
    piece: Piece
    given: Piece
    start: int
    end: int
    limit: int
    voices: int = 0

    @property
    def real(self) -> NoteArray:
        """What the piece does: ``[n, 5]``, nothing beyond ``end``."""
        notes = self.piece.notes
        if self.voices:
            return at_strikes(notes)
        own = notes[(notes[:, 0] >= self.start) & (notes[:, 0] < self.end)].copy()
        own[:, 3] = np.minimum(own[:, 3], self.end - own[:, 0])
        return own


def at_strikes(notes: NoteArray) -> NoteArray:
    """The voices under a melody (voice 0) as they are where it strikes: what they do between is left out, as
    it must be by a model that is live. A note begins where the pitch is new or struck anew.
    """
    strikes = np.unique(notes[notes[:, 4] == 0, 0])
    found: list[tuple[float, ...]] = []
    for voice in np.unique(notes[notes[:, 4] > 0, 4]).tolist():
        own = notes[notes[:, 4] == voice]
        own = own[np.argsort(own[:, 0], kind="stable")]
        at = np.searchsorted(own[:, 0], strikes, side="right") - 1
        here = own[np.maximum(at, 0)]
        end = here[:, 0] + here[:, 3]
        sounds = (at >= 0) & (end > strikes)
        before: float | None = None
        for index in range(len(strikes)):
            strike, pitch = float(strikes[index]), float(here[index, 1])
            until = strikes[index + 1] if index + 1 < len(strikes) else end[index]
            if not sounds[index]:
                before = None
            elif pitch == before and here[index, 0] < strike:
                onset, *rest, length, _ = found[-1]
                found[-1] = (onset, *rest, length + float(until) - strike, voice)
            else:
                found.append((strike, pitch, float(here[index, 2]), float(until) - strike, voice))
            before = pitch if sounds[index] else None
    return np.array(found, float).reshape(-1, 5)


Cut = Callable[[Piece, int, np.random.Generator], Passage | None]


def passages(pieces: Sequence[Piece], grid: Grid, voices: int, count: int, seed: int) -> list[Passage]:
    """``count`` passages, all pieces alike often, in an order drawn by ``seed``.

    The first ones do not depend on how many there are. Fewer than asked for where no piece is long enough.
    """
    cut = harmony if voices > 1 else rest_of_a_tune if grid.monophonic else moment
    order = np.random.default_rng(seed).permutation(len(pieces)).tolist()
    usable = [at for at in order if cut(pieces[at], 0, np.random.default_rng(seed)) is not None]
    found: list[Passage] = []
    for number in range(count if usable else 0):
        piece = pieces[usable[number % len(usable)]]
        passage = cut(piece, number, np.random.default_rng((seed, number)))
        assert passage is not None
        found.append(passage)
    return found


def series(pieces: Sequence[Piece], split: str, seed: int) -> str:
    """A name for the passages of these pieces, whatever their number."""
    names = hashlib.sha256("\n".join(piece.name for piece in pieces).encode()).hexdigest()
    return f"{split} {seed} {names[:16]}"


def moment(piece: Piece, number: int, rng: np.random.Generator) -> Passage | None:
    """So many seconds anywhere in a performance, after as many that are given; the piece is cut to them."""
    length = SECONDS * 100
    last = float(piece.notes[:, 0].max()) - length
    if last < length:
        return None
    first = int(rng.uniform(0, last - length))
    notes = piece.notes[(piece.notes[:, 0] >= first) & (piece.notes[:, 0] < first + 2 * length)].copy()
    notes[:, 0] -= first
    given = notes[notes[:, 0] < length]
    if not len(given):
        return None
    piece = replace(piece, notes=notes)
    return Passage(number, piece, replace(piece, notes=given), length, 2 * length, 2 * length)


def rest_of_a_tune(piece: Piece, number: int, rng: np.random.Generator) -> Passage | None:
    """From the end of the phrase nearest to the middle on; up to twice as much may be played."""
    end = int((piece.notes[:, 0] + piece.notes[:, 3]).max())
    inside = piece.phrases[(piece.phrases > 0) & (piece.phrases < end)]
    if not len(inside):
        return None
    start = int(inside[np.abs(inside - end / 2).argmin()])
    before = piece.notes[:, 0] < start
    if min(before.sum(), (~before).sum()) < LEAST_NOTES:
        return None
    given = replace(piece, notes=piece.notes[before], phrases=piece.phrases[piece.phrases <= start])
    return Passage(number, piece, given, start, end, start + 2 * (end - start))


def harmony(piece: Piece, number: int, rng: np.random.Generator) -> Passage | None:
    """The melody of a chorale, to which the other voices are to be found."""
    notes = piece.notes
    end = int((notes[:, 0] + notes[:, 3]).max())
    melody = replace(piece, notes=notes[notes[:, 4] == 0])
    return Passage(number, piece, melody, 0, end, end, voices=int(notes[:, 4].max()))
