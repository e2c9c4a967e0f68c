"""Which hand played what: a piano performance separated into two hands.

The Viterbi path through the positions of two hands that are both heard in one output, as in the merged-output
model of Nakamura, Ono and Sagayama ("Merged-output HMM for piano fingering of both hands", ISMIR 2014), but
with costs in place of probabilities: what a hand reaches without moving costs little, moving costs by the
semitone, and hands do not like to cross. Of notes struck together the lower ones are the left hand's.
How often it is right is measured by ``duets.py`` on performances whose scores say it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RIGHT, LEFT = 0, 1
UNKNOWN = -1
TOGETHER_S = 0.03
"""Strikes closer than this are one chord."""
PLACES = np.arange(22, 108, 2, dtype=np.float32)
"""Where the middle of a hand may lie: MIDI pitches."""

Floats = NDArray[np.float64]
Costs = NDArray[np.float32]
Hands = NDArray[np.int64]


@dataclass(frozen=True)
class Habits:
    """Costs in semitones beyond reach.

    ``reach``: semitones on either side of a hand's middle that cost only ``near`` each. ``move``: each
    semitone that it moves from one chord to the next. ``apart``: each semitone that the right hand is less
    than ``room`` above the left one. ``home``: each semitone that a hand is away from where it usually is.
    """

    reach: float = 5.0
    near: float = 0.3
    move: float = 0.35
    apart: float = 0.5
    room: float = 10.0
    home: float = 0.005
    homes: tuple[float, float] = (70.0, 50.0)


def separate(notes: Floats, known: Hands | None = None, habits: Habits | None = None) -> Hands:
    """``RIGHT`` or ``LEFT`` for each note. ``notes [n, >= 2]``: onset in seconds, pitch; in order of onset.

    ``known [n]``: hands that are known already, ``UNKNOWN`` elsewhere.
    """
    if not len(notes):
        return np.zeros(0, np.int64)
    habits = habits or Habits()
    given = np.full(len(notes), UNKNOWN) if known is None else known
    chords = _chords(notes[:, 0])
    standing = _standing(habits)
    path = np.zeros((len(chords), len(PLACES), len(PLACES)), np.float32)
    costs = standing
    orders = []
    for index, chord in enumerate(chords):
        order = chord[np.argsort(notes[chord, 1], kind="stable")]
        orders.append(order)
        struck = _struck(notes[order, 1], given[order], habits)
        costs = costs + standing + (struck[0][:, :, None] + struck[1][:, None, :]).min(0)
        path[index] = costs
        costs = _moved(_moved(costs, habits.move, 0), habits.move, 1)
    hands = np.zeros(len(notes), np.int64)
    place: tuple[int, int] | None = None
    for index in reversed(range(len(chords))):
        here = path[index]
        if place is not None:
            here = here + habits.move * sum(
                np.abs(PLACES - PLACES[at]).reshape(shape)
                for at, shape in zip(place, ((-1, 1), (1, -1)), strict=True)
            )
        flat = int(here.argmin())
        place = divmod(flat, len(PLACES))
        order = orders[index]
        struck = _struck(notes[order, 1], given[order], habits)
        split = int((struck[0][:, place[0]] + struck[1][:, place[1]]).argmin())
        hands[order] = np.where(np.arange(len(order)) < split, LEFT, RIGHT)
        sure = given[order] != UNKNOWN
        hands[order[sure]] = given[order[sure]]
    return hands


def _chords(onsets: Floats) -> list[NDArray[np.int64]]:
    """Indices of notes struck together, chord by chord."""
    chords: list[list[int]] = []
    begun = -np.inf
    for index, at in enumerate(onsets.tolist()):
        if at - begun > TOGETHER_S:
            chords.append([])
            begun = at
        chords[-1].append(index)
    return [np.array(each) for each in chords]


def _standing(habits: Habits) -> Costs:
    """``[right, left]``: what it costs to be there at all."""
    right, left = PLACES[:, None], PLACES[None, :]
    crossed = habits.apart * np.maximum(0, habits.room - (right - left))
    away = habits.home * (np.abs(right - habits.homes[0]) + np.abs(left - habits.homes[1]))
    return np.asarray(crossed + away, np.float32)


def _struck(pitches: Floats, given: Hands, habits: Habits) -> tuple[Costs, Costs]:
    """Right and left hand: ``[split, place]``, where the ``split`` lowest notes are the left hand's.

    A note whose hand is known belongs to that one in every split.
    """
    count = len(pitches)
    away = np.abs(pitches[:, None] - PLACES)
    reach = (np.maximum(0, away - habits.reach) + habits.near * away).astype(np.float32)
    lefts = np.arange(count)[None, :] < np.arange(count + 1)[:, None]
    owned = np.where(given == UNKNOWN, lefts, given == LEFT).astype(np.float32)
    return (1 - owned) @ reach, owned @ reach


def _moved(costs: Costs, move: float, axis: int) -> Costs:
    """The cheapest way to each place from any: ``min over j of costs[j] + move |i - j|`` along an axis."""
    shape = [1, 1]
    shape[axis] = -1
    slope = (move * PLACES).reshape(shape).astype(np.float32)
    up = np.minimum.accumulate(costs - slope, axis=axis) + slope
    down = np.flip(np.minimum.accumulate(np.flip(costs + slope, axis), axis=axis), axis) - slope
    return np.asarray(np.minimum(up, down))
