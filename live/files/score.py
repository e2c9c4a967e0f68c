"""Scores that music21 reads (kern, ABC, MusicXML) to music. music21 is imported on first use."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np

from live.files.music import DEFAULT_VELOCITY, DRUM_CHANNEL, MeterMark, Music, Part
from live.files.tempo import TempoMap
from live.files.unreadable import UnreadableError
from models.convert import NoteArray
from models.key import Key

_MINOR_MODES = ("minor", "aeolian", "dorian", "phrygian", "locrian")
_CHANNELS = [channel for channel in range(16) if channel != DRUM_CHANNEL]


def read_score(path: Path, text: str, form: str) -> Music:
    """The music of a score in music21's format ``form``. Raises ``UnreadableError``."""
    with _silence():
        import music21  # noqa: PLC0415  (a third of a second, for scores only)

        try:
            found = music21.converter.parseData(text, format=form)
            remarks = []
            if isinstance(found, music21.stream.Opus):
                remarks = [f"{path.name} holds {len(found.scores)} pieces; the first is taken"]
                found = next(iter(found.scores), music21.stream.Score())
            return _music(path.stem, found, tuple(remarks))
        except Exception as error:  # music21 raises whatever its parsers meet
            reason = " ".join(str(error).split())[:120] or type(error).__name__
            raise UnreadableError(f"its notation is not understood ({reason})") from error


@contextmanager
def _silence() -> Iterator[None]:
    """Keep music21's warnings, of which there are many, from the user's screen."""
    with warnings.catch_warnings(), redirect_stderr(StringIO()):
        warnings.simplefilter("ignore")
        yield


def _music(name: str, score: Any, remarks: tuple[str, ...]) -> Music:
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
        remarks=remarks,
    )


def _part(stave: Any, number: int) -> Part:
    instrument = stave.getInstrument()
    return Part(
        name=stave.partName or f"part {number + 1}",
        notes=_notes(stave),
        program=instrument.midiProgram,
        channel=_CHANNELS[number % len(_CHANNELS)],
    )


def _notes(stave: Any) -> NoteArray:
    """All notes of a part, ties joined, without grace notes, chord symbols and drums."""
    rows = []
    for element in stave.stripTies().flatten().notes:
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
    """The meters; bar lines are where full measures begin, also after a measure of odd length."""
    bars = list(stave.getElementsByClass("Measure"))
    measures = [(float(bar.offset), float(bar.quarterLength)) for bar in bars]
    signs = {float(bar.offset): bar.timeSignature for bar in bars if bar.timeSignature}
    if not bars:
        loose = stave.flatten().getElementsByClass("TimeSignature")
        signs = {float(sign.offset): sign for sign in loose}
    for start, sign in sorted(signs.items()):
        until = min((other for other in signs if other > start), default=float("inf"))
        bar = float(sign.barDuration.quarterLength)
        full = [at for at, length in measures if start <= at < until and length > bar - 1e-6]
        mark = MeterMark(start, sign.numerator, sign.denominator, full[0] if full else start)
        yield mark
        for at in full:
            if min((at - mark.bar_line) % bar, (mark.bar_line - at) % bar) > 1e-6:
                mark = mark._replace(quarter=at, bar_line=at)
                yield mark


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
