"""What the beat network learns from: stretches of performances, varied, with where each onset lies in its
beat."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.beat_features import AT, CHROMA, FEATURES, Floats, onsets, rows
from models.beat_network import FIRST_PERIOD, LAST_PERIOD, PERIODS, PHASES
from training.beats.asap import Played
from training.beats.patterns import pattern

METERS = 6
"""Classes of the length of a bar: 1 to 5 beats, and 6 or more."""
ON_BEAT = 0.1
"""An onset so near to a beat, in beats, is asked whether it is a downbeat."""


class Batch(NamedTuple):
    """Told ``[b, t, FEATURES]``; the cells of the joint grid that are right ``[b, t, 4]`` with their weights.

    ``downbeat`` and ``meter`` have weights that are 0 where nothing is known.
    """

    told: NDArray[np.float32]
    cells: NDArray[np.int32]
    weights: NDArray[np.float32]
    downbeat: NDArray[np.float32]
    on_beat: NDArray[np.float32]
    meter: NDArray[np.int32]
    in_bar: NDArray[np.float32]


class Answers(NamedTuple):
    """For each onset: where in its beat it lies (0 to 1), and the log of the beat's seconds.

    Also whether the nearest beat is a downbeat, beats in its bar (0: unknown), and whether all this is known.
    """

    phase: Floats
    log_period: Floats
    downbeat: Floats
    meter: NDArray[np.int64]
    known: NDArray[np.bool_]


def answers(at: Floats, played: Played) -> Answers:
    """Where these moments (seconds) lie in the annotated beats of a performance."""
    beats = played.beats
    step = np.maximum(np.diff(beats), 1e-3)
    index = np.searchsorted(beats, at, "right") - 1
    known = (index >= 0) & (index < len(step))
    index = np.clip(index, 0, len(step) - 1)
    phase = np.clip((at - beats[index]) / step[index], 0, 1)
    padded = np.log(np.concatenate([step[:1], step, step[-1:]]))
    smooth = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
    down = np.isin(beats, played.downbeats)
    doubtful = np.isin(beats, played.unsure)
    known &= ~(doubtful[index] | doubtful[index + 1])
    nearest = index + (phase > 0.5)
    bar = np.searchsorted(played.downbeats, beats[index] + 1e-6, "right") - 1
    lengths = (
        np.diff(np.searchsorted(beats, played.downbeats)) if len(played.downbeats) > 1 else np.zeros(0, int)
    )
    inside = (bar >= 0) & (bar < len(lengths))
    meter = np.where(inside, np.append(lengths, 0)[np.clip(bar, 0, len(lengths))], 0)
    return Answers(phase, smooth[index], down[nearest].astype(float), meter, known)


class Stretches:
    """Draws training examples. ``shares``: how probable performances, scores and made-up patterns are."""

    def __init__(self, played: list[Played], length: int, seed: int) -> None:
        self._played = [each for each in played if not each.is_score]
        self._scores = [each for each in played if each.is_score]
        self._length, self._random = length, np.random.default_rng(seed)
        sizes = np.array([len(each.notes) for each in self._played], float)
        pieces: dict[str, float] = {}
        for each, size in zip(self._played, sizes, strict=True):
            pieces[each.piece] = pieces.get(each.piece, 0) + size
        weight = np.array(
            [s / np.sqrt(pieces[p.piece]) for p, s in zip(self._played, sizes, strict=True)]
        )  # a piece that many have played counts as the root of its notes
        self._shares = np.cumsum(weight / weight.sum())

    def batch(self, size: int) -> Batch:
        """So many stretches."""
        return stack([self._one() for _ in range(size)])

    def _one(self) -> tuple[Floats, Answers]:
        random, kind = self._random, self._random.random()
        if kind < 0.66 or not self._scores:
            played = self._played[int(np.searchsorted(self._shares, random.random()))]
        elif kind < 0.76:
            played = evenly(self._scores[random.integers(len(self._scores))], random)
        else:
            played = evenly(pattern(random), random)
        notes = played.notes
        first = int(random.integers(max(1, len(notes) - self._length))) if random.random() < 0.8 else 0
        notes = notes[first : first + 4 * self._length].copy()
        stretch = np.exp(random.uniform(-0.3, 0.3)) if played.piece != "pattern" else 1.0
        if random.random() < 0.3:
            notes = notes[random.random(len(notes)) > random.uniform(0, 0.3)]
        if random.random() < 0.2:
            notes = one_voice(notes, random.random() < 0.8)
        notes[:, 1] = np.clip(notes[:, 1] + random.integers(-6, 7), 0, 127)
        notes[:, 2] = np.clip(notes[:, 2] * random.uniform(0.6, 1.3), 1, 127)
        if random.random() < 0.1:
            notes[:, 2] = random.integers(30, 110)
        table = onsets(notes)[: self._length]
        found = answers(table[:, AT], played)
        table[:, AT] *= stretch
        if random.random() < 0.5:
            table[:, CHROMA:] = 0
        return table, found._replace(log_period=found.log_period + np.log(stretch))


def one_voice(notes: Floats, highest: bool) -> Floats:
    """The melody or the bass alone: the outer note of each onset that stands out."""
    if not len(notes):
        return notes
    group = np.concatenate([[0], np.cumsum(np.diff(notes[:, 0]) > 0.04)])
    sign = 1 if highest else -1
    order = np.lexsort((-sign * notes[:, 1], group))
    first = np.concatenate([[True], np.diff(group[order]) > 0])
    kept = notes[order[first]]
    ordered: Floats = kept[np.argsort(kept[:, 0], kind="stable")]
    return ordered


def evenly(played: Played, random: np.random.Generator) -> Played:
    """A score as a steady player plays it: another tempo, slowly drifting, and every note a little off."""
    beats = played.beats
    goal = np.exp(random.normal(np.log(0.55), 0.25)) / max(np.median(np.diff(beats)), 0.05)
    if played.piece != "pattern" and random.random() < 0.5:
        goal = 1.0
    knots = np.arange(beats[0] - 30, beats[-1] + 60, 2.0)
    drift = np.cumsum(random.normal(0, random.choice([0.0, 0.01, 0.04]), len(knots)))
    speed = goal * np.exp(drift - drift.mean())
    warped = np.concatenate([[0], np.cumsum((speed[1:] + speed[:-1]) / 2 * np.diff(knots))])
    notes = played.notes.copy()
    notes[:, 0] = np.interp(notes[:, 0], knots, warped) + random.normal(
        0, random.uniform(0, 0.015), len(notes)
    )
    notes = notes[np.argsort(notes[:, 0], kind="stable")]
    moved = {
        name: np.interp(getattr(played, name), knots, warped) for name in ("beats", "downbeats", "unsure")
    }
    return played._replace(notes=notes, **moved)


def stack(stretches: list[tuple[Floats, Answers]]) -> Batch:
    """Examples of unequal length as one batch, padded at the end."""
    size, length = len(stretches), max(len(table) for table, _ in stretches)
    told = np.zeros((size, length, FEATURES), np.float32)
    cells, weights = np.zeros((size, length, 4), np.int32), np.zeros((size, length, 4), np.float32)
    downbeat, on_beat = np.zeros((size, length), np.float32), np.zeros((size, length), np.float32)
    meter, in_bar = np.zeros((size, length), np.int32), np.zeros((size, length), np.float32)
    for line, (table, found) in enumerate(stretches):
        n = len(table)
        if not n:
            continue
        told[line, :n] = rows(table, n)
        cells[line, :n], weights[line, :n] = corners(found.log_period, found.phase)
        weights[line, :n] *= found.known[:, None]
        near = np.minimum(found.phase, 1 - found.phase) < ON_BEAT
        downbeat[line, :n], on_beat[line, :n] = found.downbeat, near & found.known
        meter[line, :n] = np.clip(found.meter, 1, METERS) - 1
        in_bar[line, :n] = (found.meter > 0) & found.known
    return Batch(told, cells, weights, downbeat, on_beat, meter, in_bar)


def corners(log_period: Floats, phase: Floats) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The four cells around a point of the grid, and how near it is to each."""
    scale = (PERIODS - 1) / np.log(LAST_PERIOD / FIRST_PERIOD)
    row = np.clip((log_period - np.log(FIRST_PERIOD)) * scale, 0, PERIODS - 1.001)
    column = phase * PHASES
    top, left = row.astype(int), np.floor(column).astype(int)
    down, right = row - top, column - left
    cells, weights = [], []
    for step, share in ((0, 1 - down), (1, down)):
        for side, part in ((0, 1 - right), (1, right)):
            cells.append((top + step) * PHASES + (left + side) % PHASES)
            weights.append(share * part)
    return np.stack(cells, -1).astype(np.int32), np.stack(weights, -1).astype(np.float32)
