"""The chords of Bach's chorales, read from their four voices: the one that fits each beat best."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.chord import QUALITIES
from models.chord_model import CHORDS, PLAIN
from models.grid import TICKS_PER_QUARTER
from models.piece import Piece
from training import chorales
from training.chords.tunes import UNKNOWN, Line, strong_beats
from training.errors import CorpusError
from training.report import RefusedError, Report
from training.sources import read_files

_STRANGE, _MISSING, _ROOT = 1.0, 0.3, 0.25
"""What a class that is not of the chord costs in quarters, a tone that is missing, and what a root in the
bass gains."""


def read(data: Path) -> dict[str, list[Line]]:
    """All chorales, by the split of the model ``chorale``. Raises :class:`CorpusError`."""
    settings = chorales.Settings()
    files, _ = read_files(data, lambda name: chorales.wanted(name, settings))
    pieces = []
    for name, content in files.items():
        try:
            pieces.append(chorales.read(name, content, settings)[0])
        except RefusedError:
            continue
    if not pieces:
        raise CorpusError(f"{data} holds no chorales: unpack bach-370-chorales there")
    splits = chorales.divide(pieces, files, settings, Report("chorales"))
    return {split: [line_of(piece) for piece in found] for split, found in splits.items()}


def line_of(piece: Piece) -> Line:
    """The soprano, and a chord for each quarter."""
    notes = piece.notes
    end = int((notes[:, 0] + notes[:, 3]).max())
    melody = notes[notes[:, 4] == 0]
    chords = [
        (tick, chord_at(notes, tick, tick + TICKS_PER_QUARTER)) for tick in range(0, end, TICKS_PER_QUARTER)
    ]
    ends = [meter.tick for meter in piece.meters[1:]] + [end]
    beats = [
        beat
        for meter, until in zip(piece.meters, ends, strict=True)
        if meter.numerator
        for beat in strong_beats(meter, max(0, meter.tick), until)
    ]
    told = [(int(note[0]), int(note[3]), int(note[1])) for note in melody]
    return Line(piece.name, piece.mode == "minor", told, chords, beats)


def chord_at(notes: NDArray[np.float64], begin: int, end: int) -> int:
    """The chord of what sounds from ``begin`` to ``end`` in ticks: the one that it fits best."""
    inside = np.minimum(notes[:, 0] + notes[:, 3], end) - np.maximum(notes[:, 0], begin)
    sounding = inside > 0
    if not sounding.any():
        return UNKNOWN
    lengths = np.bincount(
        notes[sounding, 1].astype(int) % 12, weights=inside[sounding] / TICKS_PER_QUARTER, minlength=12
    )
    fits = _FITS @ lengths - _MISSING * (_TONES & (lengths == 0)).sum(axis=1)
    lowest = notes[sounding][:, 1].min()
    fits[np.arange(CHORDS) % 12 == int(lowest) % 12] += _ROOT
    return int(fits.argmax())


_TONES = np.zeros((CHORDS, 12), bool)
for _number in range(CHORDS):
    _TONES[_number, [(_number + step) % 12 for step in QUALITIES[PLAIN[_number // 12]]]] = True
_FITS = np.where(_TONES, 1.0, -_STRANGE)
