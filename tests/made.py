"""Small music that the tests make themselves."""

from __future__ import annotations

import numpy as np

from models.meter import Meter
from models.piece import Piece


def performance_piece(seed: int, notes: int = 200) -> Piece:
    """A random piano performance with unquantised times, chords and re-strikes."""
    rng = np.random.default_rng(seed)
    gaps = np.where(rng.random(notes) < 0.3, rng.exponential(0.6, notes), rng.exponential(15, notes))
    columns = [
        np.cumsum(gaps),
        rng.integers(30, 90, notes),
        rng.integers(1, 128, notes),
        rng.exponential(60, notes) + 0.1,
        np.zeros(notes),
    ]
    return Piece(f"performance {seed}", np.stack(columns, axis=1))


def score_piece(seed: int, voices: int = 1, quarters: int = 32) -> Piece:
    """A random score on the grid: rests, phrases of voice 0, a bar line after a pickup quarter."""
    rng = np.random.default_rng(seed)
    rows, phrases = [], []
    for voice in range(voices):
        time = 0
        while time < 24 * quarters:
            length = int(rng.choice([6, 8, 12, 24, 36, 48]))
            if rng.random() < 0.9 or not rows:
                rows.append((time, int(rng.integers(76 - 9 * voice, 84 - 9 * voice)), 64, length, voice))
                if voice == 0 and rng.random() < 0.2:
                    phrases.append(time + length)
            time += length
    return Piece(
        f"score {seed}",
        np.array(rows, float),
        mode="major",
        phrases=np.array(phrases, np.int64),
        meters=[Meter(0, 4, 4, 24)],
    )
