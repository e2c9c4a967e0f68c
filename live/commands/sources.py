"""The music that a file command is given: files, folders, patterns, standard input."""

from __future__ import annotations

import glob
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from live.errors import FileError
from live.files import examples
from live.files.music import Music
from live.files.read import READERS, read, read_data

STANDARD = Path("-")
"""Standard input or output."""
_SIGNS = {b"MThd": ".mid", b"PK": ".mxl", b"<": ".musicxml", b"**": ".krn", b"!!": ".krn"}
_MUSIC = (".mid", ".midi", ".krn", ".abc", ".musicxml", ".mxl", ".xml")


class Source(NamedTuple):
    """A file, and its place among others: below the folder that was named, or its name alone."""

    path: Path
    place: Path

    def read(self) -> Music:
        """The music. Raises ``FileError``. Blocks for the file, or for what comes on standard input."""
        if self.path != STANDARD:
            return read(self.path)
        data = sys.stdin.buffer.read()
        start = data.lstrip()[:4]
        ending = next((end for sign, end in _SIGNS.items() if start.startswith(sign)), ".abc")
        return replace(read_data(Path(f"standard input{ending}"), data), name="music")


def sources(words: Sequence[Path]) -> list[Source]:
    """All files that are meant. Of a folder those that hold music by their names, below it as well.

    Raises ``FileError`` where a folder or pattern holds none, and for standard input among others.
    """
    found = list(dict.fromkeys(source for word in words for source in _meant(word)))
    if len(found) > 1 and any(source.path == STANDARD for source in found):
        raise FileError("- for standard input stands alone, not among other files")
    return found


def _meant(word: Path) -> Iterator[Source]:
    word = examples.located(word)
    if word.is_dir():
        inside = sorted(path for path in word.rglob("*") if path.suffix.lower() in _MUSIC and path.is_file())
        if not inside:
            raise FileError(f"no music is in the folder {word}; files end in one of {', '.join(_MUSIC)}")
        yield from (Source(path, path.relative_to(word)) for path in inside)
    elif word.exists() or word == STANDARD or not glob.has_magic(str(word)):
        yield Source(word, Path(word.name))
    else:
        paths = sorted(Path(each) for each in glob.glob(str(word), recursive=True))
        matching = [path for path in paths if path.suffix.lower() in READERS]
        if not matching:
            raise FileError(f"nothing that holds music is called {word}")
        yield from (Source(path, Path(path.name)) for path in matching)
