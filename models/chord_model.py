"""Which chord stands under a melody, told the melody note by note: a small model that looks at no future.

A filter follows which chords are likely (a chord depends on the one before it, the melody's notes on the
chord); what it expects, the notes since the last strong beat and those on the last ones are weighed together.
Chords are 12 roots in 4 qualities, music stands in C major or A minor. All of it is learned from tunes whose
chords are known (:mod:`training.chords`). One question takes 0.1 ms in NumPy. Owned by one thread; never
blocks.
"""

from __future__ import annotations

import hashlib
import zipfile
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import platformdirs
from numpy.typing import NDArray

from models.chord import Chord

PLAIN = ("", "m", "dim", "7")
"""Qualities that are told apart: chord ``i`` has the quality ``i // 12`` over the root ``i % 12``."""
CHORDS = 12 * len(PLAIN)
SHIPPED = Path(__file__).with_name("chords.npz")
OWN = Path(platformdirs.user_data_dir("antiphon")) / "chords.npz"
"""What the user has trained; played by in place of the shipped ones."""
_PLAIN_OF = {
    "6": "", "maj7": "", "add9": "", "maj9": "", "6/9": "", "aug": "", "sus2": "", "sus4": "", "5": "",
    "m7": "m", "m6": "m", "mmaj7": "m", "madd9": "m", "m9": "m", "m11": "m", "dim7": "dim", "m7b5": "dim",
}  # fmt: skip
NONE = 12
"""In the place of a pitch class: no note."""
_NOTES = 13

_EXPECTED = 0
_NOTE = _EXPECTED + CHORDS
_AFTER_NOTE = _NOTE + 2 * _NOTES
_AFTER_BEAT = _AFTER_NOTE + _NOTES * _NOTES
_BEAT_BEFORE = _AFTER_BEAT + _NOTES * _NOTES
_PASSED = _BEAT_BEFORE + _NOTES
_BAR = _PASSED + 12
_LATELY = _BAR + 4
_ALWAYS = _LATELY + 12
ROWS = _ALWAYS + 1
"""Rows of the weights: what was expected, the note and the mode, the note after the note before, the note
after that of the last strong beat, that of the one before, notes passed since, place in the bar and mode,
what was heard lately, and one for all."""
_LEAST = 1e-4
_EXPECTED_SCALE, _PASSED_SCALE, _FADE = 0.3, 0.5, 0.8
_STRUCK_POWER, _PASSING_POWER = 0.8, 0.5
"""How far a note's evidence counts in the filter."""

Floats = NDArray[np.float32]


def plain(quality: str) -> str:
    """The one of :data:`PLAIN` that a quality of :data:`models.chord.QUALITIES` is nearest to."""
    return quality if quality in PLAIN else _PLAIN_OF.get(quality, "7")


def number_of(chord: Chord, semitones: int = 0) -> int:
    """The chord as it is counted here, moved by so many semitones."""
    return PLAIN.index(plain(chord.quality)) * 12 + (chord.root + semitones) % 12


@lru_cache(maxsize=128)
def made_of(classes: tuple[int, ...]) -> NDArray[np.bool_]:
    """``[C]``: the chords all of whose tones are among these pitch classes."""
    inside = np.isin(np.arange(12), classes)
    return np.array([inside[list(chord_of(number).classes)].all() for number in range(CHORDS)])


