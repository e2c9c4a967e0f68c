"""Which letter and accidental a pitch is written with in a key."""

from __future__ import annotations

from typing import NamedTuple

from models.key import Key

STEPS = "CDEFGAB"
FIFTHS = "FCGDAEB"
_NATURAL = (0, 2, 4, 5, 7, 9, 11)
_MAJOR_SHARPS = {0: 0, 1: -5, 2: 2, 3: -3, 4: 4, 5: -1, 6: 6, 7: 1, 8: -4, 9: 3, 10: -2, 11: 5}


class Spelled(NamedTuple):
    """A pitch as it is written: letter, sharps (below 0 flats), octave (4 begins at middle C)."""

    step: str
    alter: int
    octave: int


def spelled(pitch: int, sharps: int) -> Spelled:
    """The usual spelling under a signature: what the key lacks is raised, but for its flat third and seventh.

    Of the twelve neighbours on the line of fifths from three flats below the major tonic to eight above.
    """
    for fifth in range(sharps - 3, sharps + 9):
        if (fifth * 7 - pitch) % 12 == 0:
            step = FIFTHS[(fifth + 1) % 7]
            alter = (fifth + 1) // 7
            octave = (pitch - alter - _NATURAL[STEPS.index(step)]) // 12 - 1
            return Spelled(step, alter, octave)
    raise AssertionError("twelve neighbours on the line of fifths are all pitch classes")


def sharps_of(key: Key) -> int:
    """The signature of a key: so many sharps, below 0 flats; at most six."""
    tonic = key.tonic if key.mode == "major" else (key.tonic + 3) % 12
    return _MAJOR_SHARPS[tonic]


def altered_steps(sharps: int) -> dict[str, int]:
    """The letters that a signature alters, and by how many semitones."""
    found: dict[str, int] = {}
    for number in range(abs(sharps)):
        step = FIFTHS[number % 7] if sharps > 0 else FIFTHS[6 - number % 7]
        found[step] = found.get(step, 0) + (1 if sharps > 0 else -1)
    return found
