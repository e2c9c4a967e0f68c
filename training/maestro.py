"""MAESTRO v3.0.0: piano performances as notes in true time, sustained by the pedal.

Hawthorne et al., "Enabling Factorized Piano Music Modeling and Generation with the MAESTRO
Dataset", ICLR 2019. Read from the official zip or its unpacked folder, with the official split.
"""

from __future__ import annotations

import csv
import io
import json
import posixpath
from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import symusic
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from models.convert import NoteArray
from models.grid import PERFORMANCE, TICK_SECONDS
from models.pedal import PEDAL_CC, sustained
from models.piece import Piece
from training.errors import CorpusError
from training.report import RefusedError, Report
from training.sources import Contents
from training.store import Splits

VERSION = 1
GRID = PERFORMANCE
VOICES = 1
SPLITS = ("train", "validation", "test")
TABLES = ("maestro-v3.0.0.csv", "maestro-v3.0.0.json")
MICROSECONDS_IN_TICK = TICK_SECONDS * 1e6
DEFAULT_TEMPO = 500_000
"""Microseconds in a quarter where a MIDI file says nothing."""


class Settings(BaseModel):
    """``pedal``: notes sound as long as the sustain pedal (controller 64) holds them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pedal: bool = True


def wanted(name: str, settings: Settings) -> bool:
    """Whether the corpus reads this file: the MIDI files and the official tables."""
    return name.endswith((".mid", ".midi")) or posixpath.basename(name) in TABLES


def is_piece(name: str) -> bool:
    """Whether the file is a performance."""
    return name.endswith((".mid", ".midi"))


def read(name: str, content: bytes, settings: Settings) -> tuple[Piece, Mapping[str, float]]:
    """One performance and what to count of it.

    Raises :class:`RefusedError` for a file without notes, symusic's errors for a broken one.
    """
    score = symusic.Score.from_midi(content)
    if score.tpq <= 0:
        raise RefusedError("no ticks in a quarter")
    pitched = [track for track in score.tracks if not track.is_drum]
    parts = [_track_notes(track, score, settings.pedal) for track in pitched]
    parts = [part for part in parts if len(part)]
    if not parts:
        raise RefusedError("no notes")
    notes = np.concatenate(parts)
    notes = notes[np.lexsort((-notes[:, 1], notes[:, 0]))]
    pedalled = any(control.number == PEDAL_CC for part in pitched for control in part.controls)
    return Piece(name, notes), {"without a sustain pedal": not pedalled}


def divide(pieces: list[Piece], files: Contents, settings: Settings, report: Report) -> Splits:
    """The official split; performances of one work (composer and title) share a group."""
    rows = _table(files)
    by_name = {posixpath.basename(row["midi_filename"]): row for row in rows}
    splits: Splits = {split: [] for split in SPLITS}
    seen: defaultdict[str, set[str]] = defaultdict(set)
    for piece in pieces:
        row = by_name.get(posixpath.basename(piece.name))
        if row is None:
            report.refused[piece.name] = "not in the official table"
            continue
        if row["split"] not in splits:
            raise CorpusError(f"unknown split {row['split']!r} in the table of MAESTRO")
        piece.group = f"{row['canonical_composer']}: {row['canonical_title']}"
        seen[piece.group].add(row["split"])
        splits[row["split"]].append(piece)
    present = {posixpath.basename(piece.name) for piece in pieces}
    refused = {posixpath.basename(name) for name in report.refused}
    report.figures["in the official table but not here"] = len(set(by_name) - present - refused)
    report.figures["works in more than one official split"] = sum(len(s) > 1 for s in seen.values())
    return splits


def _track_notes(track: symusic.Track, score: symusic.Score, pedal: bool) -> NoteArray:
    """``[n, 5]`` in ticks of the performance grid, unrounded."""
    keys, controls = track.notes.numpy(), track.controls.numpy()
    onset = keys["time"].astype(np.int64)
    release = onset + keys["duration"]
    start = _grid_time(onset, score)
    end = _grid_time(release, score)
    columns = [start, keys["pitch"], keys["velocity"], end - start, np.zeros(len(start))]
    notes: NoteArray = np.stack(columns, axis=1).astype(np.float64)
    moves = controls["number"] == PEDAL_CC
    pedal_time = _grid_time(controls["time"][moves].astype(np.int64), score)
    pedal_moves = np.stack([pedal_time, controls["value"][moves]], axis=1).astype(np.float64)
    sounding = sustained(notes, pedal_moves if pedal else pedal_moves[:0])
    return sounding[sounding[:, 3] > 0]


def _grid_time(ticks: NDArray[np.int64], score: symusic.Score) -> NDArray[np.float64]:
    """MIDI ticks to ticks of 10 ms through the tempo map (MAESTRO has one tempo throughout)."""
    tempos = sorted((tempo.time, tempo.mspq) for tempo in score.tempos)
    if not tempos or tempos[0][0] > 0:
        tempos.insert(0, (0, DEFAULT_TEMPO))
    changes = np.array([time for time, _ in tempos], np.int64)
    lengths = np.array([length for _, length in tempos], np.int64)
    unit = MICROSECONDS_IN_TICK * score.tpq
    passed = np.concatenate([[0], np.cumsum(np.diff(changes) * lengths[:-1])])
    which = np.searchsorted(changes, ticks, side="right") - 1
    # Whole microseconds x MIDI ticks until the one division: no rounding error adds up.
    found: NDArray[np.float64] = (passed[which] + (ticks - changes[which]) * lengths[which]) / unit
    return found


def _table(files: Contents) -> list[dict[str, str]]:
    """The rows of the official csv, or of the json where there is no csv."""
    by_name = {posixpath.basename(name): content for name, content in files.items()}
    try:
        if TABLES[0] in by_name:
            return list(csv.DictReader(io.StringIO(by_name[TABLES[0]].decode("utf-8"))))
        if TABLES[1] in by_name:
            columns = json.loads(by_name[TABLES[1]])
            return [
                {key: str(column[index]) for key, column in columns.items()}
                for index in columns["midi_filename"]
            ]
    except (UnicodeDecodeError, ValueError, KeyError) as error:
        raise CorpusError(f"the official table of MAESTRO cannot be read: {error}") from error
    raise CorpusError(f"no {TABLES[0]} beside the MIDI files: the official split is unknown")
