"""Pieces on disk: what comes back is what was put there, and a shelf is there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made import performance_piece, score_piece

from models.piece import Piece
from training.report import Report
from training.shelf import ShelfWriter, open_shelf

PIECES = [score_piece(1), performance_piece(2, notes=31), score_piece(3, quarters=4)]


def filled(folder: Path) -> Path:
    writer = ShelfWriter(folder / "shelf")
    for piece in PIECES:
        writer.add(piece)
    writer.close({"train": [2, 0], "validation": [1], "test": []}, Report("some", 3, {"bad": "broken"}))
    return folder / "shelf"


def same(one: Piece, other: Piece) -> bool:
    return (
        np.array_equal(one.notes, other.notes)
        and np.array_equal(one.phrases, other.phrases)
        and (one.name, one.mode, one.transposition) == (other.name, other.mode, other.transposition)
        and [tuple(each) for each in one.meters] == [tuple(each) for each in other.meters]
    )


def test_what_comes_back_is_what_was_put_there(tmp_path: Path):
    found = open_shelf(filled(tmp_path))
    assert found is not None
    splits, report = found
    assert [same(*pair) for pair in zip(splits["train"], (PIECES[2], PIECES[0]), strict=True)] == [True, True]
    assert same(splits["validation"][0], PIECES[1])
    assert same(splits["train"][:1][0], PIECES[2])
    assert splits["train"].note_count == len(PIECES[0].notes) + len(PIECES[2].notes)
    assert len(splits["test"]) == 0
    assert (report.taken, report.refused) == (3, {"bad": "broken"})


def test_a_shelf_that_was_not_finished_is_not_there(tmp_path: Path):
    writer = ShelfWriter(tmp_path / "shelf")
    writer.add(PIECES[0])
    assert open_shelf(tmp_path / "shelf") is None
    writer.discard()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["times.f64", "keys.u8", "pieces.jsonl", "splits.json"])
def test_a_shelf_that_lost_something_is_not_taken(tmp_path: Path, name: str):
    shelf = filled(tmp_path)
    (shelf / name).write_bytes((shelf / name).read_bytes()[:-9])
    assert open_shelf(shelf) is None


def test_a_shelf_replaces_an_older_one(tmp_path: Path):
    filled(tmp_path)
    found = open_shelf(filled(tmp_path))
    assert found is not None
    assert len(found[0]["train"]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["shelf"]
