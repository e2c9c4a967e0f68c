"""Read any file that holds music."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from live.errors import FileError
from live.files.abc import read_abc
from live.files.kern import read_kern
from live.files.midi import read_midi
from live.files.music import Music
from live.files.musicxml import read_musicxml
from live.files.unreadable import UnreadableError

READERS: dict[str, Callable[[Path, bytes], Music]] = {
    ".mid": read_midi,
    ".midi": read_midi,
    ".krn": read_kern,
    ".abc": read_abc,
    ".musicxml": read_musicxml,
    ".mxl": read_musicxml,
    ".xml": read_musicxml,
}
LONGEST_HOURS = 24


def read(path: Path) -> Music:
    """The music in a file, told by its suffix; at least one pitched note is in it.

    Raises ``FileError`` with one line that names the file and what is wrong with it.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(READERS)
        raise FileError(f"cannot read {path}: its name must end in one of {known}")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror or error}") from error
    try:
        music = reader(path, data)
        _check(music)
    except UnreadableError as error:
        raise FileError(f"cannot read {path}: {error}") from error
    return music


def _check(music: Music) -> None:
    if not music.pitched:
        only_drums = any(len(part.notes) for part in music.parts)
        raise UnreadableError("it holds only drums" if only_drums else "it holds no notes")
    if music.tempo.seconds_at(music.end) > LONGEST_HOURS * 3600:
        raise UnreadableError(f"it lasts more than {LONGEST_HOURS} hours, which must be an error")
