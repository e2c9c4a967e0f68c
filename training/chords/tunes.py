"""A tune whose chords are known, and what is heard of it and asked at each strong beat."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from models.grid import TICKS_PER_QUARTER
from models.meter import Meter, strong_quarters

UNKNOWN = -1
"""No chord is known there, or no melody note sounds."""


class Line(NamedTuple):
    """A tune in C major or A minor. ``notes``: onset and duration in ticks, pitch. ``chords``: tick from
    which each holds, and its number (:mod:`models.chord_model`) or :data:`UNKNOWN`. ``beats``: ticks of the
    strong beats, and whether each begins a bar."""

    name: str
    minor: bool
    notes: list[tuple[int, int, int]]
    chords: list[tuple[int, int]]
    beats: list[tuple[int, bool]]


class Asked(NamedTuple):
    """One strong beat: pitch classes of the melody struck since the last one, that which sounds now, whether
    it is a bar's first, and the chord."""

    passed: tuple[int, ...]
    note: int
    bar: bool
    chord: int


def strong_beats(meter: Meter, begin: int, end: int) -> Iterator[tuple[int, bool]]:
    """Ticks of the strong beats of a meter, ``begin <= tick < end``."""
    places = [
        round(quarter * TICKS_PER_QUARTER) for quarter in strong_quarters(meter.numerator, meter.denominator)
    ]
    bar = meter.bar_line + (begin - meter.bar_line) // meter.bar_ticks * meter.bar_ticks
    while bar < end:
        yield from ((bar + place, place == 0) for place in places if begin <= bar + place < end)
        bar += meter.bar_ticks


def asked(line: Line) -> list[Asked]:
    """What is heard and asked at each strong beat, in order."""
    found, notes, chords = [], iter(line.notes), iter(line.chords)
    note, chord = next(notes, None), next(chords, None)
    sounding, now = (0, 0, 0), UNKNOWN
    for tick, bar in line.beats:
        passed = []
        while note is not None and note[0] <= tick:
            if note[0] < tick:
                passed.append(note[2] % 12)
            sounding, note = note, next(notes, None)
        while chord is not None and chord[0] <= tick:
            now, chord = chord[1], next(chords, None)
        heard = sounding[2] % 12 if sounding[0] <= tick < sounding[0] + sounding[1] else UNKNOWN
        found.append(Asked(tuple(passed), heard, bar, now))
    return found
