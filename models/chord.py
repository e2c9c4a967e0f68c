"""Chords by name: which pitch classes ``Am``, ``G7`` or ``Bbmaj7/D`` are made of, and back."""

from __future__ import annotations

import re
from typing import NamedTuple

from models.key import NAMES

QUALITIES: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "7": (0, 4, 7, 10),
    "maj7": (0, 4, 7, 11),
    "m7": (0, 3, 7, 10),
    "dim": (0, 3, 6),
    "dim7": (0, 3, 6, 9),
    "m7b5": (0, 3, 6, 10),
    "aug": (0, 4, 8),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "7sus4": (0, 5, 7, 10),
    "6": (0, 4, 7, 9),
    "m6": (0, 3, 7, 9),
    "mmaj7": (0, 3, 7, 11),
    "aug7": (0, 4, 8, 10),
    "7b5": (0, 4, 6, 10),
    "add9": (0, 2, 4, 7),
    "madd9": (0, 2, 3, 7),
    "9": (0, 2, 4, 7, 10),
    "maj9": (0, 2, 4, 7, 11),
    "m9": (0, 2, 3, 7, 10),
    "7b9": (0, 1, 4, 7, 10),
    "7#9": (0, 3, 4, 7, 10),
    "6/9": (0, 2, 4, 7, 9),
    "11": (0, 2, 4, 5, 7, 10),
    "m11": (0, 2, 3, 5, 7, 10),
    "13": (0, 2, 4, 7, 9, 10),
    "5": (0, 7),
}
"""Semitones over the root; where several names fit a set, the first one in this order is its name."""
_ALSO = {
    "maj": "", "M": "", "min": "m", "-": "m", "dom7": "7", "M7": "maj7", "min7": "m7", "-7": "m7",
    "o": "dim", "°": "dim", "o7": "dim7", "°7": "dim7", "min7b5": "m7b5", "ø": "m7b5", "ø7": "m7b5",
    "+": "aug", "+7": "aug7", "7#5": "aug7", "sus": "sus4", "7sus": "7sus4", "min6": "m6", "69": "6/9",
    "mM7": "mmaj7", "minmaj7": "mmaj7", "M9": "maj9", "min9": "m9", "min11": "m11",
}  # fmt: skip
"""Other ways to write them."""
_WRITTEN = re.compile(r"\s*([A-Ga-g])([#b♯♭]?)(.*?)(?:/([A-Ga-g])([#b♯♭]?))?\s*")
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SIGNS = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}


class Chord(NamedTuple):
    """``root`` and ``bass`` are pitch classes (C = 0), ``quality`` a key of :data:`QUALITIES`."""

    root: int
    quality: str = ""
    bass: int | None = None

    @property
    def classes(self) -> tuple[int, ...]:
        """The pitch classes; the first is what the lowest voice plays: the bass, else the root."""
        tones = tuple((self.root + step) % 12 for step in QUALITIES[self.quality])
        return tones if self.bass is None else (self.bass, *(tone for tone in tones if tone != self.bass))

    @property
    def name(self) -> str:
        """As :meth:`parse` reads it: ``F#dim``, ``C/E``."""
        over = "" if self.bass is None else f"/{NAMES[self.bass]}"
        return f"{NAMES[self.root]}{self.quality}{over}"

    @staticmethod
    def parse(text: str) -> Chord:
        """Read ``Am``, ``g7``, ``Bbmaj7``, ``F#dim``, ``C/E``; ``ValueError`` for anything else."""
        found = _WRITTEN.fullmatch(text)
        quality = None if found is None else _quality(found[3].strip())
        if found is None or quality is None:
            raise ValueError(f"{text!r} is not a chord; write one like Am, G7, Bbmaj7, F#dim, Csus4 or C/E")
        bass = None if found[4] is None else (_STEPS[found[4].upper()] + _SIGNS[found[5]]) % 12
        root = (_STEPS[found[1].upper()] + _SIGNS[found[2]]) % 12
        return Chord(root, quality, None if bass == root else bass)

    @staticmethod
    def of(classes: tuple[int, ...]) -> Chord | None:
        """The chord that has exactly these pitch classes, lowest first; None if no name fits."""
        wanted = {each % 12 for each in classes}
        fits = [
            (root != classes[0] % 12, place, root, quality)
            for place, (quality, steps) in enumerate(QUALITIES.items())
            for root in range(12)
            if {(root + step) % 12 for step in steps} == wanted
        ]
        if not fits:
            return None
        inverted, _, root, quality = min(fits)
        return Chord(root, quality, classes[0] % 12 if inverted else None)


def _quality(written: str) -> str | None:
    """Upper and lower case differ in M and m alone."""
    plain = written.replace("(", "").replace(")", "").replace("♭", "b").replace("♯", "#")
    names = (_ALSO.get(text, text) for text in (plain, plain.lower()))
    return next((name for name in names if name in QUALITIES), None)
