"""Scores that music21 reads (kern, ABC, MusicXML) to music. music21 is imported on first use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from live.files.joined import Joined
from live.files.music import DRUM_CHANNEL, ChordMark, MeterMark, Music, Part, Repeats, Signature
from live.files.silence import silence
from live.files.tempo import TempoMap
from live.files.unreadable import UnreadableError
from models.chord import Chord
from models.key import Key

NO_PROGRAMS: Mapping[str, int] = {}
_CLOSE = 1e-6
"""Quarters that count as none."""
_MINOR_MODES = ("minor", "aeolian", "dorian", "phrygian", "locrian")
_CHANNELS = [channel for channel in range(16) if channel != DRUM_CHANNEL]


def read_score(path: Path, text: str, form: str, programs: Mapping[str, int] = NO_PROGRAMS) -> Music:
    """The music of a score in music21's format ``form``. Raises ``UnreadableError``.

    ``programs``: of parts by their names in the file, before what music21 takes from words.
    """
    with silence():
        import music21  # noqa: PLC0415  (a third of a second, for scores only)

        try:
            found = music21.converter.parseData(text, format=form)
            if isinstance(found, music21.stream.Opus):
                found = next(iter(found.scores), music21.stream.Score())
            return _music(path.stem, found, programs)
        except Exception as error:  # music21 raises whatever its parsers meet
            reason = " ".join(str(error).split())[:120] or type(error).__name__
            raise UnreadableError(f"its notation is not understood ({reason})") from error


def _music(name: str, score: Any, programs: Mapping[str, int]) -> Music:
    staves = list(score.parts) or [score]
    if any(part.getInstrument().transposition for part in staves):
        score = score.toSoundingPitch()
        staves = list(score.parts) or [score]
    parts = [_part(stave, number, programs) for number, stave in enumerate(staves)]
    title = score.metadata.bestTitle if score.metadata else None
    return Music(
        name=name,
        parts=tuple(part for part in parts if len(part.notes)),
        tempo=_tempo(staves),
        meters=tuple(_meters(staves[0])),
        key=_key(staves),
        title=" ".join((title or "").split()),
        signatures=tuple(_signatures(staves[0])),
        chords=tuple(_chords(staves)),
        repeats=_repeats(staves[0]),
    )


def _part(stave: Any, number: int, programs: Mapping[str, int]) -> Part:
    instrument = stave.getInstrument()
    joined = Joined()
    for element in stave.flatten().notes:
        if not element.duration.isGrace and not _is_chord_symbol(element):
            joined.add(element)
    return Part(
        name=stave.partName or f"part {number + 1}",
        notes=joined.notes(),
        phrases=joined.phrases(),
        program=programs.get(instrument.partId, instrument.midiProgram),
        channel=_CHANNELS[number % len(_CHANNELS)],
        lyrics=joined.lyrics(),
    )


def _tempo(staves: Iterable[Any]) -> TempoMap:
    marks: dict[float, float] = {}
    for stave in staves:
        for mark in stave.flatten().getElementsByClass("MetronomeMark"):
            pace = mark.getQuarterBPM()
            if pace and pace > 0:
                marks.setdefault(float(mark.offset), 60 / pace)
    return TempoMap.of(marks.items())


def _meters(stave: Any) -> Iterator[MeterMark]:
    """The meters; a first measure that is too short is a pickup."""
    bars = list(stave.getElementsByClass("Measure"))
    measures = [(float(bar.offset), float(bar.quarterLength)) for bar in bars]
    signs = {float(bar.offset): bar.timeSignature for bar in bars if bar.timeSignature}
    if not bars:
        loose = stave.flatten().getElementsByClass("TimeSignature")
        signs = {float(sign.offset): sign for sign in loose}
    for start, sign in sorted(signs.items()):
        until = min((other for other in signs if other > start), default=float("inf"))
        bar = float(sign.barDuration.quarterLength)
        own = [each for each in measures if start <= each[0] < until]
        if len(own) > 1 and own[0][1] < bar - _CLOSE:
            del own[0]
        mark = MeterMark(start, sign.numerator, sign.denominator, own[0][0] if own else start)
        yield from bars_as_written(mark, own)


def bars_as_written(mark: MeterMark, measures: list[tuple[float, float]]) -> Iterator[MeterMark]:
    """The meter, and again at each measure (start, length) that does not fit its bars.

    The second half of a bar that a repeat sign divides is not such a measure.
    """
    yield mark
    bar = mark.bar_quarters
    before = 0.0
    for start, length in measures:
        place = (start - mark.bar_line) % bar
        fits = min(place, bar - place) < _CLOSE
        second_half = abs(place - before) < _CLOSE and abs(before + length - bar) < _CLOSE
        place = 0.0 if fits else place
        if not fits and not second_half:
            mark = mark._replace(quarter=start, bar_line=start)
            yield mark
            place = 0.0
        before = place + length


def _chords(staves: Iterable[Any]) -> Iterator[ChordMark]:
    """Chord symbols of all staves, one at a place; what is none of our chords is passed over."""
    found: dict[float, str] = {}
    for stave in staves:
        for symbol in stave.flatten().getElementsByClass("ChordSymbol"):
            none = "NoChord" in symbol.classes
            name = "N.C." if none else re.sub(r"(?<=[A-G])-", "b", symbol.figure)
            if name[:1].islower():
                continue  # a dynamic of ABC: "f"
            with suppress(ValueError):
                found.setdefault(float(symbol.offset), name if none else Chord.parse(name) and name)
    return (ChordMark(quarter, name) for quarter, name in sorted(found.items()))


def _signatures(stave: Any) -> Iterator[Signature]:
    """The key signatures of the first staff, each that differs from the one before."""
    sharps = None
    for sign in stave.flatten().getElementsByClass("KeySignature"):
        if sign.sharps != sharps:
            sharps = sign.sharps
            yield Signature(float(sign.offset), sharps)


def _is_chord_symbol(element: Any) -> bool:
    return "ChordSymbol" in element.classes


def _repeats(stave: Any) -> Repeats:
    """The repeat signs of the first staff, and the brackets of its endings."""
    starts, ends = [], []
    for bar in stave.getElementsByClass("Measure"):
        at, length = float(bar.offset), float(bar.quarterLength)
        if getattr(bar.leftBarline, "direction", "") == "start":
            starts.append(at)
        if getattr(bar.rightBarline, "direction", "") == "end":
            ends.append(at + length)
        if getattr(bar.leftBarline, "direction", "") == "end" and at:
            ends.append(at)
    endings = []
    for bracket in stave.recurse().getElementsByClass("RepeatBracket"):
        first, last = bracket.getFirst(), bracket.getLast()
        if first is not None and bracket.numberRange and bracket.numberRange[0] > 0:
            until = float(last.getOffsetInHierarchy(stave)) + float(last.quarterLength)
            endings.append((float(first.getOffsetInHierarchy(stave)), until, bracket.numberRange[0]))
    return Repeats(tuple(sorted({*starts})), tuple(sorted({*ends})), tuple(sorted(endings)))


def _key(staves: list[Any]) -> Key | None:
    """The first key of the score; a signature without a key counts as that of its major key."""
    for kind in ("Key", "KeySignature"):
        for stave in staves:
            found = stave.flatten().getElementsByClass(kind).first()
            if found is not None and kind == "Key":
                minor = found.mode in _MINOR_MODES
                return Key(found.tonic.pitchClass, "minor" if minor else "major")
            if found is not None and found.sharps:
                return Key(7 * found.sharps % 12, "major")
    return None
