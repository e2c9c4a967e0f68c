"""A recording of one sung, hummed, whistled or played line to notes.

The pitch tracker SwiftF0 (ONNX, its weights in its wheel) says what sounds every 16 ms and divides it into
notes of steady pitch. What it leaves to do is done here: it tells a note some 40 ms late, and joins notes
that are struck again at one pitch, which the loudness parts; slips by an octave, an instrument that is tuned
lower or higher, loudness as velocity.
"""

from __future__ import annotations

from io import BytesIO
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from live.files.unreadable import UnreadableError
from models.convert import NoteArray

Floats = NDArray[np.float64]

LONGEST_SECONDS = 3600.0
SHORTEST = 0.05
"""Seconds: what is shorter is no note but the way to one."""
HOP = 0.008
"""Seconds from one measure of loudness to the next."""
DIP_DB = 6.0
"""A fall and rise of loudness that parts two notes."""
LATE = 0.042
"""Seconds by which a pitch is told after its note has begun, where no dip says when."""
APART = 0.13
"""Seconds between attacks at one pitch; faster is a tremolo."""
_NEAR = 13
"""Measures before a pitch is told in which its note may begin, and around a dip that tell its depth."""
RATE = 16000
_MISSING = (
    "reading audio needs more packages: pip install 'antiphon[audio]', then pip install --no-deps swift-f0"
)


class Heard(NamedTuple):
    """Notes ``[n, 5]`` in seconds, and by how many cents the instrument is tuned above A = 440 Hz."""

    notes: NoteArray
    cents: float


def hear(data: bytes) -> Heard:
    """The notes of a recording (any format that libsndfile decodes: WAV, FLAC, MP3, Ogg, AIFF).

    Raises ``UnreadableError``. Blocks: about a second for a minute.
    """
    sound = _decoded(data)
    tracker, segment = _tracker()
    if len(sound) < RATE * SHORTEST:
        raise UnreadableError("it is too short")
    pitch = tracker.detect(sound, RATE)
    found = [(note.start, note.end, _midi(note.pitch_hz)) for note in segment(pitch)]
    return notes_of(found, loudness(sound))


def loudness(sound: NDArray[np.float32]) -> Floats:
    """dB every 8 ms, of 32 ms each, a little smoothed. ``sound`` has 16,000 samples a second."""
    hop, window = round(HOP * RATE), 512
    power = np.convolve(np.square(sound, dtype=np.float64), np.hanning(window), mode="same")[::hop]
    level = 10 * np.log10(power + 1e-9)
    return np.asarray(np.convolve(np.pad(level, 1, mode="edge"), (0.25, 0.5, 0.25), mode="valid"))


def notes_of(found: list[tuple[float, float, float]], level: Floats) -> Heard:
    """Stretches (start, end, pitch as a fraction of MIDI) and loudness to notes."""
    struck = [piece for start, end, pitch in found for piece in _attacks(start, end, pitch, level)]
    struck = [each for each in struck if each[1] - each[0] >= SHORTEST]
    if not struck:
        return Heard(np.zeros((0, 5)), 0.0)
    rows = np.array(sorted(struck))
    rows[:-1, 1] = np.minimum(rows[:-1, 1], rows[1:, 0])
    cents = _tuning(rows)
    pitches = _without_slips(rows, np.rint(rows[:, 2] - cents / 100))
    levels = np.array([_loudest(level, start, end) for start, end, _ in rows.tolist()])
    velocity = np.clip(np.rint(90 + 2.0 * (levels - np.percentile(levels, 75))), 20, 120)
    length = rows[:, 1] - rows[:, 0]
    notes = np.stack([rows[:, 0], np.clip(pitches, 0, 127), velocity, length, np.zeros(len(rows))], axis=1)
    return Heard(notes[length > 0], cents)


