"""Notes to events and back, exact on the grid.

Stretch and transpose notes first, then round them here: unquantised times decide the order on the
performance grid, so they must survive until events are made.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.events import KIND, PITCH, TIME, VELOCITY, VOICE, EventArray, Kind, Note
from models.grid import PERFORMANCE, Grid
from models.order import score_rank

NoteArray = NDArray[np.float64]
"""``[n, 5]``: onset, pitch, velocity, duration, voice (the fields of ``Note``), times in ticks."""


def note_array(notes: list[Note]) -> NoteArray:
    """Pack notes into an array ``[n, 5]``."""
    return np.array(notes, dtype=np.float64).reshape(-1, 5)


def notes_to_events(
    notes: NoteArray,
    grid: Grid,
    *,
    voices: int = 1,
    phrases: NDArray[np.int64] | None = None,
    end: bool = True,
) -> EventArray:
    """All events of a piece in order, from ``start`` at tick 0 to ``end`` (if asked for).

    ``notes`` are ``[n, 5]`` with times in ticks, possibly fractional; ``phrases`` are the ticks at
    which phrases of voice 0 end. Every note lasts at least one tick; a note that is struck again
    while it sounds ends there.
    """
    if grid.monophonic:
        return _score_events(notes, voices, phrases, end)
    return _performance_events(notes, end)


def events_to_notes(events: EventArray, grid: Grid = PERFORMANCE) -> list[Note]:
    """The notes of a piece, by onset; a note that nothing ends lasts until the last event.

    On the score grid an ``on`` ends its voice's note.
    """
    sounding: dict[tuple[int, int], tuple[int, int]] = {}
    notes: list[Note] = []
    last = int(events[-1, TIME]) if len(events) else 0

    def finish(voice: int, pitch: int, now: int) -> None:
        onset, velocity = sounding.pop((voice, pitch))
        if now > onset:
            notes.append(Note(onset, pitch, velocity, now - onset, voice))

    for time, kind, pitch, velocity, voice in events.tolist():
        for other in list(sounding):
            replaced = kind == Kind.ON and grid.monophonic and other[0] == voice
            if replaced or (kind in (Kind.ON, Kind.OFF) and other == (voice, pitch)):
                finish(*other, time)
        if kind == Kind.ON:
            sounding[voice, pitch] = (time, velocity)
    for voice, pitch in list(sounding):
        finish(voice, pitch, last)
    return sorted(notes, key=lambda note: (note.onset, note.voice, -note.pitch))


def _performance_events(notes: NoteArray, end: bool) -> EventArray:
    by_pitch = np.lexsort((notes[:, 0], notes[:, 1]))
    onset, pitch, velocity, duration, _ = notes[by_pitch].T
    on_tick = np.rint(onset).astype(np.int64)
    same = np.zeros(len(notes), bool)
    same[1:] = pitch[1:] == pitch[:-1]
    # Two strikes of one key in one tick: the second moves to the next tick, and so on.
    while (clash := same[1:] & (on_tick[1:] <= on_tick[:-1])).any():
        where = np.flatnonzero(clash) + 1
        on_tick[where] = on_tick[where - 1] + 1
    release = onset + duration
    off_tick = np.maximum(np.rint(release).astype(np.int64), on_tick + 1)
    again = np.flatnonzero(same[1:])
    off_tick[again] = np.minimum(off_tick[again], on_tick[again + 1])
    release[again] = np.minimum(release[again], onset[again + 1])

    count = len(notes)
    events = np.zeros((2 * count, 5), np.int32)
    events[:count, TIME], events[count:, TIME] = on_tick, off_tick
    events[:count, KIND], events[count:, KIND] = Kind.ON, Kind.OFF
    events[:count, PITCH] = events[count:, PITCH] = pitch
    events[:count, VELOCITY] = velocity
    # Rounded to a millionth of a tick, or stretching would order ties by float noise.
    true_time = np.round(np.concatenate([onset, release]), 6)
    is_on = events[:, KIND] == Kind.ON
    order = np.lexsort((-events[:, PITCH], is_on, true_time, events[:, TIME]))
    return _framed(events[order], end, voice=0)


def _score_events(notes: NoteArray, voices: int, phrases: NDArray[np.int64] | None, end: bool) -> EventArray:
    rows: list[NDArray[np.int32]] = []
    for voice in range(voices):
        own = notes[notes[:, 4] == voice]
        own = own[np.argsort(own[:, 0], kind="stable")]
        on_tick = np.rint(own[:, 0]).astype(np.int32)
        off_tick = np.maximum(np.rint(own[:, 0] + own[:, 3]).astype(np.int32), on_tick + 1)
        if (on_tick[1:] <= on_tick[:-1]).any():
            raise ValueError(f"voice {voice} has two notes at one tick: voices are monophonic")
        following = np.append(on_tick[1:], np.iinfo(np.int32).max)
        rests = off_tick < following
        ons = np.zeros((len(own), 5), np.int32)
        ons[:, TIME], ons[:, KIND], ons[:, PITCH] = on_tick, Kind.ON, own[:, 1]
        ons[:, VELOCITY], ons[:, VOICE] = own[:, 2], voice
        offs = ons[rests]
        offs[:, TIME], offs[:, KIND], offs[:, VELOCITY] = off_tick[rests], Kind.OFF, 0
        rows += [ons, offs]
    if phrases is not None:
        marks = np.zeros((len(phrases), 5), np.int32)
        marks[:, TIME], marks[:, KIND] = phrases, Kind.PHRASE
        rows.append(marks)
    events = np.concatenate(rows)
    order = np.lexsort((score_rank(events[:, KIND], events[:, VOICE]), events[:, TIME]))
    return _framed(events[order], end, voice=voices - 1)


def _framed(events: EventArray, end: bool, voice: int) -> EventArray:
    """Put ``start`` before the events and, if asked for, ``end`` after them."""
    start = np.array([[0, Kind.START, 0, 0, 0]], np.int32)
    parts = [start, events]
    if end:
        last = int(events[-1, TIME]) if len(events) else 0
        parts.append(np.array([[last, Kind.END, 0, 0, voice]], np.int32))
    return np.concatenate(parts)
