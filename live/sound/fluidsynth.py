"""One FluidSynth process: found, started, listened to, ended.

It reads commands from a pipe that we hold, and ends when the pipe closes: so it never outlives us,
however we end, on every system (seen: also after ``kill -9`` of us, with its JACK server dead).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

from live.errors import SoundError
from live.sound.drivers import Drivers

GAIN = 0.4
"""With FluidR3 ten keys at velocity 127 and three voices below peak at 0.96 of full scale."""
START_SECONDS = 15.0
_END_SECONDS = 1.0
_WORD = "antiphon"
"""Its shell is asked to say this; it starts when everything else is up."""

_PACKAGES = (
    ("apt", "sudo apt install fluidsynth fluid-soundfont-gm"),
    ("dnf", "sudo dnf install fluidsynth fluid-soundfont-gm"),
    ("pacman", "sudo pacman -S fluidsynth soundfont-fluid"),
    ("zypper", "sudo zypper install fluidsynth fluid-soundfont-gm"),
)
_ELSEWHERE = {
    "darwin": "brew install fluid-synth",
    "win32": "winget install FluidSynth.FluidSynth, or choco install fluidsynth",
}


def find_program() -> str:
    """The program's path. Raises ``SoundError`` that says how to install it here."""
    program = shutil.which("fluidsynth")
    if program is None:
        raise SoundError(f"--sound needs FluidSynth, which is not installed: {how_to_install()}")
    return program


def how_to_install(platform: str = sys.platform) -> str:
    """The command that installs FluidSynth on this system."""
    if platform in _ELSEWHERE:
        return _ELSEWHERE[platform]
    here = (line for tool, line in _PACKAGES if shutil.which(tool))
    return next(here, _PACKAGES[0][1])


class FluidSynth:
    """A running FluidSynth. ``on_end`` is called once, by a thread of this object, when it has ended.

    A SoundFont of 150 MB is loaded in 0.4 s, all of it: nothing is read from disk while notes sound.
    Raises ``SoundError`` where the program cannot be started.
    """

    def __init__(
        self, program: str, soundfont: Path, drivers: Drivers, on_end: Callable[[FluidSynth], None]
    ) -> None:
        self._lines: deque[str] = deque(maxlen=50)
        self._ready = threading.Event()
        self._on_end = on_end
        self._audio = drivers.audio
        command = [program, *drivers.arguments, "-g", str(GAIN), str(soundfont)]
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                env={**os.environ, "JACK_NO_START_SERVER": "1"},
                start_new_session=os.name != "nt",  # a Ctrl-C is for us: we end it in order
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        except OSError as error:
            raise SoundError(f"{program} cannot be started: {error.strerror}") from error
        self.pid = self._process.pid
        self._reader = threading.Thread(target=self._read, name="fluidsynth", daemon=True)
        self._reader.start()
        self._type(f"echo {_WORD}")

    def wait_until_ready(self) -> None:
        """Blocks until SoundFont, MIDI and audio are there. Raises ``SoundError`` with the reason."""
        self._ready.wait(START_SECONDS)
        if self._process.poll() is not None:
            self._reader.join(_END_SECONDS)
            raise SoundError(f"FluidSynth does not start: {self.reason()}")
        if not self._ready.is_set():
            raise SoundError(f"FluidSynth did not start within {START_SECONDS:g} s: {self.reason()}")

    @property
    def lives(self) -> bool:
        """Whether the process runs. Any thread."""
        return self._process.poll() is None

    def reason(self) -> str:
        """Its own words about what went wrong, in one line. Any thread."""
        errors = [line for line in self._lines if "error:" in line or "panic:" in line]
        words = [line.split(":", 2)[-1].strip() for line in errors if "reading from stdin" not in line]
        if words:
            return f"{words[-1]} (audio by {self._audio}; another program may hold the device)"
        code = self._process.poll()
        return "it says nothing" if code is None else f"it ended with code {code}"

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as stream:
            for line in stream:
                if line.strip() == _WORD:
                    self._ready.set()
                else:
                    self._lines.append(line.strip())
        self._process.wait()
        self._ready.set()
        self._on_end(self)

    def _type(self, line: str) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):  # it has ended already: the reader finds out
            self._process.stdin.write(line + "\n")
            self._process.stdin.flush()

    def end(self) -> None:
        """Close its pipe, and kill it if that does not do. Idempotent; blocks up to a second or two."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(_END_SECONDS)
