"""Audio files to music: what is heard, at the tempo that is heard, said before it is used."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from live.files.audio.hear import Heard, hear
from live.files.music import Music, Part
from live.files.notation.beats import beat_times
from live.files.tempo import TempoMap
from live.files.unreadable import UnreadableError
from models.convert import NoteArray
from models.key import NAMES

_SHOWN = 24
"""Notes that a remark names."""
_IN_TUNE = 5
"""Cents that nobody needs to hear of."""
_FREE_BPM = 120.0


def read_recording(path: Path, data: bytes) -> Music:
    """The one line of a recording, its beats as quarters. Raises ``UnreadableError``.

    The music begins on the beat on which, or after which, its first note begins. Blocks like
    :func:`live.files.audio.hear.hear`.
    """
    heard = hear(data)
    if not len(heard.notes):
        raise UnreadableError("no line is heard in it; one voice or one instrument alone must sing or play")
    tempo, notes, bpm = _in_quarters(heard.notes)
    return Music(path.stem, (Part(path.stem, notes),), tempo, remarks=tuple(_said(path, heard, bpm)))


def _in_quarters(notes: NoteArray) -> tuple[TempoMap, NoteArray, float | None]:
    """The notes from the first beat on, and the tempo: from beat to beat, or 120 where no beat is heard."""
    beats = beat_times(notes)
    if len(beats) < 3:
        beats, bpm = notes[0, 0] + np.arange(2) * 60 / _FREE_BPM, None
    else:
        bpm = 60 / float(np.median(np.diff(beats)))
    period = beats[1] - beats[0]
    first = max(0, int(np.searchsorted(beats, notes[0, 0] + 0.15 * period, side="right")) - 1)
    beats = beats[first:]
    tempo = TempoMap.of((float(at), float(pace)) for at, pace in enumerate(np.diff(beats)))
    rows = notes.copy()
    start = np.maximum(rows[:, 0] - beats[0], 0)
    quarters = tempo.quarters_at(start)
    rows[:, 3] = tempo.quarters_at(start + rows[:, 3]) - quarters
    rows[:, 0] = quarters
    return tempo, rows, bpm


def _said(path: Path, heard: Heard, bpm: float | None) -> list[str]:
    """What was heard: notes, tempo, tuning."""
    notes = heard.notes
    names = [f"{NAMES[int(pitch) % 12]}{int(pitch) // 12 - 1}" for pitch in notes[:_SHOWN, 1].tolist()]
    more = " ..." if len(notes) > _SHOWN else ""
    pace = "no steady beat" if bpm is None else f"about {bpm:.0f} beats a minute"
    said = [f"{path.name}: heard {len(notes)} notes, {pace}: {' '.join(names)}{more}"]
    if abs(heard.cents) > _IN_TUNE:
        where = "above" if heard.cents > 0 else "below"
        said.append(
            f"{path.name}: it is tuned {abs(heard.cents):.0f} cents {where} A = 440 Hz; that is taken out"
        )
    return said
