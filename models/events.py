"""One event and one note: the only two representations of music in this project.

An ``Event`` is what a network hears and says; a ``Note`` is for files and pictures. Times of events
are whole ticks of a grid (see :mod:`models.grid`), counted from the start of their context.
In bulk, events are an ``int32`` array ``[n, 5]`` whose columns are the fields of ``Event``.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

EventArray = NDArray[np.int32]
"""``[n, 5]``: time, kind, pitch, velocity, voice."""

TIME, KIND, PITCH, VELOCITY, VOICE = range(5)
"""Columns of an :data:`EventArray`."""

PITCHES = 128


class Kind(IntEnum):
    """What happens. ``START`` opens a context and is never predicted."""

    START = 0
    ON = 1
    OFF = 2
    PHRASE = 3
    END = 4


class Event(NamedTuple):
    """One event. ``pitch`` and ``velocity`` are 0 where the kind has none."""

    time: int
    kind: Kind
    pitch: int = 0
    velocity: int = 0
    voice: int = 0

    def higher(self, semitones: int) -> Event:
        """The same so many semitones higher, as far as there are pitches."""
        if self.kind not in (Kind.ON, Kind.OFF):
            return self
        return self._replace(pitch=min(PITCHES - 1, max(0, self.pitch + semitones)))


class Note(NamedTuple):
    """One sounding note; ``onset`` and ``duration`` in ticks, possibly fractional before rounding.

    A note lasts until it stops sounding: while the sustain pedal holds it, it goes on.
    """

    onset: float
    pitch: int
    velocity: int
    duration: float
    voice: int = 0

    @property
    def end(self) -> float:
        """The tick at which the note stops sounding."""
        return self.onset + self.duration


def to_array(events: list[Event]) -> EventArray:
    """Pack events into an array ``[n, 5]``."""
    return np.array(events, dtype=np.int32).reshape(-1, 5)


def from_array(rows: EventArray) -> list[Event]:
    """Unpack an array ``[n, 5]``."""
    return [Event(t, Kind(k), p, v, w) for t, k, p, v, w in rows.tolist()]
