"""A page to MusicXML, written by music21 (imported on first use)."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from live.files.music import Music, Part
from live.files.notation.modes import tonic_and_mode
from live.files.notation.sheet import Bar, Mark, Sheet, Staff, sheet_of
from live.files.notation.spelling import spelled
from live.files.silence import silence
from models.key import Key

_CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container><rootfiles><rootfile full-path="score.musicxml"/></rootfiles></container>
"""
_Verses = dict[int, bool]
"""For each verse, whether a word goes on."""
_SYLLABIC = {(False, False): "single", (False, True): "begin", (True, True): "middle", (True, False): "end"}
"""By whether the word goes on here, and whether it goes on after this."""
_PAIRS = ("right hand", "left hand")


def musicxml_bytes(music: Music, added: Sequence[Part] = ()) -> tuple[bytes, tuple[str, ...]]:
    """The file, and remarks. Blocks: about 2 ms a note."""
    sheet = sheet_of(music, added)
    return page_bytes(sheet), sheet.remarks


def mxl_bytes(music: Music, added: Sequence[Part] = ()) -> tuple[bytes, tuple[str, ...]]:
    """The same, zipped; the same bytes for the same music."""
    data, remarks = musicxml_bytes(music, added)
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("META-INF/container.xml", _CONTAINER), ("score.musicxml", data)):
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return whole.getvalue(), remarks


def page_bytes(sheet: Sheet, *, plain_tempo: bool = False) -> bytes:
    """The page as MusicXML; with ``plain_tempo`` the tempo as words, where signs for it are missing."""
    with silence():
        from music21 import metadata, musicxml, stream  # noqa: PLC0415

        score = stream.Score()
        score.metadata = metadata.Metadata(title=sheet.title)
        score.metadata.composer = ""
        parts = [
            _part(number, staff, sheet.bars, sheet.music.key, plain_tempo)
            for number, staff in enumerate(sheet.staves, start=1)
        ]
        for part in parts:
            score.insert(0, part)
        _join_hands(score, parts, sheet.staves)
        exporter = musicxml.m21ToXml.GeneralObjectExporter(score)
        exporter.makeNotation = False
        data: bytes = exporter.parse()
        return re.sub(rb"\s*<encoding-date>.*?</encoding-date>", b"", data)


def _join_hands(score: Any, parts: list[Any], staves: tuple[Staff, ...]) -> None:
    """A brace around the two staves of one keyboard."""
    from music21 import layout  # noqa: PLC0415

    for one, other, left, right in zip(parts, parts[1:], staves, staves[1:], strict=False):
        names = [staff.part.name.rpartition(", ") for staff in (left, right)]
        if names[0][0] == names[1][0] and tuple(name[2] for name in names) == _PAIRS:
            score.insert(0, layout.StaffGroup([one, other], symbol="brace", name=names[0][0]))


