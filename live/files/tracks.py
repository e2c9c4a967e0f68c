"""One part to the bytes of one MIDI track."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO

import mido
import numpy as np

from live.files.chunks import split
from live.files.music import Part
from models.convert import NoteArray
from models.pedal import PEDAL_CC, restruck

DIVISIONS = (480, 3360, 10080)
"""Ticks a quarter: 24 and quintuplets; also septuplets; also what remains of music21's own grid."""


def division_for(notes: Iterable[NoteArray]) -> int:
    """The first of :data:`DIVISIONS` on which all times are whole ticks, else the last."""
    times = np.concatenate([np.zeros(0), *(rows[:, [0, 3]].ravel() for rows in notes)])
    for division in DIVISIONS:
        ticks = times * division
        if (np.abs(ticks - np.rint(ticks)) < 1e-3).all():
            return division
    return DIVISIONS[-1]


def part_track(part: Part, ticks_per_quarter: float) -> bytes:
    """The body of a track: name, program, then notes and pedal on the part's channel."""
    start = [mido.MetaMessage("track_name", name=part.name)]
    if part.program is not None:
        start.append(mido.Message("program_change", channel=part.channel, program=part.program))
    timed = [(0, message) for message in start]
    timed += _note_messages(part, ticks_per_quarter)
    timed += [
        (round(quarter * ticks_per_quarter), _pedal(part.channel, round(value)))
        for quarter, value in part.pedal.tolist()
    ]
    return track_body(timed)


def track_body(timed: Sequence[tuple[int, mido.Message | mido.MetaMessage]]) -> bytes:
    """Messages at absolute ticks, in any order, to the body of a track chunk."""
    ordered = sorted(timed, key=lambda pair: (pair[0], pair[1].type != "note_off"))
    track = mido.MidiTrack()
    now = 0
    for tick, message in ordered:
        track.append(message.copy(time=tick - now))
        now = tick
    whole = BytesIO()
    mido.MidiFile(tracks=[track], charset="utf-8").save(file=whole)
    return split(whole.getvalue()).tracks[0]


def _note_messages(part: Part, unit: float) -> list[tuple[int, mido.Message]]:
    if not len(part.notes):
        return []
    timed = []
    for onset, pitch, velocity, duration, _ in restruck(part.notes).tolist():
        on = round(onset * unit)
        off = max(round((onset + duration) * unit), on + 1)
        note = {"channel": part.channel, "note": int(pitch)}
        loudness = min(127, max(1, round(velocity)))
        timed.append((on, mido.Message("note_on", velocity=loudness, **note)))
        timed.append((off, mido.Message("note_off", velocity=64, **note)))
    return timed


def _pedal(channel: int, value: int) -> mido.Message:
    return mido.Message("control_change", channel=channel, control=PEDAL_CC, value=value)
