"""What is measured of a second part, whoever plays it: beside the player, in the key of the piece.

A part is ``[n, >= 4]``: seconds, pitch, velocity, seconds that it sounds; in order of onset.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from live.engine.key_follower import KeyFollower

Floats = NDArray[np.float64]

UNISON_S = 0.05
"""One pitch struck by both within this: a doubled note."""
TOGETHER_S = 0.03
"""Struck within this, it sounds as one."""
LATELY_S = 2.0
"""What the player struck within this is where the player is."""
FRESH_S = 1.0
"""A note that the player struck longer ago is no longer what a new note is heard against."""
WINDOW_S = 2.0
"""Density, loudness and register are compared window by window."""
WHITE = (0, 2, 4, 5, 7, 9, 11)
CONSONANT = (0, 3, 4, 5)
"""Interval classes: octave, thirds and sixths, fourth and fifth."""
NAN = float("nan")


@dataclass(frozen=True)
class Figures:
    """Of one part in one piece; NaN where there was nothing to measure.

    ``collisions``: its notes whose pitch sounds already in the other part when they begin, or that sound when
    the other strikes their pitch, per 100 notes (pedal included). ``same_key``: those of them that begin
    on a key that the player holds down. ``doubled``: pitches struck by both within 50 ms, per 100.
    ``within``: share of its notes between the lowest and the highest that the player struck in the last
    2 s. ``density``: notes a second. ``density_r``, ``loudness_r``, ``register_r``: correlation with the
    player's over windows of 2 s. ``in_key``: share of notes in the scale of the piece's key at that moment.
    ``consonant`` and ``sharp``: share of the intervals, from a new note to what the player struck in the
    last second and still sounds, that are consonant, or a semitone (octaves apart or not).
    ``louder``: mean velocity less the player's. ``together``: share of notes within 30 ms of one of the
    player's. ``silence``: the longest, in seconds. ``sounds``: share of the time in which any note does;
    ``voices``: how many then. ``length``: the median note's, ``longest``: the longest note's seconds.
    """

    collisions: float
    same_key: float
    doubled: float
    within: float
    density: float
    density_r: float
    loudness_r: float
    register_r: float
    in_key: float
    consonant: float
    sharp: float
    louder: float
    together: float
    silence: float
    sounds: float
    voices: float
    length: float
    longest: float


NAMES = tuple(each.name for each in fields(Figures))


@dataclass(frozen=True)
class Player:
    """Whoever is played with: the same notes as keys and as sound, and how long the piece lasts (seconds)."""

    keys: Floats
    sounding: Floats
    seconds: float


@dataclass(frozen=True)
class Scales:
    """Transposition (0-11) to C major or A minor from each moment (seconds) on."""

    since: Floats
    shifts: NDArray[np.int64]

    def in_key(self, part: Floats) -> NDArray[np.bool_]:
        """Whether each note is in the scale that holds when it begins."""
        which = np.searchsorted(self.since, part[:, 0], side="right") - 1
        return np.isin((part[:, 1] + self.shifts[np.maximum(which, 0)]) % 12, WHITE)

    @property
    def usual(self) -> int:
        """The transposition that holds for most strikes."""
        return int(np.bincount(self.shifts, minlength=12).argmax())


def scales_of(notes: Floats) -> Scales:
    """As the key follower hears the whole piece, both hands of it."""
    follower = KeyFollower()
    shifts = []
    for at, pitch in notes[:, :2].tolist():
        follower.strike(round((at + 1) * 1e9), int(pitch))
        follower.follow()
        shifts.append(follower.shift % 12)
    return Scales(notes[:, 0], np.array(shifts))


def figures(part: Floats, player: Player, scales: Scales) -> Figures:
    """Everything that is measured of a part."""
    begins, hits = _same_pitch(part, player.sounding), _same_pitch(player.sounding, part)
    doubled = _doubled(part, player.keys)
    struck_into = np.zeros(len(part), bool)
    struck_into[hits[hits >= 0]] = True
    intervals = _intervals(part, player.sounding)
    density, loudness, register = (
        _correlation(of(part, player.seconds), of(player.keys, player.seconds))
        for of in (densities, loudnesses, registers)
    )
    silence, sounds, voices = _coverage(part, player.seconds)
    return Figures(
        collisions=100 * _mean((begins >= 0) | struck_into | doubled),
        same_key=100 * _mean(_same_pitch(part, player.keys) >= 0),
        doubled=100 * _mean(doubled),
        within=_within(part, player.keys),
        density=len(part) / player.seconds,
        density_r=density,
        loudness_r=loudness,
        register_r=register,
        in_key=_mean(scales.in_key(part)),
        consonant=_mean(np.isin(intervals, CONSONANT)),
        sharp=_mean(intervals == 1),
        louder=float(part[:, 2].mean() - player.keys[:, 2].mean()) if len(part) else NAN,
        together=_mean(_nearest(part[:, 0], player.keys[:, 0]) <= TOGETHER_S),
        silence=silence,
        sounds=sounds,
        voices=voices,
        length=float(np.median(part[:, 3])) if len(part) else NAN,
        longest=float(part[:, 3].max()) if len(part) else NAN,
    )


def densities(part: Floats, seconds: float) -> Floats:
    """Notes a second in each window."""
    return np.bincount(_window(part), minlength=_windows(seconds))[: _windows(seconds)] / WINDOW_S


def loudnesses(part: Floats, seconds: float) -> Floats:
    """Mean velocity in each window, NaN without notes."""
    return _means(part, 2, seconds)


def registers(part: Floats, seconds: float) -> Floats:
    """Mean pitch in each window, NaN without notes."""
    return _means(part, 1, seconds)


def slope(own: Floats, other: Floats) -> float:
    """How much of it there is more for one more of the player's (least squares over windows with both)."""
    both = ~(np.isnan(own) | np.isnan(other))
    if both.sum() < 3 or other[both].std() < 1e-9:
        return NAN
    return float(np.polyfit(other[both], own[both], 1)[0])


