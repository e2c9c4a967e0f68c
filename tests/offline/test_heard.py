"""A line that the test sings itself: its notes, repeated ones, vibrato, tuning, tempo, loudness."""

from __future__ import annotations

import re
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from live.errors import FileError
from live.files.audio.hear import hear
from live.files.read import read_data

soundfile = pytest.importorskip("soundfile")
pytest.importorskip("soxr")

RATE = 22050
TUNE = [67, 69, 71, 71, 72, 71, 69, 67, 62, 67]
BEAT = 0.5


def sung(pitches: list[int], *, cents: float = 0, vibrato: float = 0, soft: int | None = None) -> bytes:
    """Each for most of half a second: eight harmonics that swell and fall."""
    parts = []
    for number, pitch in enumerate(pitches):
        time = np.arange(round(BEAT * RATE)) / RATE
        swing = vibrato / 100 * np.sin(2 * np.pi * 5.5 * time)
        hertz = 440 * 2 ** ((pitch - 69 + cents / 100 + swing) / 12)
        phase = 2 * np.pi * np.cumsum(hertz) / RATE
        tone = sum(np.sin(harmonic * phase) / harmonic for harmonic in range(1, 9))
        shape = np.interp(time, [0, 0.03, 0.42, 0.46, BEAT], [0, 1, 0.8, 0, 0])
        parts.append(tone * shape * (0.02 if number == soft else 0.15))
    whole = BytesIO()
    soundfile.write(whole, np.concatenate([np.zeros(RATE // 4), *parts]), RATE, format="WAV")
    return whole.getvalue()


@pytest.fixture(autouse=True)
def _tracker(request: pytest.FixtureRequest):
    if "missing" not in request.node.name:
        pytest.importorskip("swift_f0")


@pytest.mark.parametrize("vibrato", [0, 40])
def test_notes_are_heard_where_they_begin_repeated_ones_too(vibrato: float):
    notes = hear(sung(TUNE, vibrato=vibrato)).notes
    assert notes[:, 1].tolist() == TUNE
    np.testing.assert_allclose(notes[:, 0], 0.25 + BEAT * np.arange(len(TUNE)), atol=0.05)


def test_an_instrument_that_is_tuned_low(tmp_path: Path):
    heard = hear(sung(TUNE, cents=-40))
    assert heard.notes[:, 1].tolist() == TUNE
    assert heard.cents == pytest.approx(-40, abs=8)


def test_a_soft_note_is_soft():
    velocity = hear(sung(TUNE, soft=4)).notes[:, 2]
    assert velocity[4] < velocity[3] - 15


def test_what_was_heard_is_said_with_its_tempo():
    music = read_data(Path("song.wav"), sung(TUNE * 2))
    assert re.search(r"heard 20 notes, about 1(19|2[01]) beats a minute: G4 A4 B4 B4 C5", music.remarks[0])
    np.testing.assert_allclose(music.parts[0].notes[:, 0], np.arange(20), atol=0.15)


@pytest.mark.parametrize("package", ["soundfile", "soxr", "swift_f0"])
def test_one_line_where_a_package_is_missing(package: str, monkeypatch: pytest.MonkeyPatch):
    data = sung(TUNE)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(FileError, match=r"song\.wav: .*pip install 'antiphon\[audio\]'"):
        read_data(Path("song.wav"), data)
