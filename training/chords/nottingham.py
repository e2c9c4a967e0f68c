"""Nottingham's tunes: melodies with chord symbols, in ABC (github.com/jukedeck/nottingham-dataset; GPLv3).

What is learned from them is not shipped. Read here and not by music21, which takes minutes for them and does
not know their spelling of chords (``D/f+`` for D over F sharp, ``Cd`` for C diminished).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from models.chord import Chord
from models.chord_model import number_of
from models.grid import TICKS_PER_QUARTER
from models.key import Key
from models.meter import Meter
from models.piece import Piece
from training.chords.tunes import UNKNOWN, Line, strong_beats
from training.errors import CorpusError
from training.melody import note_features
from training.report import Report
from training.sources import read_files
from training.split import SplitSettings, divide_by_melody

_TOKEN = re.compile(
    r'"(?P<chord>[^"]*)"'
    r"|\[(?P<field>[A-Za-z]):[^\]]*\]"
    r"|\{[^}]*\}"
    r"|\((?P<tuplet>\d)"
    r"|(?P<note>[_^=]{0,2}[A-Ga-gzx][,']*)(?P<length>[\d/]*)(?P<dots>[<>]*)(?P<tie>-?)"
    r"|(?P<bar>\|[\]|:]?|:\||\[\d)"
)
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SHARPS = ("F", "C", "G", "D", "A", "E", "B")
_SIGN = {"^": 1, "^^": 2, "_": -1, "__": -2, "=": 0}
_TUPLETS = {2: Fraction(3, 2), 3: Fraction(2, 3), 4: Fraction(3, 4)}


def read(data: Path) -> dict[str, list[Line]]:
    """All tunes, by split: no melody stands in two. Raises :class:`CorpusError`."""
    files, _ = read_files(data, lambda name: name.endswith(".abc") and "original" not in name.lower())
    lines = {
        line.name: line for name, content in files.items() for line in tunes(name, content.decode("latin-1"))
    }
    if not lines:
        raise CorpusError(f"{data} holds no tunes in ABC notation: unpack nottingham-dataset there")
    pieces = [_piece(line) for line in lines.values()]
    splits = divide_by_melody(pieces, note_features, SplitSettings(), Report("nottingham"))
    return {split: [lines[piece.name] for piece in found] for split, found in splits.items()}


def tunes(name: str, text: str) -> Iterator[Line]:
    """The tunes of a book, each part that has a key of its own by itself; only those with chords."""
    for tune in re.split(r"^X:", text, flags=re.MULTILINE)[1:]:
        number = tune.split("\n", 1)[0].strip()
        for part, line in enumerate(_Reading(f"{name} {number}").parts(tune)):
            if sum(chord != UNKNOWN for _, chord in line.chords) > 2 and len(line.notes) > 8:
                yield line._replace(name=f"{line.name}.{part}")


def chord_of(written: str, semitones: int) -> int:
    """The number of a chord as it is written there."""
    text = written.strip(" ()").split("/")[0]
    found = re.fullmatch(r"([A-G][#b]?)(.*)", text)
    if found is None:
        return UNKNOWN
    quality = {"d": "dim", "a": "aug", "d7": "dim7"}.get(found[2], found[2])
    try:
        return number_of(Chord.parse(found[1] + quality), semitones)
    except ValueError:
        return UNKNOWN


class _Reading:
    """Goes through a tune and collects parts, each in one key."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.meter, self.unit, self.key = (4, 4), Fraction(1, 8), Key(0, "major")
        self.fresh()

    def fresh(self) -> None:
        self.now = Fraction(0)
        self.notes: list[tuple[int, int, int]] = []
        self.chords: list[tuple[int, int]] = []
        self.bars: list[Fraction] = [Fraction(0)]
        self.signs: dict[str, int] = {}
        self.tuplet, self.left = Fraction(1), 0
        self.broken = Fraction(1)
        self.tied = False

    def parts(self, tune: str) -> Iterator[Line]:
        for row in tune.split("\n")[1:]:
            head = re.match(r"([A-Za-z]):(.*)", row)
            if head is None:
                self.body(row.split("%")[0])
            elif head[1] in "KM":
                if self.notes:
                    yield self.line()
                    self.fresh()
                self.header(head[1], head[2].strip())
            elif head[1] == "L":
                self.unit = Fraction(head[2].strip())
        if self.notes:
            yield self.line()

    def header(self, name: str, value: str) -> None:
        if name == "M":
            numerator, _, denominator = value.replace("C|", "2/2").replace("C", "4/4").partition("/")
            self.meter = int(numerator), int(denominator)
            self.unit = Fraction(1, 16) if Fraction(*self.meter) < Fraction(3, 4) else Fraction(1, 8)
        else:
            self.key = Key.parse(value.split(maxsplit=1)[0])

    def line(self) -> Line:
        quarters = Fraction(4 * self.meter[0], self.meter[1])
        bars = [bar for bar in self.bars if bar < self.now]
        if len(bars) > 1 and bars[1] - bars[0] < quarters:  # a pickup
            bars[0] = bars[1] - quarters
        beats: list[tuple[int, bool]] = []
        for bar, end in zip(bars, [*bars[1:], self.now], strict=True):
            meter = Meter(0, *self.meter, 0)
            length = _ticks(min(end, bar + quarters) - bar)
            beats += [(_ticks(bar) + tick, first) for tick, first in strong_beats(meter, 0, length)]
        beats = [beat for beat in beats if beat[0] >= 0]
        return Line(self.name, self.key.mode == "minor", self.notes, self.chords, beats)

    def body(self, row: str) -> None:
        for found in _TOKEN.finditer(row):
            if found["chord"] is not None:
                self.chords.append((_ticks(self.now), chord_of(found["chord"], self.key.transposition)))
            elif found["tuplet"]:
                count = int(found["tuplet"])
                self.tuplet, self.left = _TUPLETS.get(count, Fraction(2, count)), count
            elif found["bar"]:
                self.signs.clear()
                if self.now > self.bars[-1]:
                    self.bars.append(self.now)
            elif found["note"]:
                self.note(found["note"], found["length"], found["dots"], tie=bool(found["tie"]))

    def note(self, written: str, length: str, dots: str, *, tie: bool) -> None:
        lasts = _length(length) * self.unit * 4 * self.broken
        self.broken = Fraction(1)
        if dots:
            more = Fraction(3, 2) if dots[0] == ">" else Fraction(1, 2)
            lasts, self.broken = lasts * more, 2 - more
        if self.left:
            lasts, self.left = lasts * self.tuplet, self.left - 1
        begin = _ticks(self.now)
        self.now += lasts
        if written[0] in "zx":
            self.tied = False
            return
        pitch = self.pitch(written) + self.key.transposition
        if self.tied and self.notes and self.notes[-1][2] == pitch:
            self.notes[-1] = self.notes[-1][0], _ticks(self.now) - self.notes[-1][0], pitch
        else:
            self.notes.append((begin, _ticks(self.now) - begin, pitch))
        self.tied = tie

    def pitch(self, written: str) -> int:
        found = re.fullmatch(r"([_^=]*)([A-Ga-g])([,']*)", written)
        assert found is not None
        signs, letter, octaves = found.groups()
        name = letter.upper()
        place = name + ("'" if letter.islower() else "") + octaves
        if signs:
            self.signs[place] = _SIGN.get(signs, 0)
        alter = self.signs.get(place, self.signature().get(name, 0))
        octave = 4 + letter.islower() + octaves.count("'") - octaves.count(",")
        return 12 * (octave + 1) + _LETTERS[name] + alter

    def signature(self) -> dict[str, int]:
        """The signs of the key."""
        fifths = (-7 * self.key.transposition) % 12
        if fifths <= 6:
            return dict.fromkeys(_SHARPS[:fifths], 1)
        return dict.fromkeys(_SHARPS[::-1][: 12 - fifths], -1)


def _length(written: str) -> Fraction:
    """``3``, ``/2``, ``3/2``, ``//``."""
    if not written:
        return Fraction(1)
    upper, slash, lower = written.partition("/")
    if not slash:
        return Fraction(int(upper))
    if set(lower) <= {"/"}:
        return Fraction(int(upper or 1), 2 ** (1 + len(lower)))
    return Fraction(int(upper or 1), int(lower.split("/")[0]))


def _ticks(quarters: Fraction) -> int:
    return round(quarters * TICKS_PER_QUARTER)


def _piece(line: Line) -> Piece:
    """As the split wants it."""
    notes = np.array([(onset, pitch, 64, length, 0) for onset, length, pitch in line.notes], np.float64)
    return Piece(line.name, notes)
