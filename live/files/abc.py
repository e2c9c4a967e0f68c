"""ABC notation: what a tune must have before music21 reads it."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from live.files.music import Music
from live.files.score import read_score
from live.files.text import decoded
from live.files.unreadable import UnreadableError


def read_abc(path: Path, data: bytes) -> Music:
    """The music of an ABC file, the first tune of a book. Raises ``UnreadableError``."""
    text = decoded(data).replace("\r\n", "\n")
    if not re.search(r"^K:", text, re.MULTILINE):
        raise UnreadableError("it is not ABC notation (no tune in it has a key, K:)")
    tunes = tunes_of(text)
    if len(tunes) < 2:
        return read_score(path, text, "abc")
    music = read_score(path, tunes[0], "abc")
    return replace(music, remarks=(f"{path.name} holds {len(tunes)} tunes; the first is taken",))


def tunes_of(text: str) -> list[str]:
    """The tunes of a book, each with what stands before the first; one text where there is no ``X:``."""
    starts = [found.start() for found in re.finditer(r"^X:", text, re.MULTILINE)]
    if not starts:
        return [text]
    head = text[: starts[0]]
    return [head + text[start:end] for start, end in pairwise([*starts, len(text)])]
