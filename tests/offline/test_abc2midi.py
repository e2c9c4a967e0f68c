"""What we write as ABC, a program that is not ours reads as the same notes."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from round_trip import corpus

from live.files.music import MeterMark, Music, Part
from live.files.read import read
from live.files.tempo import TempoMap
from live.files.write import save
from models.key import Key

pytestmark = [
    pytest.mark.abc2midi,
    pytest.mark.skipif(shutil.which("abc2midi") is None, reason="abc2midi is not installed"),
]


def by_abc2midi(music: Music, folder: Path) -> np.ndarray:
    """Onset, pitch and length of the notes, in quarters, without what abc2midi shortens and its repeats."""
    save(folder / "tune.abc", music)
    text = (folder / "tune.abc").read_text().replace("|:", "|").replace(":|", "|")
    (folder / "tune.abc").write_text(text)
    subprocess.run(
        ["abc2midi", "tune.abc", "-o", "tune.mid", "-NGRA"], cwd=folder, check=True, capture_output=True
    )
    found = read(folder / "tune.mid")
    notes = np.concatenate([part.notes for part in found.parts])
    return notes[np.lexsort((notes[:, 1], notes[:, 0]))]


def check(music: Music, folder: Path) -> None:
    expected = np.concatenate([part.notes for part in music.parts])
    expected = expected[np.lexsort((expected[:, 1], expected[:, 0]))]
    found = by_abc2midi(music, folder)
    assert found[:, 1].tolist() == expected[:, 1].tolist()
    np.testing.assert_allclose(found[:, 0], expected[:, 0], atol=0.03)  # it begins chords a little late
    np.testing.assert_allclose(found[:, 3], expected[:, 3], atol=0.06)  # it lets notes go a little early


def line(*notes: tuple[float, int, float], **fields: object) -> Music:
    rows = np.array([[onset, pitch, 72, length, 0] for onset, pitch, length in notes])
    return Music("line", (Part("line", rows),), TempoMap.steady(100), **fields)


def test_pickup_ties_triplets_accidentals_and_a_change_of_meter(tmp_path: Path):
    third = 1 / 3
    music = line(
        (0, 66, 1), (1, 65, third), (1 + third, 66, third), (1 + 2 * third, 67, third), (2, 68, 4),
        (6, 56, 0.5), (7, 80, 0.25), (7.25, 68, 0.75), (8, 67, 3.75), (11.75, 92, 1.25),
        meters=(MeterMark(0, 3, 4, 1), MeterMark(7, 4, 4, 7)),
        key=Key(2, "major"),
    )  # fmt: skip
    check(music, tmp_path)


@pytest.mark.parametrize(
    "name", ["essenFolksong/han1.abc", "ryansMammoth/SkipRopeClog.abc", "bach/bwv66.6.mxl"]
)
def test_music_that_nobody_here_wrote(name: str, tmp_path: Path):
    check(read(corpus(name)), tmp_path)
