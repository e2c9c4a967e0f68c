"""Pages of notes: every note is on them, on as many sheets of paper as it takes."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from live.errors import FileError
from live.files.music import ChordMark, MeterMark, Music, Part
from live.files.tempo import TempoMap
from live.files.write import encoded
from models.key import Key

pytest.importorskip("verovio")


def tune(bars: int) -> Music:
    notes = np.array([[at, 60 + at % 12, 80, 1.0, 0] for at in range(4 * bars)])
    return Music(
        "tune",
        (Part("flute", notes, 73),),
        TempoMap.steady(90),
        (MeterMark(0, 4, 4, 0),),
        Key(5, "major"),
        title="A Title",
        chords=(ChordMark(0.0, "Bbm7"), ChordMark(4.0, "F#")),
    )


def test_all_notes_stand_on_the_page_under_its_title():
    page = encoded(Path("tune.score.svg"), tune(6)).data.decode()
    assert len(re.findall(r'class="note"', page)) == 24
    assert "A Title" in page
    assert page == encoded(Path("tune.score.svg"), tune(6)).data.decode()


def test_a_long_piece_takes_several_sheets():
    data = encoded(Path("tune.score.pdf"), tune(120)).data
    assert data.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", data)) >= 2


def test_a_picture_of_a_page():
    assert encoded(Path("tune.score.png"), tune(2)).data.startswith(b"\x89PNG")


def test_one_line_where_the_extra_is_missing(monkeypatch: pytest.MonkeyPatch):
    import sys

    monkeypatch.setitem(sys.modules, "verovio", None)
    with pytest.raises(FileError, match=r"pip install 'antiphon\[notation\]'"):
        encoded(Path("tune.score.svg"), tune(1))
