"""Read any file that holds music."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from live.errors import FileError
from live.files.abc import read_abc, read_book
from live.files.kern import read_kern
from live.files.midi import read_midi
from live.files.music import Music
from live.files.musicxml import read_musicxml
from live.files.unreadable import UnreadableError


def _recording(path: Path, data: bytes) -> Music:
    from live.files.audio.recording import read_recording  # noqa: PLC0415

    return read_recording(path, data)


READERS: dict[str, Callable[[Path, bytes], Music]] = {
    ".mid": read_midi,
    ".midi": read_midi,
    ".krn": read_kern,
    ".abc": read_abc,
    ".musicxml": read_musicxml,
    ".mxl": read_musicxml,
    ".xml": read_musicxml,
    ".wav": _recording,
    ".flac": _recording,
    ".mp3": _recording,
}
RECORDINGS = (".wav", ".flac", ".mp3")
"""What is heard, not read; nothing is learned from it."""
BOOKS: dict[str, Callable[[Path, bytes], Iterable[Music | UnreadableError]]] = {".abc": read_book}
"""Formats whose files hold many tunes."""
LONGEST_HOURS = 24


def read(path: Path) -> Music:
    """The music in a file, told by its suffix; at least one pitched note is in it.

    Of a book of tunes the first, and a remark says so. Raises ``FileError`` with one line that names
    the file and what is wrong with it. Blocks: music21 takes about 0.1 s a tune, more for a large score.
    """
    return read_data(path, _bytes(path))


def read_data(path: Path, data: bytes) -> Music:
    """What :func:`read` makes of a file of this name that holds these bytes."""
    reader = READERS[_suffix(path)]
    with _named(path):
        music = reader(path, data)
        _check(music)
    return music


def read_all(path: Path) -> list[Music]:
    """Every tune of a file: many of an ABC book, numbered in their names, else one.

    Tunes that cannot be read are left out, and remarks of the first one say which. Raises
    ``FileError`` like :func:`read`, also where no tune is left.
    """
    if _suffix(path) not in BOOKS:
        return [read(path)]
    found: list[Music] = []
    missed: list[tuple[int, UnreadableError]] = []
    with _named(path):
        for number, tune in enumerate(BOOKS[_suffix(path)](path, _bytes(path)), start=1):
            try:
                if isinstance(tune, UnreadableError):
                    raise tune
                _check(tune)
                found.append(tune)
            except UnreadableError as error:
                missed.append((number, error))
        if not found:
            raise missed[0][1]
    remarks = tuple(f"{path.name}: tune {number} is left out, {error}" for number, error in missed)
    return [replace(found[0], remarks=(*found[0].remarks, *remarks)), *found[1:]]


def _suffix(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix not in READERS:
        raise FileError(f"cannot read {path}: its name must end in one of {', '.join(READERS)}")
    return suffix


def _bytes(path: Path) -> bytes:
    _suffix(path)
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileError(f"cannot read {path}: {error.strerror or error}") from error


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Put the file's name before what a reader says about it."""
    try:
        yield
    except UnreadableError as error:
        raise FileError(f"cannot read {path}: {error}") from error


def _check(music: Music) -> None:
    if not music.pitched:
        only_drums = any(len(part.notes) for part in music.parts)
        raise UnreadableError("it holds only drums" if only_drums else "it holds no notes")
    if music.tempo.seconds_at(music.end) > LONGEST_HOURS * 3600:
        raise UnreadableError(f"it lasts more than {LONGEST_HOURS} hours, which must be an error")
