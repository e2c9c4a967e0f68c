"""Tables of the chord model from tunes: counts for its filter, and a regression on what it looks at."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.chord import QUALITIES
from models.chord_model import CHORDS, PLAIN, ROWS, ChordFilter, ChordTables
from training.chords.tunes import UNKNOWN, Asked, Line, asked

_UNIFORM, _MODE, _MOVE, _BAR, _NOTE = 0.02, 20.0, 2.0, 4.0, 6.0
"""So many counts of what is less particular are added to what is more so."""
_EPOCHS, _BATCH, _RATE, _DECAY = 15, 256, 0.02, 12.0
"""The decay of the weights counts as much as so many strong beats, however many there are."""

Floats = NDArray[np.float64]


def learn(lines: list[Line], seed: int = 1) -> ChordTables:
    """All tables. Takes some 10 s for 1,000 tunes."""
    tables = _counted([(line.minor, asked(line)) for line in lines])
    seen, wanted = looked_at(tables, lines)
    return tables._replace(weights=_regression(seen, wanted, seed))


def looked_at(tables: ChordTables, lines: list[Line]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """``[n, ROWS]`` what the model looks at at each strong beat whose chord is known; ``[n]`` that chord."""
    seen, wanted = [], []
    for line in lines:
        told = ChordFilter(tables)
        for each in asked(line):
            for note in each.passed:
                told.hear(note)
            rows = told.look(None if each.note == UNKNOWN else each.note, minor=line.minor, bar=each.bar)
            if each.chord != UNKNOWN:
                seen.append(rows)
                wanted.append(each.chord)
    return np.array(seen), np.array(wanted)


def _counted(tunes: list[tuple[bool, list[Asked]]]) -> ChordTables:
    often, first = np.zeros((2, CHORDS)), np.zeros((2, CHORDS))
    moves = np.zeros((2, 2, CHORDS, CHORDS))
    struck, passing = np.zeros((2, CHORDS, 12)), np.zeros((2, CHORDS, 12))
    for minor, beats in tunes:
        mode, before = int(minor), UNKNOWN
        for beat in beats:
            if before != UNKNOWN:
                for note in beat.passed:
                    passing[mode, before, note] += 1
            chord = beat.chord
            if chord != UNKNOWN:
                often[mode, chord] += 1
                if before == UNKNOWN:
                    first[mode, chord] += 1
                else:
                    moves[mode, int(beat.bar), before, chord] += 1
                if beat.note != UNKNOWN:
                    struck[mode, chord, beat.note] += 1
            before = chord
    of_mode = _shares(often + _MODE * _shares(often.sum(axis=0) + _UNIFORM))
    anywhere = _shares(moves.sum(axis=1) + _MOVE * of_mode[:, None, :])
    tables = (
        _shares(first + _MOVE * of_mode),
        _shares(moves + _BAR * anywhere[:, None]),
        _notes(struck),
        _notes(passing),
        np.zeros((ROWS, CHORDS)),
    )
    return ChordTables(*(table.astype(np.float32) for table in tables))


def _notes(counts: Floats) -> Floats:
    """``[2, C, 12]``: where a chord is rare, as over the roots of its quality."""
    degrees = (np.arange(12) - np.arange(CHORDS)[:, None]) % 12
    over = np.take_along_axis(counts.sum(axis=0), np.argsort(degrees, axis=1), axis=1)
    qualities = _shares(over.reshape(len(PLAIN), 12, 12).sum(axis=1) + 1)
    usual = np.stack([qualities[number // 12, degrees[number]] for number in range(CHORDS)])
    return _shares(counts + _NOTE * usual)


def _shares(counts: Floats) -> Floats:
    return np.asarray(counts / counts.sum(axis=-1, keepdims=True))


def _regression(seen: NDArray[np.float32], wanted: NDArray[np.int64], seed: int) -> NDArray[np.float32]:
    """Weights ``[ROWS, C]`` by which the chords that stand there are likeliest (Adam, rate falling)."""
    rng = np.random.default_rng(seed)
    weights = np.zeros((ROWS, CHORDS), np.float32)
    mean, square, step = np.zeros_like(weights), np.zeros_like(weights), 0
    for epoch in range(_EPOCHS):
        for batch in np.array_split(rng.permutation(len(seen)), max(1, len(seen) // _BATCH)):
            logits = seen[batch] @ weights
            shares = np.exp(logits - logits.max(axis=1, keepdims=True))
            shares /= shares.sum(axis=1, keepdims=True)
            shares[np.arange(len(batch)), wanted[batch]] -= 1
            slope = seen[batch].T @ shares / len(batch) + _DECAY / len(seen) * weights
            step += 1
            mean += 0.1 * (slope - mean)
            square += 0.001 * (slope**2 - square)
            rate = _RATE * (1 - epoch / _EPOCHS)
            weights -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    return weights.astype(np.float32)


assert set(PLAIN) <= set(QUALITIES)
