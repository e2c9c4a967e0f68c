"""Made-up accompaniments and melodies in time: what people play to a beat, and a recital rarely has."""

from __future__ import annotations

import numpy as np

from training.beats.asap import Played

CELLS = {
    "simple": (
        [0],
        [0, 0.5],
        [0, 0.5],
        [0, 0.25, 0.5, 0.75],
        [0, 0.75],
        [0, 0.5, 0.75],
        [0, 0.25, 0.5],
        [0.5],
        [],
    ),
    "triple": ([0], [0, 1 / 3, 2 / 3], [0, 1 / 3, 2 / 3], [0, 2 / 3], [0, 1 / 3], []),
}
"""Rhythms of one beat, in beats."""
SCALE = (0, 2, 4, 5, 7, 9, 11)


def pattern(random: np.random.Generator, bars: int = 40) -> Played:
    """Bars of 2, 3 or 4 beats: a melody, chords or a bass, any two of them, or all. A beat lasts a second."""
    beats_in_bar = int(random.choice([2, 3, 3, 4, 4, 4, 4]))
    cells = CELLS["triple" if random.random() < 0.2 else "simple"]
    parts = [part for part in ("melody", "chords", "bass") if random.random() < 0.6] or ["melody"]
    plain = random.random() < 0.35
    liked = [cells[random.integers(len(cells))] for _ in range(2 * beats_in_bar)]
    liked[0] = liked[0] if liked[0] and liked[0][0] == 0 else [0]
    comp = [cells[random.integers(min(4, len(cells)))] for _ in range(beats_in_bar)]
    first = random.integers(beats_in_bar)  # the first sounding beat: pickups
    notes: list[tuple[float, float, float]] = []
    root, step = 0, 7
    accent = random.uniform(0, 20)
    every = random.choice([1, 1, 2])
    cell = cells[random.integers(min(4, len(cells)))]
    for bar in range(bars):
        if bar % every == 0:
            root = int(random.choice([0, 3, 4, 5, 1, 2]))
        for beat in range(beats_in_bar):
            at = bar * beats_in_bar + beat
            loud = 64 + accent * ((beat == 0) + 0.4 * (beat * 2 == beats_in_bar)) + random.normal(0, 4)
            if at < first:
                continue
            if "melody" in parts:
                changed = random.random() < 0.3
                shape = cells[random.integers(len(cells))] if changed else liked[at % len(liked)]
                for place in cell if plain else shape:
                    step = int(np.clip(step + random.integers(-2, 3), 0, 16))
                    notes.append(
                        (at + place, 60 + 12 * (step // 7) + SCALE[step % 7], loud + 6 - 6 * (place > 0))
                    )
            if "chords" in parts:
                for place in comp[beat]:
                    chord = (
                        48 + SCALE[(root + third) % 7] + 12 * ((root + third) // 7) for third in (0, 2, 4)
                    )
                    notes.extend((at + place, pitch, loud - 8 - 4 * (place > 0)) for pitch in chord)
            if "bass" in parts and (beat == 0 or (beats_in_bar == 4 and beat == 2) or random.random() < 0.15):
                notes.append((at, 36 + SCALE[root] if beat == 0 else 31 + SCALE[root], loud))
    table = np.array(sorted(notes), float).reshape(-1, 3)
    table[:, 2] = np.clip(table[:, 2], 1, 127)
    beats = np.arange(bars * beats_in_bar + 1.0)
    return Played(
        "pattern", "pattern", "train", False, True, table, beats, beats[::beats_in_bar], np.zeros(0)
    )
