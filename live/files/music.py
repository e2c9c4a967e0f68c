"""What a file holds, whatever its format: parts with notes, tempo, meters, key.

Times are quarters from the start of the file. A MIDI file also stays here as it was, chunk by
chunk, so that what is written later keeps every byte of its tracks.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from live.files.tempo import TempoMap
from models.convert import NoteArray
from models.key import Key
from models.pedal import sustained

DRUM_CHANNEL = 9
DEFAULT_VELOCITY = 72
"""For notes of a score that says nothing about loudness."""


def no_notes() -> NoteArray:
    """An empty note array ``[0, 5]``."""
    return np.zeros((0, 5))


def no_pedal() -> NDArray[np.float64]:
    """An empty pedal array ``[0, 2]``."""
    return np.zeros((0, 2))


class Lyric(NamedTuple):
    """A syllable under the note that begins at ``quarter``.

    ``hyphen``: its word goes on. Verses count from 1.
    """

    quarter: float
    text: str
    hyphen: bool = False
    verse: int = 1


@dataclass(frozen=True)
class Part:
    """One instrument. ``notes`` ``[n, 5]`` in quarters, by onset, as long as *keys* were down.

    ``pedal`` ``[m, 2]``: (quarter, value of controller 64), in the order of the file; ``channel``
    counts from 0; ``program`` is ``None`` where the file names none. ``phrases``:
    the quarters at which notes end that end a phrase, where the score says so.
    """

    name: str
    notes: NoteArray
    program: int | None = None
    channel: int = 0
    pedal: NDArray[np.float64] = field(default_factory=no_pedal)
    phrases: tuple[float, ...] = ()
    lyrics: tuple[Lyric, ...] = ()

    @property
    def drums(self) -> bool:
        """Whether pitches are drums, which no model plays."""
        return self.channel == DRUM_CHANNEL

    def sounding(self) -> NoteArray:
        """The notes for as long as they sound, pedal and re-strikes included."""
        return sustained(self.notes, self.pedal)


class MeterMark(NamedTuple):
    """A meter that holds from ``quarter`` on; one bar line stands at ``bar_line``.

    With a pickup, ``bar_line`` lies after ``quarter``.
    """

    quarter: float
    numerator: int
    denominator: int
    bar_line: float

    @property
    def bar_quarters(self) -> float:
        """Length of a bar in quarters."""
        return self.numerator * 4 / self.denominator


class ChordMark(NamedTuple):
    """A chord symbol that holds from ``quarter`` to the next one; ``name`` is what
    :meth:`models.chord.Chord.parse` reads (``Bbmaj7``), or ``N.C.`` where none is to be played.
    """

    quarter: float
    name: str


class Signature(NamedTuple):
    """A key signature that holds from ``quarter`` on: so many sharps, below 0 flats."""

    quarter: float
    sharps: int


class Repeats(NamedTuple):
    """Repeat signs, in quarters. Music stands here as it is written, each bar once.

    ``endings``: (start, end, number) of the brackets over first and second endings.
    """

    starts: tuple[float, ...] = ()
    ends: tuple[float, ...] = ()
    endings: tuple[tuple[float, float, int], ...] = ()


class MidiSource(NamedTuple):
    """A MIDI file as it was: its division and the bodies of its track chunks, byte for byte.

    ``channels`` are those that any message in it uses.
    """

    division: int
    tracks: tuple[bytes, ...]
    channels: frozenset[int] = frozenset()

    @property
    def timecode(self) -> bool:
        """Whether ticks are parts of a film frame, so that no tempo changes their length."""
        return self.division < 0

    @property
    def ticks_per_quarter(self) -> float:
        """Ticks in a quarter; for time code, in half a second (a quarter at 120)."""
        if not self.timecode:
            return float(self.division)
        frames = -(self.division >> 8)
        rate = 30000 / 1001 if frames == 29 else frames
        return rate * (self.division & 0xFF) / 2


@dataclass(frozen=True)
class Music:
    """A piece of music. ``remarks`` are sentences that whoever reads it should see; ``chords`` the chord
    symbols of the score, in order. ``title`` is what a score calls itself, if it does; ``name`` always
    comes from the file.
    """

    name: str
    parts: tuple[Part, ...]
    tempo: TempoMap
    meters: tuple[MeterMark, ...] = ()
    key: Key | None = None
    midi: MidiSource | None = None
    remarks: tuple[str, ...] = ()
    chords: tuple[ChordMark, ...] = ()
    title: str = ""
    signatures: tuple[Signature, ...] = ()
    repeats: Repeats = field(default_factory=Repeats)

    @property
    def pitched(self) -> tuple[Part, ...]:
        """The parts that are not drums and have notes."""
        return tuple(part for part in self.parts if not part.drums and len(part.notes))

    @property
    def end(self) -> float:
        """The quarter at which the last pitched note stops sounding."""
        ends = [notes[:, 0] + notes[:, 3] for part in self.pitched if len(notes := part.sounding())]
        return float(max((end.max() for end in ends), default=0.0))

    def bar_quarters(self) -> float:
        """The length of a bar at the end of the music; 4 where no meter is known."""
        return self.meters[-1].bar_quarters if self.meters else 4.0
