"""FluidSynth on JACK, and what it sounds like: a recording and its loudness."""

from __future__ import annotations

import re
import subprocess
import time
import wave
from pathlib import Path

import numpy as np
from jack_world import wait_until
from numpy.typing import NDArray

from live.ports import list_ports

FONT_FOLDERS = ("/usr/share/sounds/sf2", "/usr/share/sounds/sf3", "/usr/local/share/soundfonts")
OURS, MIDI = "From Antiphon:From Antiphon", "fluidsynth-midi:midi_00"
QUIET = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def soundfont() -> Path | None:
    """A General MIDI SoundFont where packages put them."""
    found = [path for folder in FONT_FOLDERS for path in sorted(Path(folder).glob("*.sf[23]"))]
    return found[0] if found else None


class Synth:
    """One FluidSynth, dry, playing what comes out of ``From Antiphon`` once it is connected."""

    def __init__(self, font: Path) -> None:
        settings = ("audio.jack.autoconnect=0", "synth.sample-rate=48000", "synth.dynamic-sample-loading=1")
        command = ["fluidsynth", "-i", "-s", "-a", "jack", "-m", "jack", "-R", "0", "-C", "0"]
        for setting in settings:
            command += ["-o", setting]
        self._process = subprocess.Popen([*command, str(font)], **QUIET)
        wait_until(lambda: MIDI in list_ports("jack").outputs, 30)

    def connect(self) -> None:
        """Listen to the daemon, which must be ready. A busy JACK server refuses now and then: asked again."""
        wait_until(self._connected)

    def _connected(self) -> bool:
        done = subprocess.run(["jack_connect", OURS, MIDI], check=False, **QUIET)
        return done.returncode == 0 or MIDI in connections(OURS)

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait(10)


class Recorder:
    """``jack_rec`` on both of FluidSynth's outputs for a fixed number of seconds."""

    def __init__(self, path: Path, seconds: int, client: str = "fluidsynth.*") -> None:
        self._path, self._length = path, seconds
        left, right = (_port(f"{client}:{side}") for side in ("left", "right"))
        command = ["jack_rec", "-f", str(path), "-d", str(seconds), "-b", "16", left, right]
        self._process = subprocess.Popen(command, **QUIET)
        wait_until(lambda: any("jackrec" in name for name in connections(left)))
        self.began_ns = time.perf_counter_ns()

    @property
    def seconds(self) -> float:
        """How long it has recorded."""
        return (time.perf_counter_ns() - self.began_ns) / 1e9

    def loudness(self, window_ms: int = 50) -> NDArray[np.float64]:
        """Waits for the end. Root mean square of each window, 1.0 being full scale."""
        assert self._process.wait(self._length + 20) == 0
        with wave.open(str(self._path)) as file:
            rate, channels = file.getframerate(), file.getnchannels()
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768.0
        size = channels * rate * window_ms // 1000
        windows = samples[: len(samples) // size * size].reshape(-1, size)
        return np.sqrt((windows**2).mean(axis=1))


def _port(pattern: str) -> str:
    """The one port of this name; FluidSynth's audio is in the client of its MIDI, or in one of its own."""
    done = subprocess.run(["jack_lsp"], capture_output=True, text=True, check=True)
    found = [name for name in done.stdout.split("\n") if re.fullmatch(pattern, name)]
    assert len(found) == 1, done.stdout
    return found[0]


def connections(port: str) -> list[str]:
    """What a port is connected to."""
    done = subprocess.run(["jack_lsp", "-c", port], capture_output=True, text=True, check=True)
    return [line.strip() for line in done.stdout.split("\n")[1:] if line.strip()]
