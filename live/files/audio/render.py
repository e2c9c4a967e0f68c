"""Music to a recording, by FluidSynth where it is installed, else by what the extra ``audio`` brings."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from importlib import util
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from live.errors import FileError, SoundError
from live.files.midi_out import midi_bytes
from live.files.music import Music, Part
from live.sound import soundfont

RATE = 48000
PEAK = 0.891
"""Of full scale: 1 dB below it."""
_MISSING = "writing audio needs the extra packages: pip install 'antiphon[audio]'"
_SUBTYPES = {"wav": "PCM_16", "flac": "PCM_24"}


def recorded(
    form: str, music: Music, added: Sequence[Part] = (), font: Path | None = None
) -> tuple[bytes, tuple[str, ...]]:
    """The music as ``wav`` or ``flac`` in stereo, 1 dB below full scale, and what it was played with.

    ``font``: a SoundFont, else the usual one. Raises ``FileError`` or ``SoundError``. Blocks: about a second
    for three minutes of music, more with FluidSynth.
    """
    soundfile = _soundfile()
    midi = midi_bytes(music, added)
    if (program := shutil.which("fluidsynth")) and (chosen := _usual(font)):
        data, name = _by_fluidsynth(program, chosen, midi), f"FluidSynth with {chosen.name}"
    else:
        chosen = font or _shipped_font()
        data, name = _by_midirenderer(chosen, midi), f"RustySynth with {chosen.name}"
    with BytesIO(data) as file:
        sound, rate = soundfile.read(file, dtype="float32", always_2d=True)
    peak = float(np.abs(sound).max()) if len(sound) else 0.0
    if peak == 0:
        raise FileError("the music makes no sound: this SoundFont has none for it")
    whole = BytesIO()
    soundfile.write(whole, sound * (PEAK / peak), rate, format=form.upper(), subtype=_SUBTYPES[form])
    return whole.getvalue(), (f"played by {name}",)


def _soundfile() -> Any:
    try:
        import soundfile  # noqa: PLC0415
    except (ImportError, OSError) as error:
        raise FileError(_MISSING) from error
    return soundfile


def _usual(font: Path | None) -> Path | None:
    """The named SoundFont, which must be one; else one of the system, if any."""
    try:
        return soundfont.find(font)
    except SoundError:
        if font is not None:
            raise
        return None


def _shipped_font() -> Path:
    """TimGM6mb, which the package pretty_midi brings; the package itself is not imported."""
    found = util.find_spec("pretty_midi")
    path = Path(found.origin).with_name("TimGM6mb.sf2") if found and found.origin else None
    if path is None or not path.is_file():
        raise FileError(_MISSING)
    return path


def _by_midirenderer(font: Path, midi: bytes) -> bytes:
    try:
        import midirenderer  # noqa: PLC0415
    except ImportError as error:
        raise FileError(_MISSING) from error
    soundfont.find(font)
    try:
        return bytes(midirenderer.render_wave_from(font.read_bytes(), midi))
    except RuntimeError as error:
        raise SoundError(f"{font} cannot be played ({error}); it must be an .sf2 file") from error


def _by_fluidsynth(program: str, font: Path, midi: bytes) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "music.mid", Path(folder) / "music.wav"
        source.write_bytes(midi)
        command = [program, "-ni", "-q", "-g", "0.5", "-r", str(RATE), "-O", "float", "-T", "wav"]
        done = subprocess.run(
            [*command, "-F", str(target), str(font), str(source)], capture_output=True, text=True, check=False
        )
        errors = [line for line in done.stderr.splitlines() if "error" in line]
        if done.returncode or errors or not target.is_file():
            said = (errors or ["it says nothing"])[0].removeprefix("fluidsynth: error: ")
            raise SoundError(f"FluidSynth cannot play this: {said}")
        return target.read_bytes()
