"""What is told after every strike of a piece, and pieces that go from one key to another."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
from key_before import KeyBefore
from music21 import note, stream
from music21.analysis.discrete import AardenEssen, DiscreteAnalysis, KrumhanslSchmuckler
from numpy.typing import NDArray

from live.engine.key_follower import KeyFollower
from models.key import Key
from models.key_filter import KEYS, SHIFTS, changes
from models.meter import Meter
from training.key_evidence.pieces import QUARTER_NS, Keyed

TICK_NS = QUARTER_NS // 24


class Trail(NamedTuple):
    """After each strike: ``keys`` (index into KEYS), ``shifts`` 0-11, ``confidence``."""

    keys: NDArray[np.int64]
    shifts: NDArray[np.int64]
    confidence: NDArray[np.float64]


def now(notes: NDArray[np.int64]) -> Trail:
    """By the follower of today."""
    follower, told = KeyFollower(), []
    for ns, pitch, _ in notes.tolist():
        follower.strike(ns, pitch)
        follower.follow()
        told.append((KEYS.index(follower.key), follower.shift % 12, follower.confidence))
    keys, shifts, confidence = np.array(told).T
    return Trail(keys.astype(int), shifts.astype(int), confidence)


def before(notes: NDArray[np.int64]) -> Trail:
    """By the follower before it, which tells transpositions only (keys: -1)."""
    follower, shifts = KeyBefore(), []
    for pitch in notes[:, 1].tolist():
        follower.strike(pitch)
        shifts.append(follower.shift)
    return Trail(np.full(len(notes), -1), np.array(shifts), np.zeros(len(notes)))


@cache
def analyser(name: str) -> DiscreteAnalysis:
    """One of music21's, kept."""
    return {"krumhansl": KrumhanslSchmuckler, "aarden": AardenEssen}[name]()


def music21_key(name: str, notes: NDArray[np.int64]) -> int:
    """What it finds in all these notes, by how long each pitch class sounds (it looks at nothing else)."""
    lengths = np.bincount(notes[:, 1] % 12, weights=notes[:, 2] / QUARTER_NS, minlength=12)
    summary = stream.Stream()
    for pitch_class, length in enumerate(lengths.tolist()):
        if length:
            summary.append(note.Note(60 + pitch_class, quarterLength=length))
    (tonic, mode, _), _ = analyser(name).process(summary)
    return KEYS.index(Key(tonic.pitchClass, mode))


def mirex(told: int, truth: int) -> float:
    """The score of the MIREX key contest: a fifth off counts half, the relative 0.3, the parallel 0.2."""
    (tonic, mode), (true_tonic, true_mode) = KEYS[told], KEYS[truth]
    if told == truth:
        return 1.0
    if mode == true_mode:
        return 0.5 if (tonic - true_tonic) % 12 in (5, 7) else 0.0
    return 0.3 if SHIFTS[told] == SHIFTS[truth] else 0.2 if tonic == true_tonic else 0.0


class Joined(NamedTuple):
    """Two pieces as one, from strike ``turn`` on in another key: transpositions ``shifts`` 0-11."""

    notes: NDArray[np.int64]
    turn: int
    shifts: tuple[int, int]
    meters: tuple[Meter, ...]

    def bars_until(self, strike: int) -> float | None:
        """Bars from the first note in the other key to this strike; None where it has no meter."""
        if not self.meters:
            return None
        return float(self.notes[strike, 0] - self.notes[self.turn, 0]) / (self.meters[0].bar_ticks * TICK_NS)


def joined(pieces: list[Keyed], count: int, most: int, rng: np.random.Generator) -> Iterator[Joined]:
    """At most ``most`` notes of one piece, then of another that is moved to a key that music goes to."""
    goes_to = changes(1.0)
    while count:
        one, two = (pieces[int(rng.integers(len(pieces)))] for _ in range(2))
        chance = goes_to[one.key].reshape(2, 12)[two.key // 12].copy()
        chance[(SHIFTS.reshape(2, 12)[two.key // 12] == SHIFTS[one.key])] = (
            0.0  # the relative needs no change
        )
        tonic = int(rng.choice(12, p=chance / chance.sum()))
        first = one.notes[: len(one.notes) if len(one.notes) <= most else int(rng.integers(most // 2, most))]
        second = two.notes[:most] + np.array([0, tonic - two.key % 12, 0])
        if len(first) < 16 or len(second) < 24:
            continue
        end = int((first[:, 0] + first[:, 2]).max())
        second[:, 0] += end - second[0, 0]
        shifts = int(SHIFTS[one.key]) % 12, int(SHIFTS[two.key - two.key % 12 + tonic]) % 12
        yield Joined(np.concatenate([first, second]), len(first), shifts, two.meters)
        count -= 1
