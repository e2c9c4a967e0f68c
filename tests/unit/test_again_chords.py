"""A session in the style chords run again: exact with the tables of then, refused with others."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from band import tune
from recorded import RecordedBand
from sounded import on
from test_parallel import nobody

from live.engine import chord_tables
from live.errors import AntiphonError
from live.sessions.again import run_again
from models.chord_model import load_chords


def test_it_is_exact_and_with_other_tables_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(chord_tables, "OWN", tmp_path / "chords.npz")
    band = RecordedBand(tmp_path / "one.jsonl", networks=nobody, style="chords", split=60)
    band.play(tune([67, 69, 71, 72, 74, 76], gap_ms=400), rest_ms=300)
    band.play([(0, on(45)), (4, on(48)), (9, on(52)), (300, on(79))], rest_ms=900)
    file = band.close()
    outcome = run_again(file, nobody)  # type: ignore[arg-type]
    assert outcome.difference is None
    assert outcome.notes > 6
    tables = load_chords()
    np.savez(tmp_path / "chords.npz", **(tables._asdict() | {"weights": -tables.weights}))
    with pytest.raises(AntiphonError, match="chosen by other tables"):
        run_again(file, nobody)  # type: ignore[arg-type]