def _decoded(data: bytes) -> NDArray[np.float32]:
    """All channels as one, 16,000 samples a second."""
    try:
        import soundfile  # noqa: PLC0415
        import soxr  # noqa: PLC0415
    except (ImportError, OSError) as error:
        raise UnreadableError(_MISSING) from error
    if not data:
        raise UnreadableError("it is empty")
    try:
        with soundfile.SoundFile(BytesIO(data)) as file:
            if len(file) > LONGEST_SECONDS * file.samplerate:
                raise UnreadableError(f"it is longer than {LONGEST_SECONDS / 60:.0f} minutes")
            sound, rate = file.read(dtype="float32", always_2d=True), file.samplerate
    except soundfile.LibsndfileError as error:
        raise UnreadableError("it is no audio that can be decoded, or damaged") from error
    if not np.isfinite(sound).all():
        raise UnreadableError("its samples are no numbers")
    return np.asarray(soxr.resample(sound.mean(axis=1), rate, RATE), np.float32)


def _tracker() -> tuple[Any, Any]:
    try:
        from swift_f0 import SwiftF0, segment_notes  # noqa: PLC0415
    except ImportError as error:
        raise UnreadableError(_MISSING) from error
    return SwiftF0(threads=1), segment_notes


def _midi(hertz: float) -> float:
    return float(69 + 12 * np.log2(hertz / 440))


def _attacks(start: float, end: float, pitch: float, level: Floats) -> list[tuple[float, float, float]]:
    """A stretch of one pitch from where its note began, divided where it was struck again."""
    edges = [_begun(start, level), *(cut * HOP for cut in _cuts(start, end, level)), end]
    return [(one, other, pitch) for one, other in pairwise(edges)]


def _begun(start: float, level: Floats) -> float:
    """When a note began whose pitch was told at ``start``: in a dip before, if there is one."""
    told = round(start / HOP)
    first = max(0, told - _NEAR)
    if told + 3 > len(level):
        return start
    dip = first + int(level[first : told + 3].argmin())
    rise = level[dip : dip + _NEAR + 1].max() - level[dip]
    fall = level[max(0, dip - 12) : dip + 1].max() - level[dip] if dip > 12 else rise
    return max(0.0, min(start, dip * HOP if min(rise, fall) > DIP_DB else start - LATE))


def _cuts(start: float, end: float, level: Floats) -> list[int]:
    """Where the loudness dips within a stretch, the deepest first served, none too near to another."""
    first, last = round(start / HOP), min(round(end / HOP), len(level))
    found = []
    for at in range(first + 6, last - 5):
        if level[at] <= level[max(first, at - 4) : at + 5].min():
            before, after = level[max(first, at - _NEAR) : at].max(), level[at + 1 : at + _NEAR + 1].max()
            found.append((min(before, after) - level[at], at))
    kept: list[int] = []
    for depth, at in sorted(found, reverse=True):
        near = min(abs(at - other) for other in (first, last, *kept))
        if depth > DIP_DB and near * HOP >= APART:
            kept.append(at)
    return sorted(kept)


def _tuning(rows: Floats) -> float:
    """Cents above A = 440 Hz, -50 to 50: the direction in which most of the sounding time points."""
    turns = np.exp(2j * np.pi * rows[:, 2]) * (rows[:, 1] - rows[:, 0])
    return float(np.angle(turns.sum()) / (2 * np.pi) * 100)


def _without_slips(rows: Floats, pitches: Floats) -> Floats:
    """Short notes an octave (or twelfth) from both neighbours, and joined to them, are a harmonic heard."""
    found = pitches.copy()
    for at in range(1, len(found) - 1):
        before, after = found[at] - found[at - 1], found[at] - found[at + 1]
        short = rows[at, 1] - rows[at, 0] < 0.12
        joined = rows[at, 0] - rows[at - 1, 1] < 0.03 and rows[at + 1, 0] - rows[at, 1] < 0.03
        if short and joined and before == after and abs(before) in (12, 19, 24):
            found[at] = found[at - 1]
    return found


def _loudest(level: Floats, start: float, end: float) -> float:
    """The loudest tenth of a note, in dB."""
    first = min(round(start / HOP), len(level) - 1)
    return float(np.percentile(level[first : max(round(end / HOP), first + 1)], 90))
