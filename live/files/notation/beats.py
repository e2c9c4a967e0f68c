"""The beats of music that was played to none: told by the tracker of the live engine, in zero time."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from models.convert import NoteArray

Floats = NDArray[np.float64]

_POLL_NS = 10_000_000
_SECOND_NS = 1_000_000_000
_NEAR = 0.18
"""A struck note so near to a told beat, in beats, is what the beat was meant for."""


def beat_times(notes: NoteArray) -> Floats:
    """Seconds of the beats, rising, from before the first note to after the last.

    ``notes`` ``[n, 5]`` have their times in seconds. Empty for fewer than five onsets. Blocks: about
    1 ms a note and 10 ms a minute.
    """
    from live.beat.tracker import Lock, Tracker  # noqa: PLC0415

    onsets = np.unique(notes[:, 0])
    if len(onsets) < 5:
        return np.zeros(0)
    always = Lock(on=0, off=-1, patience=1, first_onsets=4, silence_beats=1e6, silence_s=1e6, keep=2, bars=0)
    tracker = Tracker(lock=always)
    struck = [(round((row[0] + 1) * _SECOND_NS), int(row[1]), int(row[2])) for row in notes.tolist()]
    told: list[float] = []
    place, now, pulse = 0, struck[0][0], None
    while now < struck[-1][0] + _SECOND_NS:
        if pulse is not None:
            at = pulse.ns_at(math.floor(pulse.quarter_at(now - _POLL_NS)) + 1)
            if at <= now:
                told.append(at / _SECOND_NS - 1)
        while place < len(struck) and struck[place][0] <= now:
            tracker.strike(*struck[place])
            place += 1
        pulse = tracker.pulse(now)
        now += _POLL_NS
    return _even(_met(np.array(told), onsets), onsets) if len(told) > 2 else np.zeros(0)


def _met(told: Floats, onsets: Floats) -> Floats:
    """Each beat moved onto the onset that it was meant for, where there is one."""
    periods = np.gradient(told)
    nearest = onsets[np.abs(onsets[:, None] - told).argmin(axis=0)]
    return np.where(np.abs(nearest - told) < _NEAR * periods, nearest, told)


def _even(beats: Floats, onsets: Floats) -> Floats:
    """No beat twice, none missing, and enough of them at both ends."""
    period = float(np.median(np.diff(beats)))
    kept = [float(beats[0])]
    for beat in beats[1:].tolist():
        gap = beat - kept[-1]
        if gap < 0.6 * period:
            continue
        parts = max(1, round(gap / period))
        kept += [kept[-1] + gap * part / parts for part in range(1, parts + 1)]
    while kept[0] > onsets[0] + 0.1 * period:
        kept.insert(0, kept[0] - period)
    while kept[-1] < onsets[-1] + period:
        kept.append(kept[-1] + period)
    return np.array(kept)
