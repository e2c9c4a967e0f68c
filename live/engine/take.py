"""A take: notes of the player as he played them, measured on the pulse or in free time, to be played again.

A place is in quarters as written (without swing) where there is a pulse, else in seconds: :class:`Ruler`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from live.beat.pulse import Pulse, Source
from live.engine.history import Did, Row
from live.engine.pace import CHORD_NS
from live.stage.clock import SECOND


class Note(NamedTuple):
    """``place`` from the beginning of the take, ``length`` until it stops sounding (pedal included).

    ``top``: nothing higher is struck with it or held above it: a model of single lines is told it.
    """

    place: float
    length: float
    pitch: int
    velocity: int
    top: bool


class Take(NamedTuple):
    """``notes`` by their places, from 0 (a little below: early on the first beat) to ``length``."""

    notes: tuple[Note, ...]
    length: float


@dataclass(frozen=True)
class Ruler:
    """Where moments are. ``pulse`` None: free time."""

    pulse: Pulse | None

    @property
    def unit_ns(self) -> float:
        """How long a unit of place lasts now."""
        return SECOND if self.pulse is None else self.pulse.quarter_ns

    def place_at(self, ns: int) -> float:
        """The place of a moment without swing, by the pulse of now."""
        return ns / SECOND if self.pulse is None else self.pulse.quarter_at(ns)

    def place_of(self, row: Row) -> float:
        """Where something was played: by the clock of then, if it goes on. A pulse that was heard in the
        playing is known better afterwards."""
        then, now = row.pulse, self.pulse
        if then is None or now is None or now.source is Source.PLAYING or not then.continues(now):
            return self.place_at(row.ns)
        return then.quarter_at(row.ns)


@dataclass
class _Open:
    place: float
    ns: int
    pitch: int
    velocity: int
    up_ns: int | None = None
    end: float | None = None


def played(rows: Iterable[Row], ruler: Ruler, until: float) -> list[Note]:
    """The notes that begin in these rows, in their order; what still sounds does so ``until`` there."""
    notes: list[_Open] = []
    sounding: dict[int, _Open] = {}
    for row in rows:
        note = sounding.get(row.pitch)
        match row.did:
            case Did.STRIKE:
                sounding[row.pitch] = _Open(ruler.place_of(row), row.ns, row.pitch, row.velocity)
                notes.append(sounding[row.pitch])
            case Did.RELEASE if note is not None:
                note.up_ns = row.ns
            case Did.SILENT if note is not None:
                note.end = ruler.place_of(row)
                del sounding[row.pitch]
            case Did.ALL_OFF:
                for each in sounding.values():
                    each.end, each.up_ns = ruler.place_of(row), row.ns
                sounding.clear()
    tops = _tops(notes)
    found = []
    for note, top in zip(notes, tops, strict=True):
        end = until if note.end is None else note.end
        found.append(Note(note.place, max(0.0, end - note.place), note.pitch, note.velocity, top))
    return found


def _tops(notes: Sequence[_Open]) -> list[bool]:
    """Which of them are the melody: no key above is down, nor goes down in the same chord."""
    found = []
    for index, note in enumerate(notes):
        top = True
        for other in notes[max(0, index - 16) : index + 8]:
            if other.pitch > note.pitch and other.ns <= note.ns + CHORD_NS:
                together = abs(other.ns - note.ns) <= CHORD_NS
                top = top and not together and other.up_ns is not None and other.up_ns <= note.ns
        found.append(top)
    return found


def last_phrase(rows: Sequence[Row], silence_ns: int) -> int | None:
    """Index of the strike that began the last phrase: before it no key was down or moved for ``silence_ns``.

    None: nothing was struck.
    """
    first: int | None = None
    down: set[int] = set()
    last_ns = 0
    for index, row in enumerate(rows):
        match row.did:
            case Did.STRIKE:
                if first is None or (not down and row.ns - last_ns > silence_ns):
                    first = index
                down.add(row.pitch)
                last_ns = row.ns
            case Did.RELEASE:
                down.discard(row.pitch)
                last_ns = row.ns
            case Did.ALL_OFF:
                down.clear()
    return first
