"""How far a round of a loop goes from what was played: which notes are drawn anew, and what they may be.

Whether a note is, is a coin of its own in each round: at ``vary`` 0 none is, at 1 each is, and what carries
the phrase (its first and last note, long ones, those on beats) holds out longest. What is drawn is mostly
another note near the one that was there; from the middle of the knob's way on it may also come earlier or
later. All that is measured from what was played, never from the round before: nothing drifts away.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from live.engine.take import Note, Take
from models.events import PITCHES
from models.sampling import Draws
from models.vocabulary import ON_TOKENS, TOKENS

MOVES_FROM, MOVES_AT_MOST = 0.5, 0.6
"""From here on notes that are drawn anew may move in time, so many of them at 1."""
SIXTEENTH = 0.25
"""Of a quarter: on a pulse a note is moved by this."""
NEAR_NATS, FAR_NATS = 0.5, 0.08
"""What each semitone away from what was there costs at ``vary`` 0, and at 1."""
AGAIN_NATS = 8.0
"""What the pitch that was there costs at ``vary`` 0, and nothing at 1. A model that has heard a loop a few
times is sure of it, and would give back three of four notes at 0.3; but where no note may be what it was, it
has nothing to go by, and leaves the key (of ``piano``'s new notes 62 % were in it, against 73 %)."""
_TOGETHER = 0.05
_EASE = 0.6, 1.4
"""A note of weight w is drawn anew with probability ``vary`` to the power of 0.6 + 1.4 w: mostly near 1."""


class Fate(NamedTuple):
    """What becomes of a note in one round; ``anew``: another pitch, ``moved``: perhaps another place."""

    anew: bool
    moved: bool


def weights(take: Take, *, on_pulse: bool) -> tuple[float, ...]:
    """How much each note carries, 0 to 1. ``take`` begins on a beat, where there is a pulse."""
    notes = take.notes
    if not notes:
        return ()
    order = sorted(note.length for note in notes)
    first, last = notes[0].place + _TOGETHER, notes[-1].place - _TOGETHER
    found = []
    for note in notes:
        below, upto = (np.searchsorted(order, note.length, side) for side in ("left", "right"))
        longer = (below + upto) / (2 * len(order))
        end = note.place <= first or note.place >= last
        beat = abs(note.place - round(note.place)) < 1 / 8 if on_pulse else 0.5
        found.append(0.4 * float(longer) + 0.3 * end + 0.3 * beat)
    return tuple(found)


def fate(vary: float, weight: float, draws: Draws) -> Fate:
    """By two numbers of its own: with a larger ``vary`` the same note is changed all the more."""
    least, more = _EASE
    anew = draws.uniform() < vary ** (least + more * weight)
    may_move = (vary - MOVES_FROM) / (1 - MOVES_FROM) * MOVES_AT_MOST
    return Fate(anew, anew and draws.uniform() < may_move)


@lru_cache(maxsize=256)
def nearness(vary: float, pitch: int) -> NDArray[np.float32]:
    """``[TOKENS]`` nats: what is near this pitch is preferred to what is far, and another to the same."""
    bias = np.zeros(TOKENS, np.float32)
    away = np.abs(np.arange(PITCHES) - pitch)
    bias[ON_TOKENS : ON_TOKENS + PITCHES] = -away * (NEAR_NATS + vary * (FAR_NATS - NEAR_NATS))
    if 0 <= pitch < PITCHES:
        bias[ON_TOKENS + pitch] = -AGAIN_NATS * (1 - vary) ** 0.5
    bias.flags.writeable = False
    return bias


def room(notes: Sequence[Note], index: int, length: float) -> tuple[float, float]:
    """How early and how late this note may come: half the way to its neighbours in the round."""
    place = notes[index].place
    before = max((note.place for note in notes[:index] if note.place < place - _TOGETHER), default=0.0)
    after = min((note.place for note in notes[index + 1 :] if note.place > place + _TOGETHER), default=length)
    return (min(place, (before + place) / 2), max(place, (place + after) / 2))


def moved_to(place: float, wanted: float, earliest: float, latest: float, *, on_pulse: bool) -> float:
    """Where a note comes that wants to be elsewhere: on a pulse by 16ths, with its own microtiming."""
    if on_pulse:
        wanted = place + round((wanted - place) / SIXTEENTH) * SIXTEENTH
    return wanted if earliest <= wanted <= latest else place


def blended(vary: float, there: int, drawn: int) -> int:
    """Its velocity: the model's as far as it is varied; one that knows no loudness says 0."""
    return round(there + vary * (drawn - there)) if drawn else there
