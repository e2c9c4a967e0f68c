"""Audio files: they sound as long, as high and as loud as they should, with each synthesiser."""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from live.errors import SoundError
from live.files.music import Music, Part
from live.files.tempo import TempoMap
from live.files.write import Wishes, encoded

soundfile = pytest.importorskip("soundfile")
pytest.importorskip("midirenderer")
pytest.importorskip("pretty_midi")

A4, SECONDS = 69, 2.0


@pytest.fixture(params=["pip", pytest.param("fluidsynth", marks=pytest.mark.synth)])
def synth(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "pip":
        monkeypatch.setattr(shutil, "which", lambda _name: None)
    elif shutil.which("fluidsynth") is None:
        pytest.skip("FluidSynth is not installed")
    return request.param


def flute() -> Music:
    return Music("one", (Part("flute", np.array([[0, A4, 90, 4.0, 0]]), 73),), TempoMap.steady(120))


def pitch(sound: np.ndarray, rate: int) -> float:
    part = sound[: rate * 2].mean(axis=1) * np.hanning(rate * 2)
    strength = np.abs(np.fft.rfft(part))
    return float(np.fft.rfftfreq(len(part), 1 / rate)[strength.argmax()])


@pytest.mark.parametrize("ending", [".wav", ".flac"])
def test_a_note_sounds_in_tune_for_its_time_below_full_scale(synth: str, ending: str):
    data, remarks = encoded(Path(f"one{ending}"), flute())
    sound, rate = soundfile.read(BytesIO(data), always_2d=True)
    assert sound.shape[1] == 2
    assert SECONDS <= len(sound) / rate < SECONDS + 6
    assert pitch(sound, rate) == pytest.approx(440, rel=0.012)  # it has vibrato
    assert np.abs(sound).max() == pytest.approx(10 ** (-1 / 20), abs=0.01)
    assert ("FluidSynth" if synth == "fluidsynth" else "TimGM6mb") in remarks[0]


def test_a_soundfont_that_is_none(tmp_path: Path):
    for name, data in (("none.sf2", None), ("text.sf2", b"Dear diary"), ("cut.sf2", b"RIFF\0\0\0\0sfbkcut")):
        path = tmp_path / name
        if data is not None:
            path.write_bytes(data)
        with pytest.raises(SoundError) as caught:
            encoded(Path("one.wav"), flute(), wishes=Wishes(soundfont=path))
        assert "\n" not in str(caught.value)
