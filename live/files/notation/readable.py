"""Music as it can be written down: as it was written, or, where it was played, made readable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from live.files import snap
from live.files.exact import WRITTEN_SHARE, closeness, written_times
from live.files.lines import stacked
from live.files.music import MeterMark, Music, Part
from live.files.notation.beats import beat_times
from live.files.notation.quantise import line_ends, snapped
from live.files.tempo import TempoMap

Floats = NDArray[np.float64]

MIDDLE_C = 60
HANDS = ("right hand", "left hand")
TEMPO_CHANGE = 0.1
_ENDS_SHARE = 0.9
_KEYBOARDS = range(8)


def readable(music: Music, added: Sequence[Part] = ()) -> Music:
    """All parts together with every time on a place that notation has; what was done stands in its remarks.

    Drums are left out. The remarks of the music itself are not repeated.
    """
    parts = tuple(part for part in (*music.parts, *added) if not part.drums and len(part.notes))
    remarks = [] if len(parts) == len(music.parts) + len(added) else ["drums are not written down"]
    whole = replace(music, parts=parts, midi=None)
    close = closeness(music)
    onsets = np.concatenate([np.zeros(0), *(part.notes[:, 0] for part in parts)])
    ends = np.concatenate([np.zeros(0), *(part.notes[:, 0] + part.notes[:, 3] for part in parts)])
    if not len(onsets):
        return replace(whole, remarks=())
    if written_times(onsets, close)[1].mean() >= WRITTEN_SHARE:
        if written_times(ends, close)[1].mean() >= _ENDS_SHARE:
            found = _as_written(whole, close)
            found = found if music.midi is None else _split(found)
        else:
            found = _as_struck(whole, close)
            remarks.append("notes are written as long as their places ask for, not as they were held")
    elif music.meters and not snap.is_free(onsets):
        found = _as_played(whole)
        remarks.append("onsets were played: they are written at the nearest place that their beat asks for")
    else:
        found, said = _in_free_time(whole)
        remarks.append(said)
    return replace(found, remarks=tuple(remarks))


def _as_written(music: Music, close: float) -> Music:
    def exact(notes: Floats) -> Floats:
        starts = written_times(notes[:, 0], close)[0]
        ends = written_times(notes[:, 0] + notes[:, 3], close)[0]
        return _placed(notes, starts, np.maximum(ends, starts + 1 / 96))

    return replace(music, parts=tuple(replace(part, notes=exact(part.notes)) for part in music.parts))


def _as_struck(music: Music, close: float) -> Music:
    """Onsets as written; a note goes on to the next onset unless a rest is heard."""

    def joined(notes: Floats) -> Floats:
        starts = written_times(notes[:, 0], close)[0]
        ends = starts + notes[:, 3]
        places = np.append(np.unique(starts), np.inf)
        following = places[np.searchsorted(places, np.maximum(ends - 1 / 16, starts + 1e-6))]
        near = following - ends <= 0.25 * notes[:, 3] + 1 / 16
        rounded = starts + np.maximum(np.rint((ends - starts) * 4) / 4, 0.25)
        limit = places[np.searchsorted(places, starts + 1e-6)]
        rounded = np.where((rounded > limit) & (ends < limit), limit, rounded)
        return _placed(notes, starts, np.where(near, following, rounded))

    return _split(
        replace(music, parts=tuple(replace(part, notes=joined(part.notes)) for part in music.parts))
    )


def _as_played(music: Music) -> Music:
    """Onsets on the nearest places of their beats, chords and lines as a hand plays them."""
    divided = _split(music)
    everything = np.concatenate([part.notes[:, 0] for part in divided.parts])
    whole = np.unique(everything)
    places = dict(zip(whole.tolist(), snapped(whole).tolist(), strict=True))
    parts = tuple(
        replace(part, notes=_reduced(part.notes, places), pedal=part.pedal[:0]) for part in divided.parts
    )
    return replace(divided, parts=parts, tempo=_plain(music.tempo))


def _plain(tempo: TempoMap) -> TempoMap:
    """The tempo without its small turns: a mark stands where it has changed by a tenth, on a quarter."""
    marks = [(0.0, float(tempo.pace[0]))]
    for quarter, pace in zip(tempo.quarters[1:].tolist(), tempo.pace[1:].tolist(), strict=True):
        if abs(pace / marks[-1][1] - 1) > TEMPO_CHANGE and round(60 / pace) != round(60 / marks[-1][1]):
            marks.append((float(np.rint(quarter)), pace))
    return TempoMap.of((quarter, 60 / round(60 / pace)) for quarter, pace in marks)


def _in_free_time(music: Music) -> tuple[Music, str]:
    """Beats from the tracker with which the live engine follows players; bars of four are counted."""
    notes = np.concatenate([part.sounding() for part in music.parts])
    seconds = notes.copy()
    seconds[:, 0] = music.tempo.seconds_at(notes[:, 0])
    seconds = seconds[np.lexsort((seconds[:, 1], seconds[:, 0]))]
    beats = beat_times(seconds)
    if len(beats) < 2:
        beats = np.arange(0, seconds[-1, 0] + 1, 0.5)
    first = int(np.searchsorted(beats, seconds[0, 0] + 0.25 * (beats[1] - beats[0]), side="right")) - 1
    beats = beats[max(0, first) :]
    bpm = 60 / float(np.median(np.diff(beats)))

    def quarters(places: Floats) -> Floats:
        at = np.interp(places, beats, np.arange(len(beats)))
        before, after = np.minimum(places - beats[0], 0), np.maximum(places - beats[-1], 0)
        return np.asarray(at + (before + after) * bpm / 60)

    def moved(part: Part) -> Part:
        rows = part.sounding().copy()
        starts = quarters(music.tempo.seconds_at(rows[:, 0]))
        rows[:, 3] = quarters(music.tempo.seconds_at(rows[:, 0] + rows[:, 3])) - starts
        rows[:, 0] = np.maximum(starts, 0)
        return replace(part, notes=rows, pedal=part.pedal[:0], phrases=(), lyrics=())

    steady = replace(
        music,
        parts=tuple(moved(part) for part in music.parts),
        tempo=TempoMap.steady(round(bpm)),
        meters=(MeterMark(0.0, 4, 4, 0.0),),
        chords=(),
        signatures=(),
    )
    return _as_played(steady), (
        f"it was played in free time: beats were estimated, about {bpm:.0f} a minute, "
        "and bars of four are counted from the first"
    )


def _is_piano(part: Part) -> bool:
    """Whether a part wants two staves: a keyboard's chords on both sides of middle C."""
    low, high = part.notes[:, 1].min(), part.notes[:, 1].max()
    keyboard = part.program is None or part.program in _KEYBOARDS
    many = stacked(part.notes).mean() > 0.1
    return bool(keyboard and many and low < MIDDLE_C - 5 and high > MIDDLE_C + 5)


