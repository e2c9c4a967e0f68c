"""Music as it is shown and heard in a page: notes in seconds. For the process that works."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from live.files.music import Music, Part
from live.files.tempo import TempoMap
from live.service import wishes

DIGITS = 3
"""Of seconds."""


def read(music: Music) -> wishes.Read:
    """What was sent. Drums are there to be seen."""
    meter = music.meters[0] if music.meters else None
    return wishes.Read(
        name=music.name,
        seconds=_end(music.parts, music.tempo),
        key=None if music.key is None else music.key.name,
        meter=None if meter is None else f"{meter.numerator}/{meter.denominator}",
        tempo=round(60 / float(music.tempo.pace[0]), 1),
        parts=parts(music.parts, music.tempo),
        remarks=list(music.remarks),
    )


def parts(shown: Iterable[Part], tempo: TempoMap) -> list[wishes.ShownPart]:
    """Each part that has notes, for as long as they sound."""
    return [
        wishes.ShownPart(name=part.name, program=part.program, drums=part.drums, notes=_rows(part, tempo))
        for part in shown
        if len(part.notes)
    ]


def times(music: Music, added: Iterable[Part]) -> tuple[float, float]:
    """Where the first added note begins, and where everything ends, in seconds."""
    new = list(added)
    onsets = [float(music.tempo.seconds_at(part.notes[:, 0].min())) for part in new if len(part.notes)]
    return round(min(onsets, default=0.0), DIGITS), _end([*music.parts, *new], music.tempo)


def _rows(part: Part, tempo: TempoMap) -> list[wishes.Row]:
    notes = part.sounding()
    onset = tempo.seconds_at(notes[:, 0])
    length = tempo.seconds_at(notes[:, 0] + notes[:, 3]) - onset
    whole = np.rint(notes[:, 1:3]).astype(int)
    columns = (np.round(onset, DIGITS), np.round(length, DIGITS), whole[:, 0], whole[:, 1])
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _end(shown: Iterable[Part], tempo: TempoMap) -> float:
    ends = [float((part.sounding()[:, 0] + part.sounding()[:, 3]).max()) for part in shown if len(part.notes)]
    return round(float(tempo.seconds_at(max(ends, default=0.0))), DIGITS)
