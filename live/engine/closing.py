"""Where a loop closes: how long it is, in whole bars or beats where there is a pulse, and when it begins.

As loopers do: what was played a little too long is forgiven, a pedal that comes a little late joins in where
the loop would be by then, one that comes early waits for the line. In free time a loop is as long as it was
played, to the moment of the pedal; without one, to where the next note would have come.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from live.beat.beats import line_of
from live.beat.pulse import Pulse
from live.engine.take import Note, Take

OVER = 1 / 4
"""Of a bar (or a beat) that a phrase may last beyond its end, or the pedal come late."""
EARLY = 0.1
"""Quarters: a note that comes so little before a line belongs to what begins there."""
SHORTEST = 0.25
"""Seconds of a loop in free time."""


class Closed(NamedTuple):
    """A loop of what was played between two places: ``start`` and ``start + length``.

    It may begin at ``start`` plus any positive number of times ``unit``, from its end on.
    """

    start: float
    length: float
    unit: float

    @property
    def end(self) -> float:
        """Where what was played ends."""
        return self.start + self.length

    def first_after(self, place: float) -> float:
        """The first place for its beginning that is not before this one."""
        return self.end + max(0, math.ceil((place - self.end) / self.unit - 1e-6)) * self.unit


def unit_of(pulse: Pulse) -> float:
    """Loops are so many quarters long, or a multiple: a bar where bars are known, else a beat."""
    return 1.0 if pulse.bars is None else pulse.bars.quarters


def phrase_on(pulse: Pulse, first: float, last: float, until: float, *, pressed: bool) -> Closed:
    """From the first onset on. ``last``: the last one; ``until``: where the player stopped, or pressed."""
    unit = unit_of(pulse)
    count = max(1, math.ceil((until - first) / unit - OVER))
    if not pressed:
        count = max(count, math.floor((last - first + EARLY) / unit) + 1)
    return Closed(first, count * unit, unit)


def bars_on(pulse: Pulse, bars: int, last: float, until: float, *, pressed: bool) -> Closed:
    """The last bars, to the line at which the player stopped or pressed; bars are known."""
    unit, line = unit_of(pulse), line_of(pulse)
    count = math.ceil((until - line) / unit - OVER)
    if not pressed:
        count = max(count, math.floor((last - line + EARLY) / unit) + 1)
    return Closed(line + (count - bars) * unit, bars * unit, unit)


def phrase_in_free_time(notes: Sequence[Note], gap: float, until: float | None) -> Closed:
    """``until`` the pedal in seconds; without one the next note would come a ``gap`` after the last onset,
    or when all have ended."""
    start, last = notes[0].place, notes[-1].place
    if until is None:
        until = max(last + gap, *(note.place + note.length for note in notes))
    length = max(SHORTEST, until - start)
    return Closed(start, length, length)


def take_between(closed: Closed, notes: Sequence[Note], early: float) -> Take:
    """What begins there, a place ``early`` counted in; nothing sounds longer than the loop is."""
    inside = [
        note._replace(place=note.place - closed.start, length=min(note.length, closed.length))
        for note in notes
        if closed.start - early <= note.place < closed.end - early
    ]
    return Take(tuple(inside), closed.length)