def chord_of(number: int, semitones: int = 0) -> Chord:
    """A chord of the model, so many semitones higher."""
    return Chord((number + semitones) % 12, PLAIN[number // 12])


class ChordTables(NamedTuple):
    """What was learned; the first axis is the mode (major, minor). Probabilities: ``first [2, C]``; ``moves
    [2, 2, C, C]`` from a chord to the next, within a bar and over a bar line; ``struck [2, C, 12]`` the
    melody's note at a strong beat, ``passing [2, C, 12]`` after it. ``weights [ROWS, C]`` of the choice, in
    nats."""

    first: Floats
    moves: Floats
    struck: Floats
    passing: Floats
    weights: Floats

    @property
    def sha256(self) -> str:
        """By which a session can tell whether it is run again with the same."""
        digest = hashlib.sha256()
        for array in self:
            digest.update(np.ascontiguousarray(array).tobytes())
        return digest.hexdigest()


class BadChordsError(ValueError):
    """A file that holds no such tables: one line that says what is wrong."""


_SHAPES = {
    "first": (2, CHORDS),
    "moves": (2, 2, CHORDS, CHORDS),
    "struck": (2, CHORDS, 12),
    "passing": (2, CHORDS, 12),
    "weights": (ROWS, CHORDS),
}


def load_chords(path: Path = SHIPPED) -> ChordTables:
    """Read tables. Raises :class:`BadChordsError`, in one line. Blocks for the disk (5 ms)."""
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            found = {name: np.asarray(file[name], np.float32) for name in _SHAPES}
    except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise BadChordsError(f"{path} holds no chords ({error}): train it anew, or delete it") from error
    for name, shape in _SHAPES.items():
        array = found[name]
        if array.shape != shape or not np.isfinite(array).all() or (name != "weights" and array.min() <= 0):
            raise BadChordsError(f"{path} holds no chords ({name} is not as it should be): train it anew")
    return ChordTables(**found)


class ChordFilter:
    """One melody. Pitch classes are those of C major or A minor."""

    def __init__(self, tables: ChordTables) -> None:
        self._tables = tables
        self._belief: Floats | None = None
        self._passed: list[int] = []
        self._last = NONE
        self._beats = [NONE, NONE]
        self._lately = np.zeros(12, np.float32)

    def hear(self, note: int) -> None:
        """A melody note between two strong beats: a pitch class."""
        self._passed.append(note % 12)

    def ask(
        self, note: int | None, *, minor: bool, bar: bool, allowed: NDArray[np.bool_] | None = None
    ) -> int:
        """The chord from now on, where ``note`` sounds (None: a rest). ``bar``: a bar begins here.

        ``allowed [C]``: chords that may be; where it allows none, any.
        """
        scores = self.look(note, minor=minor, bar=bar) @ self._tables.weights
        if allowed is not None and allowed.any():
            scores = np.where(allowed, scores, -np.inf)
        return int(np.argmax(scores))

    def look(self, note: int | None, *, minor: bool, bar: bool) -> Floats:
        """``[ROWS]``: all that the choice depends on; and time goes on."""
        tables, mode = self._tables, int(minor)
        belief = tables.first[mode] if self._belief is None else self._belief
        if self._passed:
            belief = belief * np.prod(tables.passing[mode][:, self._passed], axis=1) ** _PASSING_POWER
            self._last = self._passed[-1]
        if self._belief is not None:
            belief = (belief / belief.sum()) @ tables.moves[mode, int(bar)]
        belief = belief / belief.sum()
        here = NONE if note is None else note % 12
        rows = np.zeros(ROWS, np.float32)
        rows[_EXPECTED:_NOTE] = _EXPECTED_SCALE * np.log(belief + _LEAST)
        rows[_NOTE + _NOTES * mode + here] = 1
        rows[_AFTER_NOTE + _NOTES * here + self._last] = 1
        rows[_AFTER_BEAT + _NOTES * here + self._beats[1]] = 1
        rows[_BEAT_BEFORE + self._beats[0]] = 1
        for passed in self._passed:
            rows[_PASSED + passed] += _PASSED_SCALE
        rows[_BAR + 2 * mode + int(bar)] = 1
        rows[_LATELY:_ALWAYS] = self._lately
        rows[_ALWAYS] = 1
        self._go_on(belief, here, mode)
        return rows

    def played(self, number: int) -> None:
        """Another chord stands here, whoever chose it: the filter goes on from that."""
        if self._belief is not None:
            self._belief = np.full(CHORDS, _LEAST, np.float32)
            self._belief[number] = 1

    def turn(self, semitones: int) -> None:
        """The key is another: what was heard lies so many semitones higher now."""
        self._passed = [(each + semitones) % 12 for each in self._passed]
        self._last = self._turned(self._last, semitones)
        self._beats = [self._turned(each, semitones) for each in self._beats]
        self._lately = np.roll(self._lately, semitones)
        if self._belief is not None:
            self._belief = np.roll(self._belief.reshape(-1, 12), semitones, axis=1).reshape(-1)

    def _go_on(self, belief: Floats, here: int, mode: int) -> None:
        self._lately = self._lately * np.float32(_FADE)
        if here != NONE:
            belief = belief * self._tables.struck[mode][:, here] ** _STRUCK_POWER
            self._lately[here] += 0.2
        for passed in self._passed:
            self._lately[passed] += 0.1
        self._belief = belief / belief.sum()
        self._beats = [self._beats[1], here]
        self._last, self._passed = here, []

    @staticmethod
    def _turned(note: int, semitones: int) -> int:
        return note if note == NONE else (note + semitones) % 12