def _means(part: Floats, column: int, seconds: float) -> Floats:
    size = _windows(seconds)
    counts = np.bincount(_window(part), minlength=size)[:size]
    sums = np.bincount(_window(part), part[:, column], minlength=size)[:size]
    return np.where(counts > 0, sums / np.maximum(counts, 1), NAN)


def _window(part: Floats) -> NDArray[np.int64]:
    return np.maximum(0, part[:, 0] // WINDOW_S).astype(np.int64)


def _windows(seconds: float) -> int:
    return max(1, int(seconds // WINDOW_S))


def _correlation(own: Floats, other: Floats) -> float:
    both = ~(np.isnan(own) | np.isnan(other))
    own, other = own[both], other[both]
    if len(own) < 3 or own.std() < 1e-9 or other.std() < 1e-9:
        return NAN
    return float(np.corrcoef(own, other)[0, 1])


def _same_pitch(part: Floats, other: Floats) -> NDArray[np.int64]:
    """For each note of the part: which note of the other one sounds at its pitch when it begins, else -1.

    One that begins in that very moment does not count: that is a doubled note.
    """
    found = np.full(len(part), -1)
    for pitch in np.unique(part[:, 1]):
        ours, theirs = np.flatnonzero(part[:, 1] == pitch), np.flatnonzero(other[:, 1] == pitch)
        if not len(theirs):
            continue
        before = np.searchsorted(other[theirs, 0], part[ours, 0] - UNISON_S, side="right") - 1
        last = theirs[np.maximum(before, 0)]
        sounds = (before >= 0) & (other[last, 0] + other[last, 3] > part[ours, 0])
        found[ours[sounds]] = last[sounds]
    return found


def _doubled(part: Floats, other: Floats) -> NDArray[np.bool_]:
    found = np.zeros(len(part), bool)
    for pitch in np.unique(part[:, 1]):
        ours = part[:, 1] == pitch
        found[ours] = _nearest(part[ours, 0], other[other[:, 1] == pitch, 0]) <= UNISON_S
    return found


def _nearest(times: Floats, others: Floats) -> Floats:
    """How far each moment is from the nearest of the others."""
    if not len(others):
        return np.full(len(times), np.inf)
    after = np.clip(np.searchsorted(others, times), 0, len(others) - 1)
    before = np.maximum(after - 1, 0)
    return np.minimum(np.abs(others[after] - times), np.abs(others[before] - times))


def _within(part: Floats, player: Floats) -> float:
    """Of the notes before which the player has struck any lately."""
    inside = []
    for at, pitch in part[:, :2].tolist():
        first, last = np.searchsorted(player[:, 0], (at - LATELY_S, at + TOGETHER_S))
        lately = player[first:last, 1]
        if len(lately):
            inside.append(lately.min() <= pitch <= lately.max())
    return _mean(np.array(inside))


def _intervals(part: Floats, sounding: Floats) -> NDArray[np.int64]:
    """Interval classes (0-6) from each new note to each fresh one of the player's that sounds."""
    found = []
    for at, pitch in part[:, :2].tolist():
        first, last = np.searchsorted(sounding[:, 0], (at - FRESH_S, at + TOGETHER_S))
        near = sounding[first:last]
        apart = np.abs(near[near[:, 0] + near[:, 3] > at, 1] - pitch).astype(np.int64) % 12
        found.append(np.minimum(apart, 12 - apart))
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def _coverage(part: Floats, seconds: float) -> tuple[float, float, float]:
    """The longest silence in seconds, the share of time with sound, and how many notes sound then."""
    silence = covered = until = 0.0
    for at, length in part[part[:, 0] < seconds][:, (0, 3)].tolist():
        end = min(seconds, at + length)
        silence = max(silence, at - until)
        covered += max(0.0, end - max(until, at))
        until = max(until, end)
    silence = max(silence, seconds - until)
    heard = float(np.clip(seconds - part[:, 0], 0, part[:, 3]).sum())
    return silence, covered / seconds, heard / covered if covered else NAN


def _mean(values: NDArray[np.bool_]) -> float:
    return float(values.mean()) if len(values) else NAN
