"""Pieces on disk, made when they are asked for: a corpus of any size takes little memory.

A folder with ``times.f64`` (onset and duration of every note), ``keys.u8`` (pitch, velocity, voice),
``pieces.jsonl`` (a line for each piece) and, written last, ``splits.json``.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple, overload

import numpy as np
from numpy.typing import NDArray

from models.meter import Meter
from models.piece import Piece
from training.report import Report


class _Row(NamedTuple):
    """What of a piece is kept in memory."""

    name: str
    notes: int
    mode: str
    transposition: int
    phrases: list[int]
    meters: list[list[int]]


class ShelfWriter:
    """Puts pieces on a new shelf, one after the other; nothing is there before :meth:`close`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._part = folder.with_name(f"{folder.name}.{os.getpid()}.part")
        shutil.rmtree(self._part, ignore_errors=True)
        self._part.mkdir(parents=True)
        self._times = (self._part / "times.f64").open("wb")
        self._keys = (self._part / "keys.u8").open("wb")
        self._rows = (self._part / "pieces.jsonl").open("w", encoding="utf-8")

    def add(self, piece: Piece) -> None:
        """Put a piece behind the others."""
        self._times.write(np.ascontiguousarray(piece.notes[:, [0, 3]], "<f8").tobytes())
        self._keys.write(np.ascontiguousarray(piece.notes[:, [1, 2, 4]]).astype(np.uint8).tobytes())
        row = _Row(
            piece.name,
            len(piece.notes),
            piece.mode,
            int(piece.transposition),
            [int(each) for each in piece.phrases],
            [[int(each) for each in meter] for meter in piece.meters],
        )
        self._rows.write(json.dumps(row) + "\n")

    def close(self, splits: Mapping[str, Sequence[int]], report: Report) -> None:
        """Say which piece, by its number, belongs where; now the shelf is there."""
        for file in (self._times, self._keys, self._rows):
            file.close()
        found = {"splits": {name: list(own) for name, own in splits.items()}, "report": report.to_json()}
        (self._part / "splits.json").write_text(json.dumps(found))
        shutil.rmtree(self._folder, ignore_errors=True)
        os.replace(self._part, self._folder)

    def discard(self) -> None:
        """Leave nothing behind."""
        for file in (self._times, self._keys, self._rows):
            file.close()
        shutil.rmtree(self._part, ignore_errors=True)


class Shelf(Sequence[Piece]):
    """Some pieces of a shelf, by their numbers. May be read by any thread."""

    def __init__(
        self, rows: list[_Row], times: NDArray[np.float64], keys: NDArray[np.uint8], numbers: Sequence[int]
    ) -> None:
        self._rows, self._times, self._keys, self._numbers = rows, times, keys, numbers
        self._starts = [0, *accumulate(row.notes for row in rows)]

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, index: int) -> Piece: ...
    @overload
    def __getitem__(self, index: slice) -> list[Piece]: ...
    def __getitem__(self, index: int | slice) -> Piece | list[Piece]:
        if isinstance(index, slice):
            return [self._piece(number) for number in self._numbers[index]]
        return self._piece(self._numbers[index])

    @property
    def note_count(self) -> int:
        """Notes of all its pieces, without reading them."""
        return sum(self._rows[number].notes for number in self._numbers)

    def _piece(self, number: int) -> Piece:
        row, own = self._rows[number], slice(self._starts[number], self._starts[number + 1])
        notes = np.empty((row.notes, 5))
        notes[:, [0, 3]] = self._times[own]
        notes[:, [1, 2, 4]] = self._keys[own]
        return Piece(
            row.name,
            notes,
            mode=row.mode,
            transposition=row.transposition,
            phrases=np.array(row.phrases, np.int64),
            meters=[Meter(*meter) for meter in row.meters],
        )


def open_shelf(folder: Path) -> tuple[dict[str, Shelf], Report] | None:
    """The splits of a shelf; None where there is none that is whole."""
    try:
        found: Any = json.loads((folder / "splits.json").read_text())
        with (folder / "pieces.jsonl").open(encoding="utf-8") as lines:
            rows = [_Row(*json.loads(line)) for line in lines]
        total = sum(row.notes for row in rows)
        times = np.memmap(folder / "times.f64", "<f8", "r", shape=(total, 2))
        keys = np.memmap(folder / "keys.u8", np.uint8, "r", shape=(total, 3))
        report = Report.from_json(found["report"])
        return {name: Shelf(rows, times, keys, own) for name, own in found["splits"].items()}, report
    except (OSError, ValueError, KeyError, TypeError):
        return None
