"""Which audio and MIDI drivers FluidSynth is to use, by the MIDI system that Antiphon plays on.

MIDI follows ours. Audio: JACK where a JACK server runs, for it owns the card; else PipeWire or
PulseAudio where they answer, else the card itself.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

PERIOD_FRAMES, PERIODS = 128, 3
"""8 ms at 48 kHz, in place of FluidSynth's 21 (on Windows 93). On JACK the server's period counts."""
SAMPLE_RATE = 48000


class Drivers(NamedTuple):
    """FluidSynth's names of its audio and MIDI drivers, and settings for them."""

    audio: str
    midi: str
    settings: tuple[str, ...] = ()

    @property
    def arguments(self) -> list[str]:
        """As a command line has them."""
        options = [part for setting in self.settings for part in ("-o", setting)]
        return ["-a", self.audio, "-m", self.midi, *options]


def choose(api: str, name: str, audio: Collection[str], *, jack_answers: bool, device: int = 0) -> Drivers:
    """Drivers for MIDI system ``api``; the synth's ports carry ``name``.

    ``audio``: the audio drivers that this FluidSynth was built with; ``jack_answers``: whether a JACK
    server runs; ``device``: on Windows, the number of the MIDI input that the synth opens.
    """
    quick = (
        f"audio.period-size={PERIOD_FRAMES}",
        f"audio.periods={PERIODS}",
        f"synth.sample-rate={SAMPLE_RATE}",
    )
    jack = (f"audio.jack.id={name} audio", "audio.jack.autoconnect=1")
    match api:
        case "jack":
            return Drivers("jack", "jack", (*jack, f"midi.jack.id={name}"))
        case "coremidi":
            return Drivers("coreaudio", "coremidi", (*quick, f"midi.portname={name}"))
        case "winmm":
            output = "wasapi" if "wasapi" in audio else "dsound"
            return Drivers(output, "winmidi", (*quick, f"midi.winmidi.device={device}"))
    midi = (f"midi.alsa_seq.id={name}", f"midi.portname={name}")
    if jack_answers and "jack" in audio:
        return Drivers("jack", "alsa_seq", (*jack, *midi))
    output = next((each for each in _running_servers() if each in audio), "alsa")
    return Drivers(output, "alsa_seq", (*quick, *midi))


def _running_servers() -> list[str]:
    """Sound servers of this user that have a socket, the quickest first."""
    folder = Path(os.environ.get("XDG_RUNTIME_DIR") or "/nonexistent")
    found = ["pipewire"] if (folder / "pipewire-0").exists() else []
    if os.environ.get("PULSE_SERVER") or (folder / "pulse" / "native").exists():
        found.append("pulseaudio")
    return found


def built_in(program: str) -> frozenset[str]:
    """The audio drivers that a FluidSynth was built with. Blocks for some 30 ms."""
    done = subprocess.run(
        [program, "-a", "help"], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    return frozenset(re.findall(r"'(\w+)'", done.stdout + done.stderr))
