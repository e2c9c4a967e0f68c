"""The n-gram that every network must beat, over exactly the events that networks predict.

An event is said as the networks say it: wait, voice (if there are several), token, velocity (of an
``on``, if the grid has any). The context is what was said last, so an order counts these choices, not
events. The nats of a wide time bin include the logarithm of its width, as for networks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from models.events import KIND, Kind
from models.grid import VELOCITY_BINS, Grid
from models.piece import Piece
from models.vocabulary import LOUDNESS, TOKEN, TOKENS, WAIT, WHO, choices
from training.witten_bell import Sequences, WittenBell, joined

WAITS, VOICES, WHAT, LOUD = range(4)
"""Kinds of symbols, in the order in which an event is said."""
_COLUMN = np.array([WAIT, WHO, TOKEN, LOUDNESS])
_APART = 1000  # keeps symbols of different kinds different

MOST_ORDER = {"performance": 4, "score": 12}
"""Longest contexts tried. On MAESTRO 3 is chosen, and counting 4 takes 4 GB and a minute."""


@dataclass(frozen=True)
class Figure:
    """Sums over pieces; ``end`` events count in ``end_nats`` alone."""

    order: int
    nats: float
    end_nats: float
    events: int
    notes: int

    @property
    def per_event(self) -> float:
        """Nats per event."""
        return self.nats / self.events

    @property
    def per_note(self) -> float:
        """Nats per note."""
        return self.nats / self.notes


class _Settings(Protocol):
    """What :func:`baseline` needs of a model's settings."""

    @property
    def grid_object(self) -> Grid: ...
    @property
    def voices(self) -> int: ...


class NGram:
    """Back-off n-gram of one grid: ``fit``, ``choose_order``, ``evaluate``."""

    def __init__(self, grid: Grid, voices: int, order: int) -> None:
        self.grid, self.voices, self.order = grid, voices, order
        sizes = [grid.time_bins, voices, TOKENS, VELOCITY_BINS]
        self._model = WittenBell(order, sizes)

    def fit(self, pieces: Sequence[Piece]) -> None:
        """Count the events of all pieces."""
        self._model.fit(self._said(pieces)[0])

    def choose_order(self, pieces: Sequence[Piece]) -> int:
        """Set ``order`` to the one under which ``pieces`` are likeliest, and return it."""
        said, _ = self._said(pieces)
        self.order = int(self._model.nats(said).sum(axis=1).argmin())
        return self.order

    def evaluate(self, pieces: Sequence[Piece]) -> Figure:
        """The nats of all events but ``start`` under the present order."""
        said, events = self._said(pieces)
        nats = self._model.nats(said)[self.order]
        waits = said.kinds == WAITS
        nats[waits] += np.log(self.grid.bin_widths[said.symbols[waits] % _APART])
        of_event = np.bincount(np.cumsum(waits) - 1, weights=nats)
        is_end = events == Kind.END
        return Figure(
            order=self.order,
            nats=float(of_event[~is_end].sum()),
            end_nats=float(of_event[is_end].sum()),
            events=int((~is_end).sum()),
            notes=int((events == Kind.ON).sum()),
        )

    def _said(self, pieces: Sequence[Piece]) -> tuple[Sequences, NDArray[np.int32]]:
        """The choices of all pieces, and the kind of each event ``[n]``."""
        rows, kinds = [], []
        for piece in pieces:
            events = piece.events(self.grid, self.voices)
            rows.append(self._symbols(choices(events, self.grid)[1:]))
            kinds.append(events[1:, KIND])
        return joined(rows), np.concatenate(kinds)

    def _symbols(self, rows: NDArray[np.int32]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Choices ``[n, 4]`` one after the other, without those that an event does not have."""
        said = rows[:, _COLUMN].astype(np.int64)
        exists = np.ones(said.shape, bool)
        exists[:, VOICES] = self.voices > 1
        exists[:, LOUD] = said[:, LOUD] > 0
        kinds = np.broadcast_to(np.arange(4), said.shape)
        return (said + kinds * _APART)[exists], kinds[exists]


def baseline(
    train: Sequence[Piece], validation: Sequence[Piece], test: Sequence[Piece], settings: _Settings
) -> Figure:
    """Fit on ``train``, choose the order on ``validation``, evaluate on ``test``."""
    grid = settings.grid_object
    model = NGram(grid, settings.voices, MOST_ORDER[grid.name])
    model.fit(train)
    model.choose_order(validation)
    return model.evaluate(test)


def classic(train: Sequence[Piece], test: Sequence[Piece], order: int = 2) -> float:
    """Nats a note where one symbol is a note's pitch and duration, as in the literature on songs.

    Rests, phrases and the end are not said. Single voices only. On europa/deutschl, order 2: 2.85 on
    validation, 2.83 on test; 2.99 and 2.98 with rests as symbols.
    """
    numbers: dict[tuple[int, int], int] = {}
    known = joined([_notes_alone(piece, numbers) for piece in train])
    asked = joined([_notes_alone(piece, numbers) for piece in test])
    model = WittenBell(order, [len(numbers)])
    model.fit(known)
    return float(model.nats(asked)[order].mean())


def _notes_alone(
    piece: Piece, numbers: dict[tuple[int, int], int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The notes of a piece as numbers of (pitch, ticks); new ones are numbered on."""
    pairs = piece.notes[:, [1, 3]].astype(int).tolist()
    symbols = [numbers.setdefault((pitch, ticks), len(numbers)) for pitch, ticks in pairs]
    return np.array(symbols, np.int64), np.zeros(len(symbols), np.int64)
