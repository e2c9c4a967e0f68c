"""Humdrum **kern: spines are checked here, since music21 reads on past many that are broken."""

from __future__ import annotations

from pathlib import Path

from live.files.music import Music
from live.files.score import read_score
from live.files.text import decoded
from live.files.unreadable import UnreadableError


def read_kern(path: Path, data: bytes) -> Music:
    """The music of a kern file. Raises ``UnreadableError``, naming the line of a broken spine."""
    text = decoded(data)
    check_spines(text)
    return read_score(path, text, "humdrum")


def check_spines(text: str) -> None:
    """Follow the spines from ``**`` to ``*-``; ``UnreadableError`` where they do not add up."""
    spines, kern = 0, False
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("!!"):
            continue
        tokens = line.split("\t")
        if not spines:
            if not all(token.startswith("**") for token in tokens):
                raise UnreadableError(f"line {number} stands outside of all **kern spines")
            spines = len(tokens)
            kern |= "**kern" in tokens
            continue
        if len(tokens) != spines:
            raise UnreadableError(
                f"its spines are broken: line {number} has {len(tokens)} of {spines} columns"
            )
        if line.startswith("*"):
            spines = _after(tokens, number)
    if not kern:
        raise UnreadableError("it holds no **kern spine")
    if spines:
        raise UnreadableError("its spines are broken: they are not closed with *- at the end")


def _after(tokens: list[str], number: int) -> int:
    """How many spines go on after a line of interpretations."""
    spines, at = 0, 0
    while at < len(tokens):
        token = tokens[at]
        at += 1
        if token == "*v":
            first = at
            while at < len(tokens) and tokens[at] == "*v":
                at += 1
            if at == first:
                raise UnreadableError(f"its spines are broken: line {number} joins a single one")
        spines += {"*^": 2, "*+": 2, "*-": 0}.get(token, 1)
    return spines
