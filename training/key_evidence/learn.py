"""What each strike says of the key, learned: the filter's probabilities after every strike shall be right.

    python -m training.key_evidence.learn --essen PATH --chorales PATH --asap PATH --out FILE.npz

Takes about two minutes. Only the learning halves of the corpora are looked at. Tunes are put one after
another in keys that music goes to, so that leaving a key is learned too; of ASAP only key signatures are
known, so that a key and its relative count as one there.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from pathlib import Path

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from models.key_filter import GAPS, KINDS, SHIFTS, Evidence, Texture, changes
from training.key_evidence import pieces
from training.key_evidence.pieces import LEARN, Keyed

LENGTH, BATCH, STEPS = 128, 128, 1000
"""Strikes in a sequence, sequences in a batch, batches."""
CHANGE = 0.002
"""How likely another key is between two strikes, while this is learned."""
SHARES = {"asap": 0.07, "voices": 0.19, "lines": 0.19, "essen": 0.55}
WRITTEN = ("essen", "lines", "asap")
"""What says how often music is in each key; all else is learned from it in any key."""
HALF_WEIGHT = 1e-5
_KINDS = np.arange(KINDS) % GAPS
_TO_SHIFT = np.eye(12)[SHIFTS % 12]

Sequence = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
"""Pitch classes, kinds of gaps, and labels: a key 0-23, 24 and more for a transposition; -1 for nothing."""


class KeyEvidence(keras.Model):  # type: ignore[misc]
    """The filter of :mod:`models.key_filter` as a network: nats ``[batch, strikes, 24 + 12]``."""

    def __init__(self) -> None:
        super().__init__()
        self.degree = self.add_weight(shape=(2, 12), initializer="zeros", name="degree")
        self.step = self.add_weight(shape=(2, 2, 12, 12), initializer="zeros", name="step")
        self.lasted = self.add_weight(shape=(2, GAPS, 12), initializer="zeros", name="lasted")
        self.first = self.add_weight(shape=(2, 12), initializer="zeros", name="first")
        self.weight = self.add_weight(shape=(KINDS,), initializer="zeros", name="weight")
        self._changes = changes(CHANGE).astype(np.float32)

    def strikes(self) -> object:
        """``[2 modes, KINDS, 12 before, 12 struck]`` in nats, by degrees.

        A degree counts by itself, by the step that led to it (within a chord another one), and the degree
        before it by how long it lasted; all of it less or more by the kind of gap.
        """
        step = ops.take(self.step, (_KINDS == 0).astype(int), axis=1)
        lasted = ops.take(self.lasted, _KINDS, axis=1)
        found = self.degree[:, None, None, :] + step + lasted[:, :, :, None]
        return found * ops.exp(self.weight)[None, :, None, None]

    def call(self, strikes: object) -> object:
        """``strikes [batch, LENGTH, 2]``: pitch class and kind of gap."""
        by_key, first = self._of_keys()
        struck, kind = strikes[:, :, 0], strikes[:, :, 1]  # type: ignore[index]
        place = (kind[:, 1:] * 12 + struck[:, :-1]) * 12 + struck[:, 1:]
        nats = ops.take(ops.reshape(by_key, (-1, 24)), place, axis=0)
        keys = ops.softmax(ops.take(first, struck[:, 0], axis=0))
        after = [keys]
        for at in range(1, LENGTH):
            alone = (kind[:, at] % GAPS == 0)[:, None]
            moved = ops.where(alone, keys, ops.matmul(keys, self._changes))
            keys = ops.softmax(ops.log(moved + 1e-9) + nats[:, at - 1])
            after.append(keys)
        told = ops.stack(after, axis=1)
        both = ops.matmul(told, _TO_SHIFT.astype(np.float32))
        self.add_loss(HALF_WEIGHT * sum(ops.sum(w * w) for w in (self.step, self.lasted)))
        return ops.log(ops.concatenate([told, both], axis=-1) + 1e-6)

    def _of_keys(self) -> tuple[object, object]:
        """As ``Evidence.of_keys``, in nats."""
        turn = (np.arange(12) - np.arange(12)[:, None]) % 12
        strikes = self.strikes()
        every = [
            ops.take(ops.take(strikes[mode], turn[tonic], axis=1), turn[tonic], axis=2)  # type: ignore[index]
            for mode in range(2)
            for tonic in range(12)
        ]
        first = [ops.take(self.first[mode], turn[tonic]) for mode in range(2) for tonic in range(12)]
        return ops.stack(every, axis=-1), ops.stack(first, axis=-1)

    def evidence(self) -> Evidence:
        """What was learned."""
        return Evidence(ops.convert_to_numpy(self.strikes()), ops.convert_to_numpy(self.first))


def surprise(labels: object, told: object) -> object:
    """Mean nats of the labels ``[batch, strikes]`` that are not -1."""
    known = ops.cast(labels >= 0, "float32")  # type: ignore[operator]
    nats = ops.take_along_axis(told, ops.maximum(labels, 0)[:, :, None], axis=-1)[:, :, 0]
    return -ops.sum(nats * known) / ops.sum(known)


class Drawing:
    """Draws sequences of strikes. ``rng`` decides everything."""

    def __init__(self, corpora: dict[str, list[Keyed]], rng: np.random.Generator) -> None:
        self._rng = rng
        self._pools = {name: [self._kinds(each) for each in found] for name, found in corpora.items()}
        self._goes_to = changes(1.0)

    def batches(self) -> Iterator[tuple[NDArray[np.int32], NDArray[np.int32]]]:
        """For ever."""
        names, shares = list(SHARES), list(SHARES.values())
        while True:
            strikes = np.zeros((BATCH, LENGTH, 2), np.int32)
            labels = np.full((BATCH, LENGTH), -1, np.int32)
            for row in range(BATCH):
                name = str(self._rng.choice(names, p=shares))
                struck, kinds, known = self._joined(name) if name != "asap" else self._played()
                count = len(struck)
                strikes[row, :count, 0], strikes[row, :count, 1], labels[row, :count] = struck, kinds, known
            yield strikes, labels

    def _kinds(self, piece: Keyed) -> tuple[Keyed, NDArray[np.int64]]:
        """With the kinds of its gaps, at a drawn tempo if it is a score."""
        tempo = math.exp(self._rng.uniform(math.log(0.7), math.log(1.8))) if piece.key >= 0 else 1.0
        texture = Texture()
        return piece, np.array([texture.strike(round(ns * tempo)) for ns in piece.notes[:, 0].tolist()])

    def _one(self, name: str) -> tuple[Keyed, NDArray[np.int64]]:
        return self._pools[name][int(self._rng.integers(len(self._pools[name])))]

    def _played(self) -> Sequence:
        """A stretch of a performance, transposed."""
        piece, kinds = self._one("asap")
        most = max(1, len(kinds) - LENGTH)
        begin = 0 if self._rng.random() < 0.4 else int(self._rng.integers(most))
        part, up = slice(begin, begin + LENGTH), int(self._rng.integers(12))
        struck = (piece.notes[part, 1] + up) % 12
        return struck, kinds[part], 24 + (piece.shifts[part] - up) % 12

    def _joined(self, name: str) -> Sequence:
        """One piece after another, each in a key that the one before may lead to."""
        struck: list[NDArray[np.int64]] = []
        gaps: list[NDArray[np.int64]] = []
        known: list[NDArray[np.int64]] = []
        key = -1
        while sum(len(each) for each in struck) < LENGTH:
            piece, kinds = self._one(name)
            mode = piece.key // 12
            if key < 0:
                tonic = int(self._rng.integers(12))
            else:
                chance = self._goes_to[key].reshape(2, 12)[mode]
                tonic = int(self._rng.choice(12, p=chance / chance.sum()))
            begin = 0
            if key >= 0 and self._rng.random() < 0.3 and len(kinds) > 30:
                begin = int(self._rng.integers(len(kinds) // 2))
            count = len(kinds) if self._rng.random() < 0.5 else int(self._rng.integers(12, 80))
            part = slice(begin, begin + count)
            fresh = kinds[part].copy()
            if key >= 0:
                fresh[0] = self._rng.choice([2, 3, 3, 4])  # after a last note
            key = mode * 12 + tonic
            struck.append((piece.notes[part, 1] + tonic - piece.key % 12) % 12)
            gaps.append(fresh)
            known.append(np.full(len(fresh), key))
            if self._rng.random() < 0.35:
                break
        return tuple(np.concatenate(each)[:LENGTH] for each in (struck, gaps, known))  # type: ignore[return-value]


def learn(corpora: dict[str, list[Keyed]], steps: int = STEPS) -> Evidence:
    """Learn from pieces by the names of :data:`SHARES`."""
    keras.utils.set_random_seed(1)
    model = KeyEvidence()
    rate = keras.optimizers.schedules.PolynomialDecay(0.03, steps, end_learning_rate=0.0)
    model.compile(keras.optimizers.Adam(rate), loss=surprise)
    drawing = Drawing(corpora, np.random.default_rng(1))
    epochs = max(1, steps // 100)
    model.fit(drawing.batches(), steps_per_epoch=steps // epochs, epochs=epochs, verbose=2, shuffle=False)
    return model.evidence()._replace(keys=usual(corpora))


def usual(corpora: dict[str, list[Keyed]]) -> NDArray[np.float32]:
    """``[24]``: how often music is in each key, for a third by what the corpora are in, else any."""
    shares = []
    for name in WRITTEN:
        count = np.zeros(24)
        for piece in corpora[name]:
            keys = [piece.key] if piece.key >= 0 else np.flatnonzero(piece.shifts[0] % 12 == SHIFTS % 12)
            count[keys] += 1 / len(keys)
        shares.append(count / count.sum())
    return np.asarray((np.mean(shares, axis=0) + 2 / 24) / 3, np.float32)


def main() -> None:
    """Read the corpora, learn, write."""
    options = argparse.ArgumentParser(description="Learn what each strike says of the key.")
    for name in ("essen", "chorales", "asap", "out"):
        options.add_argument(f"--{name}", type=Path, required=True)
    chosen = options.parse_args()
    corpora = {
        "asap": pieces.asap(chosen.asap),
        "voices": pieces.chorale_voices(chosen.chorales),
        "lines": pieces.chorale_lines(chosen.chorales),
        "essen": pieces.essen(chosen.essen),
    }
    found = learn({name: [each for each in all_ if each.half == LEARN] for name, all_ in corpora.items()})
    assert found.strikes.shape == (2, KINDS, 12, 12)
    strikes, first, keys = (each.astype(np.float16) for each in found)
    np.savez(chosen.out, strikes=strikes, first=first, keys=keys)


if __name__ == "__main__":
    main()
