"""A performance played to the tracker in zero time, and what it told before each beat came."""

from __future__ import annotations

import math
import time
from typing import NamedTuple

import numpy as np

from live.beat.pulse import Pulse
from live.beat.tracker import SECOND_NS, Lock, Tracker
from training.beats.asap import Floats, Played

POLL_NS = 10_000_000
"""The pulse is asked every 10 ms; a beat counts as the last answer before it said it would come."""
ALWAYS = Lock(
    on=0,
    off=-1,
    patience=1,
    first_onsets=4,
    silence_beats=1e6,
    silence_s=1e6,
    keep=2,
    bars=0,
)
"""Tells whatever it thinks, from the fourth onset on: beside trackers that are never unsure."""


class Told(NamedTuple):
    """A beat as it was told at most 10 ms before it came: seconds, confidence, seconds from beat to beat.

    ``downbeat``: bars were told, and one begins here.
    """

    at: float
    sure: float
    period: float
    downbeat: bool


class Run(NamedTuple):
    """What was told of a performance. ``locked`` are spans (seconds) in which a pulse was told."""

    beats: list[Told]
    locked: list[tuple[float, float]]
    seconds: float
    """Of computing."""
    strikes: int


def run(played: Played, tracker: Tracker) -> Run:
    """Everything that the tracker is told is in the past of what it answers."""
    struck = [
        (round((at + 1) * SECOND_NS), int(pitch), int(velocity)) for at, pitch, velocity in played.notes
    ]
    beats: list[Told] = []
    locked: list[tuple[float, float]] = []
    spent, place = 0.0, 0
    now, pulse = struck[0][0], None
    while now < struck[-1][0] + SECOND_NS:
        if pulse is not None:
            beats += told_between(pulse, now - POLL_NS, now)
        begun = time.perf_counter()
        while place < len(struck) and struck[place][0] <= now:
            tracker.strike(*struck[place])
            place += 1
        before, pulse = pulse, tracker.pulse(now)
        spent += time.perf_counter() - begun
        if pulse is not None:
            first = locked.pop()[0] if before is not None else now / SECOND_NS - 1
            locked.append((first, now / SECOND_NS - 1))
        now += POLL_NS
    return Run(beats, locked, spent, len(struck))


def told_between(pulse: Pulse, before: int, now: int) -> list[Told]:
    """The beat that this pulse, told at ``before``, puts between then and now, if any."""
    beat = math.floor(pulse.quarter_at(before)) + 1
    at = pulse.ns_at(beat)
    if at > now:
        return []
    bars = pulse.bars
    first = bars is not None and abs((beat - bars.line + 0.01) % bars.quarters) < 0.1
    return [Told(at / SECOND_NS - 1, pulse.confidence, pulse.quarter_ns / SECOND_NS, first)]


def excerpt(played: Played, seconds: float) -> Played:
    """Its first seconds, from the first note on."""
    end = played.notes[0, 0] + seconds

    def kept(times: Floats) -> Floats:
        return times[times < end]

    return played._replace(
        notes=played.notes[played.notes[:, 0] < end],
        beats=kept(played.beats),
        downbeats=kept(played.downbeats),
        unsure=kept(played.unsure),
    )


def inside(times: Floats, spans: list[tuple[float, float]]) -> Floats:
    """Those of the moments that lie in one of the spans."""
    kept = np.zeros(len(times), bool)
    for first, last in spans:
        kept |= (times > first) & (times <= last + POLL_NS / SECOND_NS)
    return times[kept]
