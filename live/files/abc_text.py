"""What an ABC tune says and music21 does not take up: names of voices, programs, lyrics."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from live.files.music import Lyric, Part
from models.convert import NoteArray

_ASIDE = re.compile(r'"[^"]*"|![^!]*!|\+[^+\s]*\+|\{[^}]*\}|\[[A-Za-z]:[^\]]*\]|%.*')
"""Chord symbols, decorations, grace notes, fields within a line, comments: no notes."""
_SIGN = re.compile(r"(\[[^\]|:\d][^\]]*\]|[_^=]*[A-Ga-g][,']*)[\d/]*(-?)|[zxZ][\d/]*|(\|)")
_SYLLABLE = re.compile(r"(?:\\-|\\_|\\\*|[^\s\-_*|])+|[-_*|]")


@dataclass
class _Voice:
    name: str = ""
    program: int | None = None
    struck: list[bool] = field(default_factory=list)
    """For every note and chord, whether it begins here, not tied back."""
    chords: list[bool] = field(default_factory=list)
    """For every note and chord, whether it is a chord."""
    syllables: list[tuple[int, str, bool, int]] = field(default_factory=list)
    """(number of the note, text, whether the word goes on, verse)."""


def with_texts(parts: tuple[Part, ...], text: str) -> tuple[Part, ...]:
    """The parts with the names, programs and lyrics that the tune gives its voices, in their order."""
    voices = _voices(text)
    if len(voices) != len(parts):
        return parts
    return tuple(_told(part, voice) for part, voice in zip(parts, voices, strict=True))


def _told(part: Part, voice: _Voice) -> Part:
    program = part.program if voice.program is None else voice.program
    part = replace(part, name=voice.name or part.name, program=program)
    onsets = np.unique(part.notes[:, 0]).tolist()
    apart = np.array(voice.struck) | voice.chords  # music21 does not see the ties of chords
    if len(onsets) != apart.sum():
        return part
    count = np.cumsum(apart) - 1
    tied = [onsets[count[at]] for at, struck in enumerate(voice.struck) if apart[at] and not struck]
    lyrics = [
        Lyric(onsets[count[note]], words, goes_on, verse)
        for note, words, goes_on, verse in voice.syllables
        if note < len(count) and voice.struck[note]
    ]
    return replace(part, notes=_joined(part.notes, tied), lyrics=tuple(sorted(lyrics)))


def _joined(notes: NoteArray, tied: list[float]) -> NoteArray:
    """Each note that begins at a ``tied`` onset is joined to the one of its pitch that ends there."""
    rows = notes.tolist()
    for onset in tied:
        for row in [row for row in rows if row[0] == onset]:
            before = [each for each in rows if each[1] == row[1] and abs(each[0] + each[3] - onset) < 1e-6]
            if before:
                before[0][3] += row[3]
                rows.remove(row)
    return np.array(rows).reshape(-1, 5)


def _voices(text: str) -> list[_Voice]:
    """The voices of a tune, in the order in which they are first named; those with music."""
    found: dict[str, _Voice] = {}
    now = found.setdefault("", _Voice())
    line_start, verse, tied, head = 0, 0, False, True
    for line in text.splitlines():
        if line.startswith("K:"):
            head = False
        if line.startswith("V:"):
            name = line[2:].split()
            now = found.setdefault(name[0] if name else "", _Voice())
            titled = re.search(r'(?:name|nm)="([^"]*)"', line)
            now.name = titled[1] if titled else now.name
            tied = False
        elif program := re.match(r"%%MIDI\s+program\s+(?:\d+\s+)?(\d+)\s*$", line):
            now.program = int(program[1])
        elif line.startswith("w:"):
            verse += 1
            now.syllables += _syllables(line[2:], line_start, verse)
        elif head or not line.strip() or line.startswith("%") or re.match(r"[A-Za-z+]:", line):
            continue
        else:
            line_start, verse = len(now.struck), 0
            for sign in _SIGN.finditer(_ASIDE.sub("", line)):
                if sign[3]:
                    continue
                if sign[1]:
                    now.struck.append(not tied)
                    now.chords.append(sign[1].startswith("["))
                tied = bool(sign[1]) and (bool(sign[2]) or "-" in sign[1])
    return [voice for voice in found.values() if voice.struck]


def _syllables(line: str, note: int, verse: int) -> Iterator[tuple[int, str, bool, int]]:
    """Which note each syllable of a ``w:`` line is sung to. Bar signs in it are passed over."""
    waiting: tuple[int, str] | None = None
    for found in _SYLLABLE.finditer(line):
        token = found[0]
        if token in ("-", "_", "*", "|"):
            if waiting is not None and token == "-":
                yield (*waiting, True, verse)
                waiting = None
            elif token in ("*", "_", "-"):
                note += 1
            continue
        if waiting is not None:
            yield (*waiting, False, verse)
        waiting = (note, token.replace("~", " ").replace("\\", ""))
        note += 1
    if waiting is not None:
        yield (*waiting, False, verse)
