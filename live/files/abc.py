"""ABC notation: what a tune must have before music21 reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from live.files.abc_text import with_texts
from live.files.music import Music
from live.files.score import read_score
from live.files.text import decoded
from live.files.unreadable import UnreadableError


def read_abc(path: Path, data: bytes) -> Music:
    """The music of an ABC file, the first tune of a book. Raises ``UnreadableError``."""
    tunes = _book(data)
    music = read_tune(path, tunes[0])
    if len(tunes) == 1:
        return music
    return replace(music, remarks=(f"{path.name} holds {len(tunes)} tunes; the first is taken",))


def read_book(path: Path, data: bytes) -> Iterator[Music | UnreadableError]:
    """Every tune of an ABC file, or what is wrong with it. Raises ``UnreadableError`` where there is none."""
    tunes = _book(data)
    for number, text in enumerate(tunes, start=1):
        name = path if len(tunes) == 1 else path.with_stem(f"{path.stem}-{number:0{len(str(len(tunes)))}}")
        try:
            yield read_tune(name, text)
        except UnreadableError as error:
            yield error


def _book(data: bytes) -> list[str]:
    text = decoded(data).replace("\r\n", "\n")
    if not re.search(r"^K:", text, re.MULTILINE):
        raise UnreadableError("it is not ABC notation (no tune in it has a key, K:)")
    return tunes_of(text)


def read_tune(name: Path, text: str) -> Music:
    """The music of one tune. Raises ``UnreadableError``."""
    if not re.search(r"^[LM]:", text, re.MULTILINE):  # the standard's default, which music21 does not know
        text = re.sub(r"^K:", "L:1/8\nK:", text, count=1, flags=re.MULTILINE)
    music = read_score(name, text, "abc")
    return replace(music, parts=with_texts(music.parts, text))


def tunes_of(text: str) -> list[str]:
    """The tunes of a book, each with what stands before the first; one text where there is no ``X:``."""
    starts = [found.start() for found in re.finditer(r"^X:", text, re.MULTILINE)]
    if not starts:
        return [text]
    head = text[: starts[0]]
    return [head + text[start:end] for start, end in pairwise([*starts, len(text)])]
