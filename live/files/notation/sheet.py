"""A written page, before any format: staves of bars of voices of signs."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from live.files.exact import fraction
from live.files.music import Lyric, MeterMark, Music, Part
from live.files.notation.readable import readable
from live.files.notation.spelling import sharps_of
from live.files.notation.values import Value, values
from live.files.notation.voices import Chord, voices_of

_DOWN = Fraction(1)


class Mark(NamedTuple):
    """A note, chord or rest (no pitches) with one sign. ``onset`` in quarters from the start of the music."""

    onset: Fraction
    value: Value
    pitches: tuple[int, ...] = ()
    tied_back: bool = False
    tied_on: bool = False
    lyrics: tuple[Lyric, ...] = ()


@dataclass(frozen=True)
class Bar:
    """From bar line to bar line, in quarters.

    Meter, signature and tempo (quarters a minute) stand where they change.
    """

    start: Fraction
    end: Fraction
    number: int
    beat: Fraction
    sharps: int
    meter: tuple[int, int] | None = None
    signature: int | None = None
    tempo: tuple[tuple[Fraction, float], ...] = ()
    chords: tuple[tuple[Fraction, str], ...] = ()
    repeat_start: bool = False
    repeat_end: bool = False
    ending_start: int | None = None
    ending_end: int | None = None

    @property
    def length(self) -> Fraction:
        """In quarters."""
        return self.end - self.start


@dataclass(frozen=True)
class Staff:
    """A part. ``bars`` are as long as the sheet's: in each one or more voices that fill the bar."""

    part: Part
    bars: tuple[tuple[tuple[Mark, ...], ...], ...]


@dataclass(frozen=True)
class Sheet:
    """Everything that is written down. ``music`` is what the page says, on exact places."""

    title: str
    music: Music
    bars: tuple[Bar, ...]
    staves: tuple[Staff, ...]
    remarks: tuple[str, ...] = field(default=())


def sheet_of(music: Music, added: Sequence[Part] = ()) -> Sheet:
    """The page of the music and the added parts, one staff a part, a keyboard's chords on two."""
    found = readable(music, added)
    ends = [part.notes[:, 0] + part.notes[:, 3] for part in found.parts]
    end = fraction(max((float(each.max()) for each in ends), default=0.0))
    bars = tuple(_bars(found, end))
    staves = tuple(_staff(part, bars) for part in found.parts)
    return Sheet(music.title or music.name, found, bars, staves, found.remarks)


def _bars(music: Music, end: Fraction) -> list[Bar]:
    """Bars from the start to the end of the last one with notes."""
    meters = list(music.meters) or [MeterMark(0.0, 4, 4, 0.0)]
    if meters[0].quarter > 0:
        first = meters[0]._replace(quarter=0.0)
        meters[0] = first._replace(bar_line=first.bar_line % first.bar_quarters)
    lines = _lines(meters, end)
    for at in (*music.repeats.starts, *music.repeats.ends):
        lines.setdefault(fraction(at), None)
    places = sorted(place for place in lines if place >= 0)
    while len(places) > 2 and places[-2] >= end:
        places.pop()
    marks = {fraction(mark.quarter): mark for mark in meters}
    signs = {fraction(sign.quarter): sign.sharps for sign in music.signatures}
    if Fraction(0) not in signs and music.key is not None:
        signs.setdefault(Fraction(0), sharps_of(music.key))
    found: list[Bar] = []
    mark, sharps, number, told = meters[0], 0, 0, None
    for start, stop in pairwise(places):
        mark = marks.get(start, mark)
        meter = (mark.numerator, mark.denominator)
        whole = stop - start >= fraction(mark.bar_quarters)
        second_half = (
            bool(found)
            and not whole
            and found[-1].length < fraction(mark.bar_quarters)
            and found[-1].number > 0
        )
        number += 0 if (not found and not whole) or second_half else 1
        changed = [sign for at, sign in sorted(signs.items()) if start <= at < stop]
        signature = changed[-1] if changed and (not found or changed[-1] != sharps) else None
        sharps = sharps if signature is None else signature
        found.append(
            Bar(
                start, stop, number, _beat(mark), sharps,
                meter=meter if meter != told and music.meters else None,
                signature=signature,
                tempo=_tempo(music, start, stop),
                chords=tuple(
                    (fraction(each.quarter), each.name) for each in music.chords
                    if start <= fraction(each.quarter) < stop
                ),
                repeat_start=_has(music.repeats.starts, start),
                repeat_end=_has(music.repeats.ends, stop),
                ending_start=next((n for at, _, n in music.repeats.endings if fraction(at) == start), None),
                ending_end=next((n for _, at, n in music.repeats.endings if fraction(at) == stop), None),
            )
        )  # fmt: skip
        told = meter
    return found


