"""What sounds: the state that every event changes, one event at a time or for a whole window at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.events import KIND, PITCH, PITCHES, TIME, VOICE, Event, EventArray, Kind
from models.grid import Grid
from models.order import score_rank

SILENT = -1
AGE_BUCKETS = 15


def _row_of_age() -> NDArray[np.uint8]:
    """``1 + min(2 log2(1 + age / 4), 14)`` for every age in ticks up to the first of the last bucket."""
    age = np.arange(4 * 2 ** ((AGE_BUCKETS - 1) // 2))
    bucket = np.minimum(2.0 * np.log2(1.0 + age / 4.0, dtype=np.float32), AGE_BUCKETS - 1)
    return np.asarray(1 + bucket.astype(np.uint8))


_ROW_OF_AGE = _row_of_age()


@dataclass
class Sounding:
    """The state after an event, or after each of several (a leading axis ``[n]`` everywhere).

    ``onsets`` ``[voices, 128]``: tick at which the sounding pitch began, or ``SILENT``.
    ``now``: tick of the event. ``rank``: its rank within the tick (score grid). ``closed``: the voice of the
    last event was ended by an ``off`` in this tick. ``phrase_open``: voice 0 had a note since its last
    ``phrase``.
    """

    onsets: NDArray[np.int32]
    now: NDArray[np.int32]
    rank: NDArray[np.int64]
    closed: NDArray[np.bool_]
    phrase_open: NDArray[np.bool_]

    @classmethod
    def nothing(cls, voices: int) -> Sounding:
        """The state before any event."""
        return cls(
            np.full((voices, PITCHES), SILENT, np.int32),
            np.array(0, np.int32),
            np.array(-1, np.int64),
            np.array(False),
            np.array(False),
        )

    def copy(self) -> Sounding:
        """An independent copy."""
        return Sounding(self.onsets.copy(), self.now, self.rank, self.closed, self.phrase_open)

    def apply(self, event: Event, grid: Grid) -> None:
        """Step to the state after ``event`` (never blocks; changes this object)."""
        if event.time != self.now:
            self.closed = np.array(False)
        self.now = np.array(event.time, np.int32)
        voice = self.onsets[event.voice]
        if event.kind == Kind.ON:
            if grid.monophonic:
                voice[:] = SILENT
            voice[event.pitch] = event.time
            self.closed = np.array(False)
            if event.voice == 0:
                self.phrase_open = np.array(True)
        elif event.kind == Kind.OFF:
            voice[event.pitch] = SILENT
            self.closed = np.array(True)
        elif event.kind == Kind.PHRASE:
            self.phrase_open = np.array(False)
        if grid.monophonic:
            self.rank = score_rank(event.kind, event.voice)

    def rows(self) -> NDArray[np.uint8]:
        """``[..., voices * 128]``: 0 for silence, else 1 + the age of the note in log buckets."""
        return sounding_rows(self.onsets, self.now)


def sounding_rows(onsets: NDArray[np.int32], now: NDArray[np.int32]) -> NDArray[np.uint8]:
    """``[..., voices * 128]`` from onsets ``[..., voices, 128]`` and ticks ``[...]``."""
    age = np.minimum(np.maximum(now[..., None, None] - onsets, 0), len(_ROW_OF_AGE) - 1)
    rows = np.asarray(_ROW_OF_AGE[age])
    rows[onsets == SILENT] = 0
    return rows.reshape(*rows.shape[:-2], -1)


def trace(events: EventArray, first: int, last: int, grid: Grid, voices: int) -> Sounding:
    """The states after each of ``events[first:last]`` (the same as ``apply`` one by one)."""
    window = events[first:last]
    count = len(window)
    values = np.full((count + 1, voices * PITCHES), SILENT, np.int32)
    touched = np.zeros((count + 1, voices * PITCHES), np.int32)
    values[0] = _onsets_before(events[:first], grid, voices)
    kind, time = window[:, KIND], window[:, TIME]
    place = window[:, VOICE] * PITCHES + window[:, PITCH]
    step = np.arange(1, count + 1)
    if grid.monophonic:
        for voice in range(voices):
            on = np.flatnonzero((window[:, VOICE] == voice) & (kind == Kind.ON))
            held = np.flatnonzero(values[0, voice * PITCHES : (voice + 1) * PITCHES] != SILENT)
            if len(on) and len(held):  # the first strike ends what sounded before the window
                touched[on[0] + 1, voice * PITCHES + held] = on[0] + 1
            touched[step[on[1:]], place[on[:-1]]] = step[on[1:]]
    changes = np.flatnonzero((kind == Kind.ON) | (kind == Kind.OFF))
    touched[step[changes], place[changes]] = step[changes]
    values[step[changes], place[changes]] = np.where(kind[changes] == Kind.ON, time[changes], SILENT)
    latest = np.maximum.accumulate(touched, axis=0)[1:]
    onsets = np.take_along_axis(values, latest, axis=0).reshape(count, voices, PITCHES)
    return Sounding(
        onsets,
        time.copy(),
        score_rank(kind, window[:, VOICE]) if grid.monophonic else np.full(count, -1, np.int64),
        _closed(events[max(0, first - 2) : last])[-count:],
        _phrase_open(events, first, last),
    )


def _onsets_before(events: EventArray, grid: Grid, voices: int) -> NDArray[np.int32]:
    """``[voices * 128]``: what sounds after all of ``events``."""
    onsets = np.full((voices, PITCHES), SILENT, np.int32)
    for voice in range(voices):
        own = events[(events[:, VOICE] == voice) & np.isin(events[:, KIND], (Kind.ON, Kind.OFF))]
        if grid.monophonic:
            own = own[-1:]
        # A later assignment to the same pitch wins, so only the newest event of each pitch counts.
        onsets[voice, own[:, PITCH]] = np.where(own[:, KIND] == Kind.ON, own[:, TIME], SILENT)
    return onsets.reshape(-1)


def _closed(window: EventArray) -> NDArray[np.bool_]:
    """An ``off``, or what follows it in its voice and tick other than an ``on``."""
    kind = window[:, KIND]
    closed = np.asarray(kind == Kind.OFF)
    for shift in (1, 2):  # off, phrase, end: at most two events may follow an off in its tick
        same = np.zeros(len(window), bool)
        same[shift:] = (window[shift:, TIME] == window[:-shift, TIME]) & (kind[:-shift] == Kind.OFF)
        closed |= same & np.isin(kind, (Kind.PHRASE, Kind.END))
    return closed


def _phrase_open(events: EventArray, first: int, last: int) -> NDArray[np.bool_]:
    """Whether voice 0 had an ``on`` since its last ``phrase``, after each event of the window."""
    kind = events[:last, KIND]
    index = np.arange(last)
    on = np.where((kind == Kind.ON) & (events[:last, VOICE] == 0), index, -1)
    phrase = np.where(kind == Kind.PHRASE, index, -1)
    return np.asarray((np.maximum.accumulate(on) > np.maximum.accumulate(phrase))[first:])
