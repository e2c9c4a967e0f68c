"""Music without a stretch of it: what begins there is left out, what sounds when it begins ends there."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import replace
from math import inf

import mido
import numpy as np

from live.files.midi import messages_of
from live.files.music import MidiSource, Music, Part
from live.files.tempo import TempoMap
from live.files.tracks import track_body
from models.convert import NoteArray
from models.pedal import PEDAL_CC

Timed = tuple[int, mido.Message | mido.MetaMessage]


def until(music: Music, quarter: float) -> Music:
    """The music up to ``quarter``; its tempo, meter and key there go on."""
    cut = without(music, quarter, inf)
    tempo = music.tempo
    marks = [(at, pace) for at, pace in zip(tempo.quarters, tempo.pace, strict=True) if at < quarter]
    return replace(
        cut,
        tempo=TempoMap.of([(float(at), float(pace)) for at, pace in marks] or [(0.0, float(tempo.pace[0]))]),
        meters=tuple(mark for mark in music.meters if mark.quarter < quarter) or music.meters[:1],
    )


def without(music: Music, start: float, end: float) -> Music:
    """The music without what is between two quarters. A MIDI file keeps all other messages as they are."""
    if music.midi is not None:  # its ticks decide what is before and after
        unit = music.midi.ticks_per_quarter
        start, end = (each if each == inf else round(each * unit) / unit for each in (start, end))
    return replace(
        music,
        parts=tuple(_part(part, start, end) for part in music.parts),
        chords=tuple(mark for mark in music.chords if not start <= mark.quarter < end),
        midi=music.midi and _midi(music.midi, start, end),
    )


def _part(part: Part, start: float, end: float) -> Part:
    inside = [(at, value) for at, value in part.pedal.tolist() if start <= at < end]
    before = [value for at, value in part.pedal.tolist() if at < start]
    pedal = [row for row in part.pedal.tolist() if not start <= row[0] < end]
    held = (inside[-1][1] if inside else before[-1]) if inside or before else 0
    pedal += [[start, 0.0]] if before and before[-1] else []
    pedal += [[end, held]] if held and end < inf else []
    return replace(
        part,
        notes=_notes(part.notes, start, end),
        pedal=np.array(sorted(pedal, key=lambda row: row[0]), float).reshape(-1, 2),
        phrases=tuple(at for at in part.phrases if not start < at <= end),
    )


def _notes(notes: NoteArray, start: float, end: float) -> NoteArray:
    kept = notes[(notes[:, 0] < start) | (notes[:, 0] >= end)].copy()
    across = (kept[:, 0] < start) & (kept[:, 0] + kept[:, 3] > start)
    kept[across, 3] = start - kept[across, 0]
    return kept


def _midi(source: MidiSource, start: float, end: float) -> MidiSource:
    unit = source.ticks_per_quarter
    first = round(start * unit)
    last = None if end == inf else round(end * unit)
    tracks = []
    for number, body in enumerate(source.tracks, start=1):
        timed, now = [], 0
        for message in messages_of(number, body):
            now += message.time
            if message.type != "end_of_track":
                timed.append((now, message))
        tracks.append(track_body([*_notes_of(timed, first, last), *_rest_of(timed, first, last)]))
    return source._replace(tracks=tuple(tracks))


def _rest_of(timed: list[Timed], first: int, last: int | None) -> Iterator[Timed]:
    """All but notes: in the stretch without pedal, after it (if anything is) with the pedal as it was."""
    pedal: dict[int, int] = {}
    lifted = restored = False
    for tick, message in timed:
        if tick >= first and not lifted:
            yield from ((first, _pedal(channel, 0)) for channel, value in pedal.items() if value)
            lifted = True
        if last is not None and tick >= last and not restored:
            yield from ((last, _pedal(channel, value)) for channel, value in pedal.items() if value)
            restored = True
        if last is None and tick >= first:
            return
        if message.type in ("note_on", "note_off"):
            continue
        if message.type == "control_change" and message.control == PEDAL_CC:
            pedal[message.channel] = message.value
            if first <= tick and (last is None or tick < last):
                continue
        yield tick, message


def _notes_of(timed: list[Timed], first: int, last: int | None) -> Iterator[Timed]:
    held: defaultdict[tuple[int, int], deque[int]] = defaultdict(deque)
    for tick, message in timed:
        if message.type not in ("note_on", "note_off"):
            continue
        key = message.channel, message.note
        if message.type == "note_on" and message.velocity:
            held[key].append(tick)
            if tick < first or (last is not None and tick >= last):
                yield tick, message
        elif held[key]:
            onset = held[key].popleft()
            if onset < first:
                yield min(tick, first), message
            elif last is not None and onset >= last:
                yield tick, message
    for (channel, note), onsets in held.items():
        yield from (
            (first, mido.Message("note_off", channel=channel, note=note)) for at in onsets if at < first
        )


def _pedal(channel: int, value: int) -> mido.Message:
    return mido.Message("control_change", channel=channel, control=PEDAL_CC, value=value)