def _lines(meters: Sequence[MeterMark], end: Fraction) -> dict[Fraction, None]:
    """All bar lines, and the end of the last bar."""
    lines: dict[Fraction, None] = {Fraction(0): None}
    for index, mark in enumerate(meters):
        start, bar = fraction(mark.quarter), fraction(mark.bar_quarters)
        until = fraction(meters[index + 1].quarter) if index + 1 < len(meters) else None
        lines.setdefault(start, None)
        place = start + (fraction(mark.bar_line) - start) % bar
        while place < (max(end, start + bar / 1000) if until is None else until):
            lines.setdefault(place, None)
            place += bar
        if until is None:
            lines.setdefault(place, None)
    return lines


def _beat(mark: MeterMark) -> Fraction:
    compound = mark.denominator >= 8 and mark.numerator % 3 == 0
    unit = Fraction(4, mark.denominator)
    return unit * 3 if compound else min(_DOWN, unit)


def _tempo(music: Music, start: Fraction, stop: Fraction) -> tuple[tuple[Fraction, float], ...]:
    marks = zip(music.tempo.quarters.tolist(), music.tempo.pace.tolist(), strict=True)
    return tuple((fraction(at), 60 / pace) for at, pace in marks if start <= fraction(at) < stop)


def _has(places: tuple[float, ...], at: Fraction) -> bool:
    return any(fraction(place) == at for place in places)


def _staff(part: Part, bars: tuple[Bar, ...]) -> Staff:
    starts = [bar.start for bar in bars]
    lyrics: dict[Fraction, tuple[Lyric, ...]] = {}
    for lyric in part.lyrics:
        at = fraction(lyric.quarter)
        lyrics[at] = (*lyrics.get(at, ()), lyric)
    filled: list[list[tuple[Mark, ...]]] = [[] for _ in bars]
    for voice in voices_of(part):
        inside: list[list[Mark]] = [[] for _ in bars]
        for chord in voice:
            _write(chord, bars, starts, inside, lyrics)
        for number, marks in enumerate(inside):
            if marks or not filled[number]:
                filled[number].append(tuple(_with_rests(marks, bars[number])))
    return Staff(part, tuple(tuple(each) for each in filled))


def _write(
    chord: Chord,
    bars: tuple[Bar, ...],
    starts: list[Fraction],
    inside: list[list[Mark]],
    lyrics: dict[Fraction, tuple[Lyric, ...]],
) -> None:
    """The chord in signs, tied over bar lines and where it takes several."""
    number = bisect_right(starts, chord.onset) - 1
    at = chord.onset
    while at < chord.end:
        bar = bars[number]
        stop = min(chord.end, bar.end)
        for sign in values(at - bar.start, stop - at, bar.beat):
            on = at + sign.length < chord.end
            inside[number].append(Mark(at, sign, chord.pitches, at > chord.onset, on, lyrics.pop(at, ())))
            at += sign.length
        number += 1


def _with_rests(marks: list[Mark], bar: Bar) -> list[Mark]:
    found: list[Mark] = []
    at = bar.start
    for mark in (*marks, None):
        stop = bar.end if mark is None else mark.onset
        if stop > at:
            for sign in values(at - bar.start, stop - at, bar.beat):
                found.append(Mark(at, sign))
                at += sign.length
        if mark is not None:
            found.append(mark)
            at = mark.onset + mark.value.length
    return found