def _part(number: int, staff: Staff, bars: tuple[Bar, ...], tonality: Key | None, plain: bool) -> Any:
    from music21 import bar as bar21, clef, instrument, spanner, stream  # noqa: I001, PLC0415

    part, first = stream.Part(), number == 1
    part.partName = staff.part.name
    part.id = f"P{number}"
    played = instrument.Instrument(staff.part.name)
    played.partId, played.instrumentId = part.id, f"I{number}"
    played.midiProgram = staff.part.program
    played.midiChannel = staff.part.channel
    part.insert(0, played)
    pitches = staff.part.notes[:, 1]
    low = len(pitches) and float(sorted(pitches.tolist())[len(pitches) // 2]) < 57
    measures: list[Any] = []
    brackets: dict[int, int] = {}
    verses: _Verses = {}
    for index, (bar, voices) in enumerate(zip(bars, staff.bars, strict=True)):
        measure = _measure(bar, voices, tonality if not index else None, verses)
        if first:
            _above(measure, bar, plain)
        if not index:
            measure.insert(0, clef.BassClef() if low else clef.TrebleClef())
        measures.append(measure)
        part.insert(float(bar.start), measure)
        if bar.ending_start is not None:
            brackets[bar.ending_start] = index
        if bar.ending_end in brackets and first:
            found = measures[brackets.pop(bar.ending_end) :]
            part.insert(0, spanner.RepeatBracket(found, number=bar.ending_end))
    if measures and not bars[-1].repeat_end:
        measures[-1].rightBarline = bar21.Barline("final")
    for measure in measures:
        measure.makeBeams(inPlace=True)
        for voice in measure.voices or [measure]:
            _brackets(voice)
    part.makeAccidentals(inPlace=True, overrideStatus=True)
    return part


def _measure(bar: Bar, voices: tuple[tuple[Mark, ...], ...], tonality: Key | None, verses: _Verses) -> Any:
    from music21 import bar as bar21, meter, stream  # noqa: I001, PLC0415

    measure = stream.Measure(number=bar.number)
    if bar.number == 0:
        measure.paddingLeft = 0
        measure.showNumber = "never"
    if bar.signature is not None:
        measure.insert(0, _signature(bar, tonality))
    if bar.meter is not None:
        measure.insert(0, meter.TimeSignature("{}/{}".format(*bar.meter)))
    if bar.repeat_start:
        measure.leftBarline = bar21.Repeat(direction="start")
    if bar.repeat_end:
        measure.rightBarline = bar21.Repeat(direction="end")
    for number, marks in enumerate(voices):
        into = measure if len(voices) == 1 else stream.Voice(id=str(number + 1))
        for mark in marks:
            into.insert(mark.onset - bar.start, _element(mark, bar, verses))
        if into is not measure:
            measure.insert(0, into)
    return measure


def _above(measure: Any, bar: Bar, plain: bool) -> None:
    """Tempo and chord symbols, which stand above the first staff."""
    from music21 import expressions, tempo  # noqa: PLC0415

    for at, bpm in bar.tempo:
        if plain:
            mark = expressions.TextExpression(f"quarter = {bpm:.0f}")
            mark.placement = "above"
        else:
            mark = tempo.MetronomeMark(number=round(bpm, 3), referent=1.0)
        measure.insert(at - bar.start, mark)
    for at, text in bar.chords:
        measure.insert(at - bar.start, _chord_symbol(text))


def _chord_symbol(text: str) -> Any:
    """As harmony where music21 knows the chord, else as words above the staff."""
    from music21 import expressions, harmony  # noqa: PLC0415

    try:
        return harmony.ChordSymbol(re.sub(r"(?<=[A-G])b", "-", text))
    except Exception:  # whatever its parser meets
        return expressions.TextExpression(text)


def _signature(bar: Bar, tonality: Key | None) -> Any:
    from music21 import key  # noqa: PLC0415

    found = tonic_and_mode(tonality, bar.sharps)
    if found is None:
        return key.KeySignature(bar.sharps)
    tonic, mode = found
    mode = {"ionian": "major", "aeolian": "minor"}.get(mode, mode)
    return key.Key(tonic.replace("b", "-"), mode)


def _element(mark: Mark, bar: Bar, verses: _Verses) -> Any:
    from music21 import chord, duration, note, pitch, tie  # noqa: PLC0415

    length = duration.Duration(mark.value.length)
    if not mark.pitches:
        return note.Rest(duration=length)
    tied = {(True, True): "continue", (True, False): "stop", (False, True): "start"}.get(
        (mark.tied_back, mark.tied_on)
    )
    notes = []
    for number in mark.pitches:
        step, alter, octave = spelled(number, bar.sharps)
        found = note.Note(pitch.Pitch(step, octave=octave, accidental=alter or None), duration=length)
        found.tie = tie.Tie(tied) if tied else None
        notes.append(found)
    element = notes[0] if len(notes) == 1 else chord.Chord(notes, duration=length)
    for lyric in mark.lyrics:
        goes_on = verses.get(lyric.verse, False)
        kind = _SYLLABIC[goes_on, lyric.hyphen]
        verses[lyric.verse] = lyric.hyphen
        element.lyrics.append(note.Lyric(lyric.text, number=lyric.verse, syllabic=kind, applyRaw=True))
    return element


def _brackets(voice: Any) -> None:
    from music21 import stream  # noqa: PLC0415

    stream.makeNotation.makeTupletBrackets(voice, inPlace=True)
