"""Folk songs of the Essen collection: single lines in C major or A minor, with phrase ends.

Schaffrath, "The Essen Folksong Collection in the Humdrum Kern Format" (CCARH, 1995).
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal

import numpy as np
from pydantic import Field

from models.convert import note_array
from models.events import PITCHES
from models.grid import SCORE
from models.key import Key
from models.piece import Piece
from training.bars import meters
from training.kern import Voice, decode, read_voices
from training.keys import analysed_key, written_key
from training.melody import note_features
from training.report import RefusedError, Report
from training.sources import Contents
from training.split import SplitSettings, divide_by_melody
from training.store import Splits

VERSION = 1
GRID = SCORE
VOICES = 1
CLASSIC = frozenset(Fraction(n, 4) for n in (1, 2, 3, 4, 6, 8, 12, 16))
"""Quarters of the classic filter: 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4."""


class Settings(SplitSettings):
    """``regions``: folders to read, all when empty. ``durations``: ``grid`` takes every value that 24
    ticks per quarter hold, ``classic`` only sixteenths to whole notes, plain or dotted.

    ``lowest`` .. ``highest``: where melodies must lie (MIDI pitches) after transposition.
    """

    regions: tuple[str, ...] = ("europa/deutschl",)
    durations: Literal["grid", "classic"] = "grid"
    lowest: int = Field(default=48, ge=0, lt=PITCHES)
    highest: int = Field(default=84, ge=0, lt=PITCHES)


def wanted(name: str, settings: Settings) -> bool:
    """Kern files in one of the regions."""
    folders = [f"/{region.strip('/')}/" for region in settings.regions]
    return is_piece(name) and (not folders or any(folder in f"/{name}" for folder in folders))


def is_piece(name: str) -> bool:
    """Whether the file is a tune."""
    return name.endswith(".krn")


def read(name: str, content: bytes, settings: Settings) -> tuple[Piece, Mapping[str, float]]:
    """One tune and what to count of it. Raises :class:`RefusedError` with the reason."""
    voices = read_voices(decode(content))
    if len(voices) > 1:
        raise RefusedError("more than one voice")
    (voice,) = voices
    if not voice.notes:
        raise RefusedError("no notes")
    if settings.durations == "classic" and voice.values - CLASSIC:
        raise RefusedError("durations outside of the classic filter")
    notes = note_array(voice.notes)
    written, analysed = written_key(voice.key), analysed_key(notes)
    key = written or analysed
    shift = transposition(key, notes[:, 1].min(), notes[:, 1].max(), settings)
    notes[:, 1] += shift
    ends = notes[:, 0] + notes[:, 3]
    bars = meters(voice)
    piece = Piece(
        name,
        notes,
        mode=key.mode,
        transposition=shift,
        phrases=ends[voice.phrase_notes].astype(np.int64),
        meters=bars,
    )
    return piece, facts(voice, piece, written, analysed)


def transposition(key: Key, lowest: float, highest: float, settings: Settings) -> int:
    """Semitones to C major or A minor: the nearest way (-5 .. 6), as live input goes too.

    So melodies stay in the register in which they were written. A melody that would leave the range
    goes an octave further or back; :class:`RefusedError` when that does not help.
    """
    for octave in (0, 12, -12, 24, -24):
        shift = key.transposition + octave
        if settings.lowest <= lowest + shift and highest + shift <= settings.highest:
            return shift
    raise RefusedError("outside of the range")


def facts(voice: Voice, piece: Piece, written: Key | None, analysed: Key) -> dict[str, float]:
    """What the report counts of a piece."""
    return {
        "without a key token": written is None,
        "key token differs from music21's analysis": written not in (None, analysed),
        "... by the relative key": written is not None
        and written != analysed
        and written.transposition == analysed.transposition,
        "without a numeric meter": not piece.meters,
        "with meter changes": len({meter[1:] for meter in voice.meters}) > 1,
        "with bars that do not fit their meter": len(piece.meters) > len(voice.meters) > 0,
        "phrases": len(piece.phrases),
    }


def divide(pieces: list[Piece], files: Contents, settings: Settings, report: Report) -> Splits:
    """By melody: tunes that share half of their runs of five intervals stay together."""
    return divide_by_melody(pieces, note_features, settings, report)
