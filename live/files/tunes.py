"""Single lines to learn from: each tune of a file as ``folk`` is told it, in C major or A minor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from live.errors import FileError
from live.files.abc import read_tune, tunes_of
from live.files.lines import is_line
from live.files.melody import melody_prompt
from live.files.music import Music
from live.files.read import READERS, RECORDINGS, read
from live.files.text import decoded
from live.files.unreadable import UnreadableError
from models.piece import Piece

SUFFIXES = tuple(suffix for suffix in READERS if suffix not in RECORDINGS)


def tunes(path: Path, lowest: int, highest: int) -> Iterator[tuple[str, Piece | str]]:
    """A mark of each tune in its file (nothing where there is one), and the tune or why it is not taken.

    Tunes lie between ``lowest`` and ``highest`` (MIDI pitches). Blocks: music21 takes about 0.1 s a tune.
    """
    for mark, found in _musics(path):
        yield mark, found if isinstance(found, str) else _tune(found, lowest, highest)


def _musics(path: Path) -> Iterator[tuple[str, Music | str]]:
    if path.suffix.lower() != ".abc":
        try:
            yield "", read(path)
        except FileError as error:
            yield "", str(error).removeprefix(f"cannot read {path}: ")
        return
    try:
        book = tunes_of(decoded(path.read_bytes()).replace("\r\n", "\n"))
    except (OSError, UnreadableError) as error:
        yield "", str(error)
        return
    for number, text in enumerate(book, start=1):
        mark = f"#{number}" if len(book) > 1 else ""
        try:
            yield mark, read_tune(path, text)
        except UnreadableError as error:
            yield mark, str(error)


def _tune(music: Music, lowest: int, highest: int) -> Piece | str:
    if not music.pitched:
        return "no notes"
    if not is_line(music):
        return "more than one note at a time"
    piece = melody_prompt(music, pitch_range=(lowest, highest)).piece
    pitches = piece.notes[:, 1]
    if pitches.min() < lowest or pitches.max() > highest:
        return "outside of the range"
    return piece
