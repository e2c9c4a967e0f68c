"""Church modes, which no model was told, and what draws one to minor that does not know that goal either."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.events import PITCHES
from models.hold import FREE, Hold, hold_on
from models.key import Mode, profile
from models.vocabulary import ON_TOKENS, TOKENS

MODES: dict[str, tuple[Mode, tuple[int, ...]]] = {
    "ionian": ("major", (0, 2, 4, 5, 7, 9, 11)),
    "lydian": ("major", (0, 2, 4, 6, 7, 9, 11)),
    "mixolydian": ("major", (0, 2, 4, 5, 7, 9, 10)),
    "aeolian": ("minor", (0, 2, 3, 5, 7, 8, 10)),
    "dorian": ("minor", (0, 2, 3, 5, 7, 9, 10)),
    "phrygian": ("minor", (0, 1, 3, 5, 7, 8, 10)),
}
"""The mode that its third makes it count as, and the steps of its scale."""
ALL_MODES: dict[str, tuple[Mode, tuple[int, ...]]] = {"major": ("major", ()), "minor": ("minor", ()), **MODES}
"""Major and minor too, which keep to no scale."""
_SIGNATURE = {
    "major": 0, "minor": 3, "ionian": 0, "lydian": 7, "mixolydian": 5, "aeolian": 3, "dorian": 10,
    "phrygian": 8,
}  # fmt: skip
"""Semitones from the tonic to that of the major key with the same signature, which a model would go to."""


PULL = 2.0
"""So many times these nats: at 1 a tune in A minor goes home to C major every second time."""


def hold_of(mode: str | None, plain: str) -> Hold:
    """The scale of a church mode as a model in C major or A minor (``plain``) has it; free without one."""
    if mode is None:
        return FREE
    home = _home(plain)
    return hold_on(tuple((home + step) % 12 for step in MODES[mode][1]), hard=True, is_chord=False)


def sharps_of(tonic: int, mode: str) -> int:
    """The key signature: so many sharps, below 0 flats."""
    return (7 * (tonic + _SIGNATURE[mode]) + 5) % 12 - 5


def drawn_to(mode: str | None, plain: str) -> NDArray[np.float32]:
    """``[TOKENS]``: nats added to notes, by how much likelier they are in this mode than in the major
    key of its signature, :data:`PULL` times."""
    home = _home(plain)
    own = np.roll(profile("minor" if plain == "minor" else "major"), home)
    other = np.roll(profile("major"), home + _SIGNATURE[mode or plain])
    bias = np.zeros(TOKENS, np.float32)
    bias[ON_TOKENS : ON_TOKENS + PITCHES] = np.resize(PULL * np.log(own / other), PITCHES)
    return bias


def _home(plain: str) -> int:
    return 9 if plain == "minor" else 0
