"""What is counted of an excerpt: histograms and numbers, as in Yang and Lerch, "On the evaluation of
generative models in music" (2018).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from models.key import find_key
from training.listening.excerpt import Excerpt
from training.novelty.sequence import Sequence, lines

Histogram = NDArray[np.float64]

MOST_INTERVAL = 12
MOST_SOUNDING = 12
LENGTHS = 2.0 ** np.arange(-1, 10.5, 0.5)
"""Half-octave bins for times in ticks, from a tick to ten seconds or forty quarters."""
SCALES = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 9, 10, 11),  # with the raised sixth and seventh degree
}


def pitch_class(music: Excerpt) -> Histogram:
    """Notes of each pitch class."""
    return np.bincount(music.notes[:, 1].astype(int) % 12, minlength=12).astype(float)


def interval(music: Excerpt) -> Histogram:
    """Steps between one note and the next of its line, in semitones; wider than an octave counts as one."""
    steps = _joined(np.diff(line.pitch.astype(int)) for line in _lines(music))
    clipped = np.clip(steps, -MOST_INTERVAL, MOST_INTERVAL) + MOST_INTERVAL
    return np.bincount(clipped, minlength=2 * MOST_INTERVAL + 1).astype(float)


def inter_onset(music: Excerpt) -> Histogram:
    """Times from one note to the next of its line."""
    gaps = _joined(np.diff(line.onset) for line in _lines(music))
    return _lengths(gaps)


def duration(music: Excerpt) -> Histogram:
    """How long notes sound."""
    return _lengths(np.maximum(music.notes[:, 3], 1))


def velocity(music: Excerpt) -> Histogram:
    """Loudness in 16 bins of 8."""
    return np.bincount(music.notes[:, 2].astype(int) // 8, minlength=16).astype(float)


def polyphony(music: Excerpt) -> Histogram:
    """How long so many notes sound together."""
    return np.bincount(np.minimum(sounding(music), MOST_SOUNDING), minlength=MOST_SOUNDING + 1).astype(float)


def density(music: Excerpt) -> float:
    """Notes in a second or a quarter."""
    return len(music.notes) / music.units


def mean_polyphony(music: Excerpt) -> float:
    """Notes that sound together on average."""
    return float(sounding(music).mean())


def in_key(music: Excerpt) -> float:
    """Share of notes in the key of a score (C major or A minor), or in the one found in a performance."""
    if music.grid.monophonic:
        tonic, mode = (9, "minor") if music.mode == "minor" else (0, "major")
    else:
        tonic, mode = find_key(music.notes)
    return float(np.isin((music.notes[:, 1].astype(int) - tonic) % 12, SCALES[mode]).mean())


def sounding(music: Excerpt) -> NDArray[np.int64]:
    """``[ticks]``: how many notes of the excerpt sound in each tick."""
    change = np.zeros(music.ticks + 1, np.int64)
    start = np.clip(np.rint(music.notes[:, 0]).astype(int) - music.start, 0, music.ticks)
    stop = np.clip(np.rint(music.notes[:, 0] + music.notes[:, 3]).astype(int) - music.start, 0, music.ticks)
    np.add.at(change, start, 1)
    np.add.at(change, np.maximum(stop, np.minimum(start + 1, music.ticks)), -1)
    return np.asarray(change.cumsum()[:-1])


HISTOGRAMS: dict[str, Callable[[Excerpt], Histogram]] = {
    "pitch class": pitch_class,
    "interval": interval,
    "inter-onset interval": inter_onset,
    "duration": duration,
    "velocity": velocity,
    "polyphony": polyphony,
}
NUMBERS: dict[str, Callable[[Excerpt], float]] = {"note density": density}
"""Of these two tables distributions are compared."""


def features_of(*, velocities: bool, chords: bool) -> list[str]:
    """The names of those that say something: a score has no loudness, a single line no chords."""
    silent = (set() if velocities else {"velocity"}) | (set() if chords else {"polyphony"})
    return [name for name in (*HISTOGRAMS, *NUMBERS) if name not in silent]


def _lines(music: Excerpt) -> list[Sequence]:
    return lines(music.notes, music.grid)


def _lengths(ticks: NDArray[np.generic]) -> Histogram:
    places = np.searchsorted(LENGTHS, np.asarray(ticks, float), side="right")
    return np.bincount(places, minlength=len(LENGTHS) + 1).astype(float)


def _joined(parts: Iterator[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(0, np.int64), *parts])
