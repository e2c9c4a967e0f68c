"""What the output is held to: the tones of a scale or of a chord, alone (hard) or by preference (soft).

In the pitches of whoever asks: a network hears C major / A minor, so its hold is shifted as its music is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.events import PITCHES
from models.key import Key
from models.vocabulary import ON_TOKENS, TOKENS

SOFT_NATS = 3.0
"""What each strange note loses in a soft hold: it becomes 20 times less likely beside the others."""

MAJOR = (0, 2, 4, 5, 7, 9, 11)
MINOR = (0, 2, 3, 5, 7, 8, 10, 11)
"""Natural minor with the raised seventh beside it, without which there is no dominant. These eight classes
hold 95 % of what sounds in Bach's minor chorales; the raised sixth would add 2 %."""

Pitches = NDArray[np.bool_]


def scale_of(key: Key) -> tuple[int, ...]:
    """Pitch classes of the scale, the tonic first."""
    return tuple((key.tonic + step) % 12 for step in (MAJOR if key.mode == "major" else MINOR))


@dataclass(frozen=True, eq=False)
class Hold:
    """``classes`` in a useful order (tonic or bass first; empty: nothing is held). Immutable; any thread.

    ``pitches [128]``: what is in it. ``tokens [TOKENS]``: what a hard hold lets pass (all of it, if soft).
    ``bias [TOKENS]``: nats to be added to the logits; None if there are none to add.
    """

    classes: tuple[int, ...]
    hard: bool
    is_chord: bool
    pitches: Pitches
    tokens: NDArray[np.bool_]
    bias: NDArray[np.float32] | None

    def around(self, melody: int) -> Pitches:
        """``[128]``: what a hard hold lets sound together with this note of the player's.

        A note from outside would rub against its neighbours: tones a semitone from it are left out.
        """
        if not self.hard or self.pitches[melody % 12]:
            return self.tokens[ON_TOKENS : ON_TOKENS + PITCHES]
        return _without_neighbours(self.classes, melody % 12)


def hold_on(classes: tuple[int, ...], *, hard: bool, is_chord: bool, shift: int = 0) -> Hold:
    """A hold on pitch classes (real ones), ``shift`` semitones higher for whoever plays so."""
    return _hold(classes, hard, is_chord, shift % 12)


@lru_cache(maxsize=512)
def _hold(classes: tuple[int, ...], hard: bool, is_chord: bool, shift: int) -> Hold:
    shifted = tuple((each + shift) % 12 for each in classes)
    pitches = _pitches(shifted)
    tokens = np.ones(TOKENS, bool)
    bias = None
    if hard:
        tokens[ON_TOKENS : ON_TOKENS + PITCHES] = pitches
    elif classes:
        bias = np.zeros(TOKENS, np.float32)
        bias[ON_TOKENS : ON_TOKENS + PITCHES][~pitches] = -SOFT_NATS
    for array in (pitches, tokens, bias):
        if array is not None:
            array.flags.writeable = False
    return Hold(shifted, hard, is_chord, pitches, tokens, bias)


@lru_cache(maxsize=512)
def _without_neighbours(classes: tuple[int, ...], melody: int) -> Pitches:
    far = tuple(each for each in classes if (each - melody) % 12 not in (1, 11))
    pitches = _pitches(far or classes)
    pitches.flags.writeable = False
    return pitches


def _pitches(classes: tuple[int, ...]) -> Pitches:
    return np.isin(np.arange(PITCHES) % 12, classes)


FREE = hold_on((), hard=False, is_chord=False)
"""Nothing is held."""
