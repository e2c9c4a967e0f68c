"""Folk songs: home key, phrase ticks, filters, and the whole way from files to splits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from kern_text import tune

from models.meter import Meter
from models.piece import Piece
from training.corpus import load
from training.folk import Settings, read, wanted
from training.report import RefusedError


def song(*tokens: str, key: str = "*C:", **settings: object) -> Piece:
    return read("a.krn", tune(*tokens, key=key).encode(), Settings(**settings))[0]


@pytest.mark.parametrize(
    ("key", "pitch", "mode"),
    [("*G:", 72, "major"), ("*F:", 62, "major"), ("*d:", 62, "minor"), ("*e:", 72, "minor")],
)
def test_songs_go_the_nearest_way_to_c_or_a_minor(key: str, pitch: int, mode: str):
    piece = song("4g", "4a", "4b", key=key)
    assert piece.notes[0, 1] == pitch
    assert piece.transposition == pitch - 67
    assert piece.mode == mode


def test_a_song_that_leaves_the_range_goes_an_octave_back():
    assert song("4ddd", "4ccc", key="*G:").transposition == 5 - 12
    with pytest.raises(RefusedError, match="range"):
        song("4CC", "4ccc")


def test_without_a_key_token_the_analysis_decides():
    piece, counted = read("a.krn", tune("4d", "4f#", "2a", "1d", key="*").encode(), Settings())
    assert (piece.transposition, piece.mode) == (-2, "major")
    assert counted["without a key token"]
    assert not counted["key token differs from music21's analysis"]


def test_a_key_token_that_the_analysis_does_not_find_is_counted():
    _, counted = read("a.krn", tune("4d", "4f#", "2a", "1d", key="*b:").encode(), Settings())
    assert counted["key token differs from music21's analysis"]
    assert counted["... by the relative key"]


def test_phrases_are_ticks_at_which_their_last_note_ends():
    assert song("{4c", "4d}", "{4e", "4f", "4r}").phrases.tolist() == [48, 96]


def test_meters_honour_the_pickup():
    assert song("4c", "=1", "1d", "=2").meters == [Meter(0, 4, 4, 24)]


def test_the_classic_filter_is_a_setting():
    assert len(song("12c", "12d", "12e").notes) == 3
    with pytest.raises(RefusedError, match="classic"):
        song("12c", "12d", "12e", durations="classic")
    assert len(song("[4.c", "8c]", "16d", "1e", durations="classic").notes) == 3


def test_a_tune_without_notes_is_refused():
    with pytest.raises(RefusedError, match="no notes"):
        song("4r")


def test_regions_choose_folders():
    german = Settings()
    assert wanted("essen/europa/deutschl/erk/a.krn", german)
    assert not wanted("essen/asia/china/han/a.krn", german)
    assert not wanted("europa/deutschl/readme.txt", german)
    assert wanted("essen/asia/china/han/a.krn", Settings(regions=()))


SCALE = ["4c", "4d", "4e", "4f", "4g", "4a", "4b", "4cc"]


def test_files_become_splits_and_a_report(tmp_path: Path):
    folder = tmp_path / "europa" / "deutschl"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(1)
    for index in range(60):
        tokens = rng.choice(SCALE, 30).tolist()
        (folder / f"t{index:02}.krn").write_text(tune(*tokens))
    (folder / "copy.krn").write_text((folder / "t00.krn").read_text())
    (folder / "higher.krn").write_text(tune("4d", "4e", "4f#", key="*D:"))
    (folder / "same.krn").write_text(tune("4c", "4d", "4e"))
    (folder / "broken.krn").write_text("**kern\n4c\n")
    corpus = load("folk", tmp_path, cache=tmp_path / "cache", progress=False)
    assert corpus.report.taken == 61
    assert corpus.report.refused == {
        "same.krn": "exact duplicate: of higher.krn",
        "t00.krn": "exact duplicate: of copy.krn",
        "broken.krn": "broken spines: not closed with *-",
    }
    assert {name: len(part) > 0 for name, part in corpus.splits.items()} == {
        "train": True,
        "validation": True,
        "test": True,
    }
