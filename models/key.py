"""Keys: how they are written, how they are found, and how far they are from C major or A minor.

Score models stand in C major or A minor only; every piece is brought there and its answer back.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.convert import NoteArray

Mode = Literal["major", "minor"]

NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_MODES: dict[str, Mode] = {
    "": "major", "maj": "major", "major": "major", "ion": "major", "ionian": "major",
    "lyd": "major", "lydian": "major", "mix": "major", "mixolydian": "major",
    "m": "minor", "min": "minor", "minor": "minor", "aeo": "minor", "aeolian": "minor",
    "dor": "minor", "dorian": "minor", "phr": "minor", "phrygian": "minor",
    "loc": "minor", "locrian": "minor",
}  # fmt: skip
_WRITTEN = re.compile(r"\s*([A-Ga-g])([#b♯♭]?)\s*([A-Za-z]*)\s*")

# The probe-tone profiles of Krumhansl and Kessler (1982), from the tonic upwards.
_PROFILES = np.array(
    [
        [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88],
        [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17],
    ]
)


class Key(NamedTuple):
    """A key: its tonic as a pitch class (C = 0) and its mode; church modes count by their third."""

    tonic: int
    mode: Mode

    @property
    def name(self) -> str:
        """As :meth:`parse` reads it: ``F#m``, ``Eb``."""
        return NAMES[self.tonic] + ("m" if self.mode == "minor" else "")

    @property
    def transposition(self) -> int:
        """Semitones (-5 .. 6) that bring this key to C major or A minor."""
        home = 9 if self.mode == "minor" else 0
        return (home - self.tonic + 5) % 12 - 5

    @staticmethod
    def parse(text: str) -> Key:
        """Read ``C``, ``F#m``, ``bb minor``, ``D dorian``; ``ValueError`` for anything else."""
        found = _WRITTEN.fullmatch(text)
        mode = _MODES.get(_mode_word(found[3])) if found else None
        if found is None or mode is None:
            raise ValueError(f"{text!r} is not a key; write one like C, F#m or Bb minor")
        shift = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}[found[2]]
        return Key((_STEPS[found[1].upper()] + shift) % 12, mode)


def find_key(notes: NoteArray) -> Key:
    """The key whose Krumhansl-Kessler profile fits the notes ``[n, 5]`` best, weighted by duration.

    Notes that favour no key (none at all, or all twelve pitch classes alike) are taken for C major.
    """
    pitch_class = notes[:, 1].astype(int) % 12
    classes = np.bincount(pitch_class, weights=notes[:, 3], minlength=12).astype(np.float64)
    scores = key_scores(classes)
    mode, tonic = divmod(int(scores.argmax()), 12)
    return Key(tonic, "minor" if mode else "major")


def key_scores(classes: NDArray[np.float64]) -> NDArray[np.float64]:
    """``[24]``: correlation of pitch-class weights ``[12]`` with twelve major, then minor keys."""
    weights = classes - classes.mean()
    size = float(np.sqrt((weights**2).sum()))
    if size <= 1e-12 * max(1.0, float(classes.sum())):
        return np.zeros(24)
    profiles = _PROFILES - _PROFILES.mean(axis=1, keepdims=True)
    profiles /= np.sqrt((profiles**2).sum(axis=1, keepdims=True))
    rotated = np.stack([np.roll(weights, -tonic) for tonic in range(12)]) / size
    scores: NDArray[np.float64] = (profiles @ rotated.T).reshape(24)
    return scores


def _mode_word(word: str) -> str:
    """``M`` alone is major and ``m`` minor; otherwise case does not matter."""
    return "maj" if word == "M" else word.lower()
