"""Prepared pieces come back from disk as they were."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.meter import Meter
from models.piece import Piece
from training import store
from training.report import Report

NOTES = np.array([[0.125, 60, 64, 1 / 3, 0], [7, 127, 1, 24, 3]])
FULL = Piece("full", NOTES, "group", "minor", -5, np.array([24, 48]), [Meter(0, 6, 8, 12)] * 2)
PLAIN = Piece("plain", NOTES[:1])
REPORT = Report("folk", 2, {"a": 'broken: "quoted" ü'}, {"phrases": 2})


def test_pieces_and_report_come_back_unchanged(tmp_path: Path):
    place = tmp_path / "new" / "folk.npz"
    store.save(place, {"train": [FULL, PLAIN], "validation": [], "test": [PLAIN]}, REPORT)
    assert [path.name for path in place.parent.iterdir()] == ["folk.npz"]
    found = store.restore(place)
    assert found is not None
    splits, report = found
    assert report == REPORT
    assert {name: len(part) for name, part in splits.items()} == {
        "train": 2,
        "validation": 0,
        "test": 1,
    }
    for piece, original in zip(splits["train"], (FULL, PLAIN), strict=True):
        np.testing.assert_array_equal(piece.notes, original.notes)
        np.testing.assert_array_equal(piece.phrases, original.phrases)
        assert piece.meters == original.meters
        assert (piece.name, piece.group, piece.mode, piece.transposition) == (
            original.name,
            original.group,
            original.mode,
            original.transposition,
        )


def test_what_is_not_there_or_not_whole_is_none(tmp_path: Path):
    assert store.restore(tmp_path / "nothing.npz") is None
    (tmp_path / "text.npz").write_text("not an archive")
    assert store.restore(tmp_path / "text.npz") is None


def test_a_failure_leaves_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(*arrays: object, **named: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez", fail)
    with pytest.raises(OSError, match="disk full"):
        store.save(tmp_path / "folk.npz", {"train": [PLAIN]}, REPORT)
    assert list(tmp_path.iterdir()) == []
