"""What returns: bars and phrases like earlier ones; and what goes round and round or does not move."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.convert import NoteArray
from models.grid import Grid
from training.listening.excerpt import Excerpt
from training.novelty.sequence import lines
from training.novelty.tempo import Tolerance

LONGEST_PERIOD = 16
"""Notes of a figure that goes round."""
LEAST_ROUNDS = 3
BARS = (1, 2, 4, 8)
WINDOWS = (2, 8)
"""Seconds: about a bar and about a phrase of a performance."""
MOMENT = 25
"""Ticks: chroma is taken four times a second."""


class Extremes(NamedTuple):
    """The longest ``loop`` (notes), ``drone`` (ticks of one note) and ``silence`` (ticks between notes)."""

    loop: int
    drone: float
    silence: float


def extremes(notes: NoteArray, grid: Grid) -> Extremes:
    """Of any music; a loop is a figure that is played at least three times in a row, alike."""
    if not len(notes):
        return Extremes(0, 0.0, 0.0)
    loop = max(_loop(line.pitch, np.diff(line.onset), grid) for line in lines(notes, grid))
    by_onset = notes[np.argsort(notes[:, 0], kind="stable")]
    ended = np.maximum.accumulate(by_onset[:, 0] + by_onset[:, 3])[:-1]
    silence = float((by_onset[1:, 0] - ended).max(initial=0.0))
    return Extremes(loop, float(notes[:, 3].max()), silence)


def _loop(pitch: NDArray[np.int16], gaps: NDArray[np.int32], grid: Grid) -> int:
    """Notes of the longest figure that goes round."""
    tolerance = Tolerance.of(grid)
    best = 0
    for period in range(1, min(LONGEST_PERIOD, len(gaps) // 2) + 1):
        slack = np.maximum(tolerance.ticks, tolerance.share * gaps[period:])
        in_time = np.append(np.abs(gaps[period:] - gaps[:-period]) <= slack, True)  # nothing follows the last
        same = (pitch[period:] == pitch[:-period]) & in_time
        turned = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]]).astype(np.int8)))
        longest = int((turned[1::2] - turned[::2]).max(initial=0)) + period
        if longest >= LEAST_ROUNDS * period:
            best = max(best, longest)
    return best


def at_bars(music: Excerpt) -> dict[str, float]:
    """Share of notes whose onset, and whose pitch as well, stood so many bars earlier (score, one meter)."""
    if not len(music.meters) or len({meter.bar_ticks for meter in music.meters}) > 1 or not len(music.notes):
        return {}
    every = np.concatenate([music.before, music.notes]).astype(int)
    onsets, notes = set(every[:, 0].tolist()), set(map(tuple, every[:, :2].tolist()))
    first = int(every[:, 0].min())
    found: dict[str, float] = {}
    for bars in BARS:
        lag = bars * music.meters[0].bar_ticks
        own = [
            (at - lag, pitch) for at, pitch in music.notes[:, :2].astype(int).tolist() if at - lag >= first
        ]
        if own:
            name = "bar" if bars == 1 else f"{bars} bars"
            found[f"rhythm as {name} before"] = float(np.mean([at in onsets for at, _ in own]))
            found[f"pitch and rhythm as {name} before"] = float(np.mean([each in notes for each in own]))
    return found


def at_phrases(music: Excerpt) -> dict[str, float]:
    """Of each new phrase, the share of notes that the earlier phrase most like it has at the same place."""
    every = np.concatenate([music.before, music.notes])
    earlier: list[set[tuple[int, int]]] = []
    rhythm: list[float] = []
    both: list[float] = []
    begin = int(every[:, 0].min(initial=music.start))
    for end in music.phrases:
        phrase = _from(every, begin, end)
        begin = end
        if phrase and earlier and end > music.start:
            onsets = {at for at, _ in phrase}
            rhythm.append(max(len(onsets & {at for at, _ in each}) for each in earlier) / len(onsets))
            both.append(max(len(phrase & each) for each in earlier) / len(phrase))
        if phrase:
            earlier.append(phrase)
    if not rhythm:
        return {}
    return {
        "rhythm as an earlier phrase": float(np.mean(rhythm)),
        "pitch and rhythm as an earlier phrase": float(np.mean(both)),
    }


def phrase_notes(music: Excerpt) -> list[int]:
    """Notes in each phrase that is played whole."""
    ends = [music.start, *(tick for tick in music.phrases if tick > music.start)]
    found = np.histogram(music.notes[:, 0], ends)[0] if len(ends) > 1 else np.zeros(0)
    return [int(count) for count in found if count]


def of_windows(music: Excerpt) -> dict[str, float]:
    """Of a performance: how like (cosine) the pitch classes of neighbouring windows are, moment by moment."""
    every = np.concatenate([music.before, music.notes])
    count = music.end // MOMENT
    chroma = np.zeros((count, 12))
    for onset, pitch, _, length, _ in every.tolist():
        first, last = int(onset // MOMENT), int((onset + min(length, 200)) // MOMENT)
        chroma[first : min(last + 1, count), int(pitch) % 12] += 1
    chroma /= np.maximum(np.linalg.norm(chroma, axis=1, keepdims=True), 1e-9)
    begin = music.start // MOMENT
    found = {}
    for seconds in WINDOWS:
        lag = seconds * 100 // MOMENT
        found[f"pitch classes as {seconds} s before"] = float(
            (chroma[begin:] * chroma[begin - lag : count - lag]).sum(axis=1).mean()
        )
    return found


def _from(notes: NoteArray, begin: int, end: int) -> set[tuple[int, int]]:
    """(Onset from the beginning, pitch) of the notes between two ticks."""
    own = notes[(notes[:, 0] >= begin) & (notes[:, 0] < end)].astype(int)
    return {(at - begin, pitch) for at, pitch in own[:, :2].tolist()}
