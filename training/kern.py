"""Humdrum **kern to monophonic voices, in ticks of the score grid.

music21 takes the spines apart (``HumdrumDataCollection``) and reads each note token
(``hdStringToNote``). Its streams are not built: they drop the phrase marks ``{ }``, read past broken
tokens, and take twenty times as long; a test compares both on music21's own corpus.
Repeats stay as written, grace notes are left out, ties make one note.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

from music21.exceptions21 import Music21Exception
from music21.humdrum.spineParser import (
    HumdrumDataCollection,
    HumdrumSpine,
    SpineLine,
    hdStringToNote,
)

from models.events import Note
from models.grid import TICKS_PER_QUARTER
from training.report import RefusedError

VELOCITY = 64
"""Scores know no loudness; the score grid ignores it."""

_SPLITS = {"*^", "*v", "*+", "*x"}
_NOT_SAID = re.compile(r"[^0-9.%a-gA-Gr#\-n]")
_VALUE = re.compile(r"[a-gA-Gr#\-n]*(\d+(?:%\d+)?\.*|\d+\.\d+)[a-gA-Gr#\-n]*")
_DECIMAL = re.compile(r"(\d+\.\d+)")
_BAR_NUMBER = re.compile(r"=+(\d+)")
_KEY = re.compile(r"\*([A-Ga-g][#-]?):([a-z]*)")
_METER = re.compile(r"\*M(\d+)/(\d+)")


@dataclass
class Voice:
    """One spine. ``phrase_notes`` and ``fermatas`` are indices of notes that end a phrase or are held.

    ``bars``: ticks of numbered bar lines (a repeat sign within a bar has no number). ``meters``: tick,
    numerator, denominator; 0, 0 where the meter is free. ``key``: the first key token (tonic, mode), as
    ``F#`` or ``f#`` and ``""`` or ``dor``. ``values``: each written note and rest in quarters.
    """

    notes: list[Note] = field(default_factory=list)
    phrase_notes: list[int] = field(default_factory=list)
    fermatas: list[int] = field(default_factory=list)
    bars: list[int] = field(default_factory=list)
    meters: list[tuple[int, int, int]] = field(default_factory=list)
    key: tuple[str, str] | None = None
    values: set[Fraction] = field(default_factory=set)
    length: int = 0


def decode(content: bytes) -> str:
    """Text of a kern file: UTF-8, or Latin-1 as old collections are."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def read_voices(text: str) -> list[Voice]:
    """The kern spines from left to right (in scores: from the bass upwards).

    Raises :class:`RefusedError` with the reason where the spines are broken or split, or a token is
    not one note or rest that 24 ticks per quarter can hold.
    """
    collection = HumdrumDataCollection(text)
    collection.parseEventListFromDataStream()
    _check_lines([line for line in collection.eventList if isinstance(line, SpineLine)])
    collection.parseProtoSpinesAndEventCollections()
    spines = collection.createHumdrumSpines().spines  # iterating over them goes right to left
    spines = [spine for spine in spines if spine.spineType == "kern"]
    if not spines:
        raise RefusedError("no kern spine")
    return [_Reading(spine).voice for spine in spines]


def _check_lines(lines: list[SpineLine]) -> None:
    """music21 reads on past spines that do not add up."""
    if not lines:
        raise RefusedError("no kern spine")
    width = len(lines[0].spineData)
    if not all(token.startswith("**") for token in lines[0].spineData):
        raise RefusedError("broken spines: they do not begin with **")
    for line in lines:
        if _SPLITS & set(line.spineData):
            raise RefusedError(f"spines split: line {line.lineNumber}")
        if len(line.spineData) != width:
            raise RefusedError(f"broken spines: line {line.lineNumber}")
    if any(token.startswith("**") for line in lines[1:] for token in line.spineData):
        raise RefusedError("several pieces in one file")
    if set(lines[-1].spineData) != {"*-"}:
        raise RefusedError("broken spines: not closed with *-")


@lru_cache(maxsize=1 << 14)
def _note(said: str) -> tuple[int | None, Fraction]:
    """Pitch (None for a rest) and quarters of a token without its marks."""
    value = _VALUE.fullmatch(said)
    if value is None:
        raise RefusedError(f"broken token: {said!r}")
    try:
        found = hdStringToNote(said)
    except (Music21Exception, ValueError, ZeroDivisionError, KeyError) as error:
        raise RefusedError(f"broken token: {said!r}") from error
    quarters = Fraction(found.duration.quarterLength).limit_denominator(4096)
    if decimal := _DECIMAL.search(said):
        # Some Essen tunes write two triplet halves as 1.5, a reciprocal with a fraction; their bars
        # add up so, whereas music21 takes the first digit for the value and the rest for a dot.
        quarters = 4 / Fraction(decimal[1])
    return (None if found.isRest else int(found.pitch.midi)), quarters


class _Reading:
    """Goes through one spine, token by token, and collects its voice."""

    def __init__(self, spine: HumdrumSpine) -> None:
        self.voice = Voice()
        self.now = 0
        self.tied: int | None = None  # pitch of the note that a tie holds
        self.in_phrase = False
        for event in spine.eventList:
            token = event.contents
            if token.startswith("*"):
                self.interpretation(token)
            elif token.startswith("="):
                if _BAR_NUMBER.match(token):
                    self.voice.bars.append(self.now)
            elif token != "." and not token.startswith("!"):
                self.data(token)
        if self.in_phrase:
            self.end_phrase()
        self.voice.length = self.now

    def interpretation(self, token: str) -> None:
        if key := _KEY.fullmatch(token):
            self.voice.key = self.voice.key or (key[1], key[2])
        elif meter := _METER.fullmatch(token):
            self.voice.meters.append((self.now, int(meter[1]), int(meter[2])))
        elif token.startswith("*M") and not token.startswith(("*MM", "*Mj")):
            self.voice.meters.append((self.now, 0, 0))

    def data(self, token: str) -> None:
        if " " in token:
            raise RefusedError("chords in a voice")
        if "{" in token:
            if self.in_phrase:  # its end was forgotten
                self.end_phrase()
            self.in_phrase = True
        if not {"q", "Q"} & set(token):
            self.note(token)
        if "}" in token:
            self.end_phrase()

    def note(self, token: str) -> None:
        pitch, quarters = _note(_NOT_SAID.sub("", token))
        exact = quarters * TICKS_PER_QUARTER
        if exact.denominator != 1 or exact <= 0:
            raise RefusedError(f"not on the grid: {token!r}")
        ticks = int(exact)
        notes = self.voice.notes
        if pitch is not None:
            if pitch == self.tied and set(token) & set("]_"):
                notes[-1] = notes[-1]._replace(duration=notes[-1].duration + ticks)
            else:
                notes.append(Note(self.now, pitch, VELOCITY, ticks))
            if ";" in token:
                self.voice.fermatas.append(len(notes) - 1)
        self.tied = pitch if set(token) & set("[_") else None
        self.voice.values.add(quarters)
        self.now += ticks

    def end_phrase(self) -> None:
        self.in_phrase = False
        last = len(self.voice.notes) - 1
        if last >= 0 and self.voice.phrase_notes[-1:] != [last]:
            self.voice.phrase_notes.append(last)
