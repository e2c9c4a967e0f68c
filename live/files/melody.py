"""Music to the score grid: one line, snapped, in C major or A minor."""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray

from live.files import snap
from live.files.lines import melody, melody_part
from live.files.music import Music
from live.files.prompt import BeatAxis, Prompt
from models.convert import NoteArray
from models.events import PITCHES
from models.grid import SCORE, TICKS_PER_QUARTER
from models.key import Key, find_key
from models.meter import Meter
from models.piece import Piece

SHORTEST_REST = 6
"""Ticks: in a MIDI file a gap shorter than a sixteenth is no rest."""


def melody_prompt(
    music: Music,
    *,
    key: Key | None = None,
    part: str | None = None,
    pitch_range: tuple[int, int] | None = None,
) -> Prompt:
    """The melody of the music, in voice 0.

    ``key`` overrides the file's; without either it is found from all pitched parts. ``pitch_range``
    (lowest, highest) is where the model knows the melody: it is moved there by octaves if that
    helps. Raises ``FileError`` when no part is called ``part``.
    """
    chosen = melody_part(music, part)
    line = melody(chosen)
    key = key or music.key or find_key(np.concatenate([part.notes for part in music.pitched]))
    shift = key.transposition
    shift += octaves(line[:, 1] + shift, pitch_range or (0, PITCHES - 1))
    written = snap.is_written(line[:, 0] + line[:, 3])
    starts = snap.grid(line[:, 0]) if snap.is_written(line[:, 0]) else snap.beat(line[:, 0])
    ends = (snap.grid if written else snap.beat)(line[:, 0] + line[:, 3])
    base = int(starts[0])
    kept = _one_a_tick(starts, line[:, 3])
    axis = BeatAxis((starts[kept] - base).astype(float), line[kept, 0])
    notes = line[kept]
    notes[:, 0] = starts[kept] - base
    notes[:, 1] += shift
    played = music.midi is not None
    notes[:, 3] = _durations(starts[kept], ends[kept], join=played)
    notes[:, 4] = 0
    return Prompt(
        music=music,
        grid=SCORE,
        piece=Piece(
            music.name,
            notes,
            mode=key.mode,
            transposition=shift,
            phrases=_phrases(chosen.phrases, line[kept, 0], notes),
            meters=[] if snap.is_free(line[:, 0]) else _meters(music, base),
        ),
        axis=axis,
        end=_end(axis, music, base, written=written),
    )


def octaves(pitches: NDArray[np.float64], pitch_range: tuple[int, int]) -> int:
    """Semitones, in whole octaves, that bring most pitches into the range; 0 if that is best."""
    low, high = pitch_range

    def inside(shift: int) -> int:
        return int(((pitches + shift >= low) & (pitches + shift <= high)).sum())

    return max((0, 12, -12, 24, -24, 36, -36), key=inside)


def _one_a_tick(starts: NDArray[np.int64], lengths: NDArray[np.float64]) -> NDArray[np.int64]:
    """Which notes stay when several fall on one tick: the longest, the main one after graces."""
    by_tick = np.lexsort((-lengths, starts))
    first = np.ones(len(starts), bool)
    first[1:] = np.diff(starts[by_tick]) > 0
    kept: NDArray[np.int64] = by_tick[first]
    return kept


def _durations(starts: NDArray[np.int64], ends: NDArray[np.int64], *, join: bool) -> NDArray[np.int64]:
    """At least a tick, at most to the next note; with ``join`` up to it where the gap is no rest."""
    lengths: NDArray[np.int64] = np.maximum(ends - starts, 1)
    room = np.diff(starts)
    shortest_rest = SHORTEST_REST if join else 0
    lengths[:-1] = np.where(room - lengths[:-1] < shortest_rest, room, lengths[:-1])
    return lengths


def _phrases(ends: tuple[float, ...], onsets: NDArray[np.float64], notes: NoteArray) -> NDArray[np.int64]:
    """The ticks at which the notes end that are the last before the ``ends`` (in quarters)."""
    last = np.searchsorted(onsets, np.array(ends) - 1e-6) - 1
    last = np.unique(last[last >= 0])
    ticks: NDArray[np.int64] = np.rint(notes[last, 0] + notes[last, 3]).astype(np.int64)
    return ticks


def _meters(music: Music, base: int) -> list[Meter]:
    """The meters in ticks from the first note; one that began before it begins with it."""
    found = [
        Meter(
            round(mark.quarter * TICKS_PER_QUARTER) - base,
            mark.numerator,
            mark.denominator,
            round(mark.bar_line * TICKS_PER_QUARTER) - base,
        )
        for mark in music.meters
    ]
    before = [meter for meter in found if meter.tick <= 0]
    after = [meter for meter in found if meter.tick > 0]
    return [meter._replace(tick=0) for meter in before[-1:]] + after


def _end(axis: BeatAxis, music: Music, base: int, *, written: bool) -> int:
    """The first tick at or after the end of all sound; of played music, a sixteenth or triplet.

    So what follows a note that was let go a little early or late still begins in time.
    """
    tick = ceil(float(axis.ticks(music.end)) - 1e-6)
    while not written and (tick + base) % TICKS_PER_QUARTER not in snap.PLACES:
        tick += 1
    return tick
