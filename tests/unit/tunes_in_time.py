"""Players who keep time, or do not: notes (seconds, pitch, velocity) for tests of the beat."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import pairwise

import numpy as np

from live.beat.pulse import Pulse
from live.beat.tracker import SECOND_NS, Tracker

MELODY = (60, 62, 64, 65, 67, 65, 64, 62)
CHORDS = ((48, 52, 55), (43, 47, 50))
Notes = list[tuple[float, int, int]]
Times = Callable[[float], float]


def even(bpm: float) -> Times:
    return lambda beat: beat * 60 / bpm


def quarters(beat: int) -> Notes:
    return [(0, MELODY[beat % 8], 78 if beat % 4 == 0 else 70)]


def eighths(beat: int) -> Notes:
    return [*quarters(beat), (0.5, MELODY[(beat + 3) % 8], 66)]


def mixed(beat: int) -> Notes:
    return eighths(beat) if beat % 2 else quarters(beat)


def melody_with_chords(beat: int) -> Notes:
    notes: Notes = [(0, MELODY[beat % 8] + 12, 80)]
    if beat % 4 in (1, 2):
        notes.append((0.5, 74, 70))
    if beat % 2 == 0:
        notes += [(0, pitch, 60) for pitch in CHORDS[beat % 8 // 4]]
    return notes


def quiet_chords(beat: int) -> Notes:
    return [(0, pitch, 20) for pitch in CHORDS[beat % 8 // 4]]


RHYTHMS = (quarters, eighths, mixed, melody_with_chords, quiet_chords)


def play(
    rhythm: Callable[[int], Notes],
    beats: int,
    times: Times,
    jitter: float = 0.0,
    seed: int = 0,
    start: float = 1.0,
) -> list[tuple[int, int, int]]:
    """Strikes (ns, pitch, velocity) in order: a note of each is off by up to ``jitter`` seconds."""
    random = np.random.default_rng(seed)
    struck = []
    for beat in range(beats):
        for place, pitch, velocity in rhythm(beat):
            at = start + times(beat + place) + random.uniform(-jitter, jitter)
            struck.append((round(at * SECOND_NS), pitch, velocity))
    return sorted(struck)


def follow(
    tracker: Tracker, struck: list[tuple[int, int, int]], until: float = 0.0, step_ms: int = 10
) -> list[tuple[int, Pulse | None]]:
    """What the tracker says every ``step_ms`` from the first strike on, up to the last strike or ``until``
    seconds."""
    said, waiting = [], list(struck)
    now, step = waiting[0][0], step_ms * SECOND_NS // 1000
    while now <= max(struck[-1][0], until * SECOND_NS):
        while waiting and waiting[0][0] <= now:
            tracker.strike(*waiting.pop(0))
        said.append((now, tracker.pulse(now)))
        now += step
    return said


def told_beats(said: list[tuple[int, Pulse | None]]) -> list[float]:
    """Seconds at which whole quarters came, each as it was told just before it came."""
    beats = []
    for (before, pulse), (now, _) in pairwise(said):
        if pulse is not None:
            at = pulse.ns_at(math.floor(pulse.quarter_at(before)) + 1)
            if before < at <= now:
                beats.append(at / SECOND_NS)
    return beats
