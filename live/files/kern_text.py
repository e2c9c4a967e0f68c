"""What stands beside the notes of a kern file and music21 does not take up: names of parts, lyrics."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from live.files.music import Lyric, Part

_SUNG = ("**text", "**silbe", "**lyrics")
_NOTE = re.compile(r"[a-gA-G]")


def with_texts(parts: tuple[Part, ...], text: str) -> tuple[Part, ...]:
    """The parts (in music21's order, the last kern spine first) with their names and lyrics.

    A syllable belongs to the notes of its line; each line on which a kern spine strikes a note is one
    onset of its part. Parts as they were where the counts do not agree.
    """
    spines = _spines(text)
    kern = [spine for spine, kind in enumerate(spines.kinds) if kind == "**kern"][::-1]
    if len(kern) != len(parts):
        return parts
    return tuple(_told(part, spines, spine) for part, spine in zip(parts, kern, strict=True))


def _told(part: Part, spines: _Spines, spine: int) -> Part:
    part = replace(part, name=spines.names.get(spine, part.name))
    onsets = np.unique(part.notes[:, 0]).tolist()
    if len(onsets) != len(spines.strikes[spine]):
        return part
    at = dict(zip(spines.strikes[spine], onsets, strict=True))
    lyrics = [
        Lyric(at[line], words.rstrip("-").lstrip("-"), words.endswith("-"), verse)
        for verse, sung in enumerate(spines.sung_to(spine), start=1)
        for line, words in spines.words[sung]
        if line in at and words.strip("-")
    ]
    return replace(part, lyrics=tuple(sorted(lyrics)))


class _Spines:
    """Spines counted from 0, as the first line names them, whatever they split into."""

    def __init__(self, kinds: list[str]) -> None:
        self.kinds = kinds
        self.names: dict[int, str] = {}
        self.strikes: list[list[int]] = [[] for _ in kinds]
        self.words: list[list[tuple[int, str]]] = [[] for _ in kinds]

    def sung_to(self, spine: int) -> Iterator[int]:
        """The text spines between a kern spine and the next."""
        for other in range(spine + 1, len(self.kinds)):
            if self.kinds[other] == "**kern":
                return
            if self.kinds[other] in _SUNG:
                yield other


def _spines(text: str) -> _Spines:
    found = _Spines([])
    owners: list[int] = []
    for number, line in enumerate(text.splitlines()):
        tokens = line.split("\t")
        if not line.strip() or line.startswith("!"):
            continue
        if not owners:
            owners = list(range(len(tokens)))
            found = _Spines(tokens)
        elif line.startswith("*"):
            for owner, token in zip(owners, tokens, strict=False):
                if token.startswith('*I"'):
                    found.names.setdefault(owner, token[3:].strip())
            owners = _after(owners, tokens)
        elif not line.startswith("="):
            _hear(found, owners, tokens, number)
    return found


def _hear(found: _Spines, owners: list[int], tokens: list[str], number: int) -> None:
    for owner, token in zip(owners, tokens, strict=False):
        if found.kinds[owner] == "**kern":
            if any(map(_strikes, token.split(" "))) and number not in found.strikes[owner][-1:]:
                found.strikes[owner].append(number)
        elif token not in (".", "") and not token.startswith("!"):
            found.words[owner].append((number, token))


def _strikes(token: str) -> bool:
    """Whether a note begins here that is no grace note and not tied back."""
    return bool(_NOTE.search(token)) and not re.search(r"[qQ_\]r]", token)


def _after(owners: list[int], tokens: list[str]) -> list[int]:
    """To which spines the columns belong after a line of interpretations."""
    found: list[int] = []
    joined = False
    for owner, token in zip(owners, tokens, strict=False):
        if token == "*v":
            if not joined:
                found.append(owner)
            joined = True
            continue
        joined = False
        found += [owner] * {"*^": 2, "*-": 0}.get(token, 1)
    return found
