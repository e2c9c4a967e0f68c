"""The sustain pedal: how long notes sound, one rule for training, files and the live context.

While the pedal is down a note goes on sounding after its key is released; it ends when the pedal
comes up or when its pitch is struck again, whichever is first. Half pedal is not expressible.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.convert import NoteArray

PEDAL_CC = 64
PEDAL_DOWN = 64
"""The least value of controller 64 that counts as down."""
SAME_INSTANT = 1e-9
"""Times that differ by less, in whatever unit, differ by rounding: onset + duration is not exact."""


def sustained(notes: NoteArray, pedal: NDArray[np.float64]) -> NoteArray:
    """The notes with the durations that they sound, in the same order and in the same unit of time.

    ``notes`` are ``[n, 5]`` with the time that each *key* was down, of one channel; ``pedal`` is
    ``[m, 2]`` (time, value 0..127) of the same channel, in the order of the file. A key released at
    the very instant of a pedal event meets the pedal's new state. A pedal that never comes up holds
    its notes until the last release or pedal event.
    """
    if not len(notes):
        return notes.copy()
    held = prolonged(notes, pedal) if len(pedal) else notes
    return restruck(held)


def prolonged(notes: NoteArray, pedal: NDArray[np.float64]) -> NoteArray:
    """The notes lasting until the pedal lets them go, re-strikes not yet considered."""
    pedal = pedal[np.argsort(pedal[:, 0], kind="stable")]
    time, down = pedal[:, 0], pedal[:, 1] >= PEDAL_DOWN
    release = notes[:, 0] + notes[:, 3]
    last = max(float(release.max()), float(time[-1]))
    # up_after[i]: the time of the first "up" among the pedal's events i, i + 1, ...
    up_after = np.minimum.accumulate(np.where(down, last, time)[::-1])[::-1]
    state = np.searchsorted(time, release + SAME_INSTANT, side="right") - 1
    caught = (state >= 0) & down[state]
    sounding = notes.copy()
    sounding[caught, 3] = up_after[state[caught]] - notes[caught, 0]
    return sounding


def restruck(notes: NoteArray) -> NoteArray:
    """The notes, each ending at the latest when its pitch is struck again in its voice."""
    order = np.lexsort((notes[:, 0], notes[:, 1], notes[:, 4]))
    onset, pitch, voice = notes[order, 0], notes[order, 1], notes[order, 4]
    same_key = (pitch[1:] == pitch[:-1]) & (voice[1:] == voice[:-1])
    new_strike = np.concatenate([[True], ~same_key | (onset[1:] > onset[:-1])])
    strike = np.cumsum(new_strike) - 1  # equal strikes at one instant count as one
    first = np.flatnonzero(new_strike)
    next_onset = np.full(len(first), np.inf)
    followed = same_key[first[1:] - 1]
    next_onset[:-1][followed] = onset[first[1:]][followed]
    ended = notes.copy()
    longest = next_onset[strike] - onset
    ended[order, 3] = np.minimum(notes[order, 3], longest)
    return ended