def _split(music: Music) -> Music:
    """Keyboard parts on two staves."""
    parts: list[Part] = []
    for part in music.parts:
        if not _is_piano(part):
            parts.append(part)
            continue
        high = part.notes[:, 1] >= MIDDLE_C
        for inside, hand in zip((high, ~high), HANDS, strict=True):
            parts.append(
                replace(
                    part,
                    name=f"{part.name}, {hand}",
                    notes=part.notes[inside],
                    lyrics=part.lyrics if hand == HANDS[0] else (),
                )
            )
    return replace(music, parts=tuple(parts))


def _reduced(notes: Floats, places: dict[float, float]) -> Floats:
    """One line of notes and chords: what comes to one place is a chord, and it ends where the next begins."""
    starts = np.array([places[onset] for onset in notes[:, 0].tolist()])
    ends = starts + notes[:, 3]
    chords = np.unique(starts)
    which = np.searchsorted(chords, starts)
    latest = np.full(len(chords), -np.inf)
    np.maximum.at(latest, which, ends)
    found = _placed(notes, starts, line_ends(chords, latest)[which])
    return np.unique(found, axis=0) if not len(found) else _without_doubles(found)


def _without_doubles(notes: Floats) -> Floats:
    """One note of each pitch in a chord, the loudest."""
    order = np.lexsort((-notes[:, 2], notes[:, 1], notes[:, 0]))
    notes = notes[order]
    first = np.ones(len(notes), bool)
    first[1:] = (np.diff(notes[:, 0]) > 0) | (np.diff(notes[:, 1]) != 0)
    return np.asarray(notes[first])


def _placed(notes: Floats, starts: Floats, ends: Floats) -> Floats:
    rows = notes.copy()
    rows[:, 0], rows[:, 3] = starts, ends - starts
    return np.asarray(rows[np.lexsort((rows[:, 1], rows[:, 0]))])
