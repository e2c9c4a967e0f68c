"""Finds a General MIDI SoundFont, or says how to come by one."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from live.errors import SoundError

VARIABLE = "SOUNDFONT"
"""An environment variable that may name the file."""

_FOLDERS = {
    "linux": (
        "~/.local/share/soundfonts",
        "~/.local/share/sounds/sf2",
        "/usr/share/sounds/sf2",
        "/usr/share/sounds/sf3",
        "/usr/share/soundfonts",
        "/usr/local/share/soundfonts",
        "/usr/local/share/sounds/sf2",
    ),
    "darwin": (
        "~/Library/Audio/Sounds/Banks",
        "/Library/Audio/Sounds/Banks",
        "/opt/homebrew/share/soundfonts",
        "/usr/local/share/soundfonts",
        "/opt/homebrew/share/fluid-synth/sf2",
        "/usr/local/share/fluid-synth/sf2",
    ),
    "win32": ("~/Documents/SoundFonts", "~/SoundFonts", "C:/soundfonts", "C:/ProgramData/soundfonts"),
}
_FIRST = ("default.sf2", "default-gm.sf2", "default-gm.sf3", "default.sf3", "fluidr3_gm.sf2")
"""What an administrator or a package calls the one to be used; after these the largest file."""

_HOW = {
    "linux": "install one (sudo apt install fluid-soundfont-gm)",
    "darwin": "download one (FluidR3_GM.sf2, GeneralUser-GS.sf2) to ~/Library/Audio/Sounds/Banks",
    "win32": "download one (FluidR3_GM.sf2, GeneralUser-GS.sf2) to Documents\\SoundFonts",
}


def find(
    wanted: Path | None,
    environment: Mapping[str, str] = os.environ,
    folders: tuple[str, ...] | None = None,
) -> Path:
    """``wanted``, else ``$SOUNDFONT``, else one from the usual places; looked into, not only at.

    Raises ``SoundError`` for a file that is none, or when there is none. Blocks for the disk; any thread.
    """
    named = wanted or environment.get(VARIABLE)
    if named:
        path = Path(named).expanduser()
        return _checked(path)
    platform = sys.platform if sys.platform in _FOLDERS else "linux"
    found = sorted(_in(folders or _FOLDERS[platform]), key=_preference)
    if not found:
        raise SoundError(f"there is no SoundFont: {_HOW[platform]} or name one with --soundfont PATH")
    return found[0]


def _in(folders: tuple[str, ...]) -> Iterator[Path]:
    for folder in folders:
        for path in Path(folder).expanduser().glob("*"):
            if path.suffix.casefold() in {".sf2", ".sf3"} and _is_soundfont(path):
                yield path


def _preference(path: Path) -> tuple[int, int, str]:
    name = path.name.casefold()
    return (_FIRST.index(name) if name in _FIRST else len(_FIRST), -path.stat().st_size, str(path))


def _checked(path: Path) -> Path:
    if not path.is_file():
        raise SoundError(f"there is no SoundFont at {path}")
    if not _is_soundfont(path):
        raise SoundError(f"{path} is no SoundFont that can be read (.sf2 or .sf3)")
    return path


def _is_soundfont(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError:
        return False
    return head[:4] == b"RIFF" and head[8:] == b"sfbk"
