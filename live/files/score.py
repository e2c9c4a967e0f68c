"""Scores that music21 reads (kern, ABC, MusicXML) to music. music21 is imported on first use."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, suppress
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from live.files.music import DEFAULT_VELOCITY, DRUM_CHANNEL, ChordMark, MeterMark, Music, Part
from live.files.tempo import TempoMap
from live.files.unreadable import UnreadableError
from models.chord import Chord
from models.convert import NoteArray
from models.key import Key

_CLOSE = 1e-6
"""Quarters that count as none."""
_MINOR_MODES = ("minor", "aeolian", "dorian", "phrygian", "locrian")
_CHANNELS = [channel for channel in range(16) if channel != DRUM_CHANNEL]


def read_score(path: Path, text: str, form: str) -> Music:
    """The music of a score in music21's format ``form``. Raises ``UnreadableError``."""
    with _silence():
        import music21  # noqa: PLC0415  (a third of a second, for scores only)

        try:
            found = music21.converter.parseData(text, format=form)
            if isinstance(found, music21.stream.Opus):
                found = next(iter(found.scores), music21.stream.Score())
            return _music(path.stem, found)
        except Exception as error:  # music21 raises whatever its parsers meet
            reason = " ".join(str(error).split())[:120] or type(error).__name__
            raise UnreadableError(f"its notation is not understood ({reason})") from error


@contextmanager
def _silence() -> Iterator[None]:
    """Keep music21's warnings, of which there are many, from the user's screen."""
    with warnings.catch_warnings(), redirect_stderr(StringIO()):
        warnings.simplefilter("ignore")
        yield


def _music(name: str, score: Any) -> Music:
    staves = list(score.parts) or [score]
    if any(part.getInstrument().transposition for part in staves):
        score = score.toSoundingPitch()
        staves = list(score.parts) or [score]
    parts = [_part(stave, number) for number, stave in enumerate(staves)]
    return Music(
        name=name,
        parts=tuple(part for part in parts if len(part.notes)),
        tempo=_tempo(staves),
        meters=tuple(_meters(staves[0])),
        key=_key(staves),
        chords=tuple(_chords(staves)),
    )


def _part(stave: Any, number: int) -> Part:
    instrument = stave.getInstrument()
    elements = list(stave.stripTies().flatten().notes)
    held = (element for element in elements if _has_fermata(element))
    return Part(
        name=stave.partName or f"part {number + 1}",
        notes=_notes(elements),
        phrases=tuple(float(element.offset + element.quarterLength) for element in held),
        program=instrument.midiProgram,
        channel=_CHANNELS[number % len(_CHANNELS)],
    )


def _has_fermata(element: Any) -> bool:
    """In scores of songs a fermata ends a phrase; so the chorale model learns it."""
    return any("Fermata" in expression.classes for expression in element.expressions)


def _notes(elements: Iterable[Any]) -> NoteArray:
    """All notes, without grace notes, chord symbols and drums."""
    rows = []
    for element in elements:
        if element.duration.isGrace or "ChordSymbol" in element.classes:
            continue
        velocity = element.volume.velocity or DEFAULT_VELOCITY
        rows += [
            (float(element.offset), pitch.midi, velocity, float(element.quarterLength), 0)
            for pitch in element.pitches
        ]
    return np.array(sorted(rows), float).reshape(-1, 5)


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
            with suppress(ValueError):
                found.setdefault(float(symbol.offset), name if none else Chord.parse(name) and name)
    return (ChordMark(quarter, name) for quarter, name in sorted(found.items()))


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
