"""Humdrum **kern: what music21 does not do, checking spines and reading phrase marks."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from live.files.kern_text import with_texts
from live.files.music import Music
from live.files.score import read_score
from live.files.text import decoded
from live.files.unreadable import UnreadableError
from models.key import Key


def read_kern(path: Path, data: bytes) -> Music:
    """The music of a kern file. Raises ``UnreadableError``, naming the line of a broken spine."""
    text = decoded(data)
    check_spines(text)
    music = read_score(path, text, "humdrum")
    parts = with_texts(music.parts, text)
    music = replace(music, key=_key(text) or music.key, parts=parts, title=_title(text) or music.title)
    ends = phrase_notes(text)
    if ends and len(music.parts) == 1 and ends[-1] < len(music.parts[0].notes):
        notes = music.parts[0].notes[ends]
        phrases = tuple((notes[:, 0] + notes[:, 3]).tolist())
        music = replace(music, parts=(replace(music.parts[0], phrases=phrases),))
    return music


def phrase_notes(text: str) -> list[int]:
    """Which notes of a single line end a phrase ``{ }``; music21 drops these marks.

    Empty for several kern spines, for spines that split and for chords.
    """
    lines = [line.split("\t") for line in text.splitlines() if line and not line.startswith("!!")]
    if lines[0].count("**kern") != 1 or {"*^", "*+"} & {token for line in lines for token in line}:
        return []
    column, note, found = lines[0].index("**kern"), -1, []
    for line in lines:
        token = line[column]
        if token[0] in "*!=.":
            continue
        if " " in token:
            return []
        pitched = re.search("[a-gA-G]", token) and not re.search(r"[qQ\]_]", token)
        note += bool(pitched)
        if "}" in token and note >= 0:
            found.append(note)
    return found


def _title(text: str) -> str:
    found = re.search(r"^!!!OTL[^:]*:(.*)", text, re.MULTILINE)
    return " ".join(found[1].split()) if found else ""


def _key(text: str) -> Key | None:
    """The first key token, also of a church mode (``*g:dor``), which music21 passes over."""
    found = re.search(r"(?:^|\t)\*([A-Ga-g])([#-]?):([a-z]*)", text, re.MULTILINE)
    if found is None:
        return None
    mode = found[3] or ("major" if found[1].isupper() else "minor")
    try:
        return Key.parse(f"{found[1]}{found[2].replace('-', 'b')} {mode}")
    except ValueError:
        return None


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
