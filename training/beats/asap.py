"""ASAP: piano performances with their beats, divided by piece.

Foscarin et al., "ASAP: a dataset of aligned scores and performances for piano transcription", ISMIR 2020.
Read from its unpacked folder. ``maestro_overlap.csv`` beside ``metadata.csv`` (columns ``file`` and
``maestro_split_if_same_performance``) names the performances that MAESTRO has as well.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import symusic
from numpy.typing import NDArray

from training.errors import CorpusError

Floats = NDArray[np.float64]

TEST, VALIDATION = 0.25, 0.15
"""Shares of the pieces."""


class Played(NamedTuple):
    """A performance, or the score itself played evenly. ``notes`` are ``[n, 3]``: seconds, pitch, velocity.

    ``beats`` and ``downbeats`` are in seconds; ``unsure`` are beats that the score does not fix.
    ``in_maestro``: the same performance is in MAESTRO too.
    """

    name: str
    piece: str
    split: str
    in_maestro: bool
    is_score: bool
    notes: Floats
    beats: Floats
    downbeats: Floats
    unsure: Floats


def read(folder: Path, scores: bool = False) -> Iterator[Played]:
    """Every performance that has annotations, and with ``scores`` every score, once.

    Raises :class:`CorpusError` where the folder is not ASAP's.
    """
    try:
        rows = _table(folder / "metadata.csv")
        shared = {
            row["file"]: row["maestro_split_if_same_performance"]
            for row in _table(folder / "maestro_overlap.csv")
        }
    except (OSError, KeyError) as problem:
        raise CorpusError(
            f"{folder} is not the unpacked ASAP with its maestro_overlap.csv: {problem}"
        ) from None
    seen: set[str] = set()
    for row in rows:
        piece = f"{row['composer']} {row['title']}"
        pairs = [("midi_performance", "performance_annotations")]
        if scores and row["midi_score"] not in seen:
            seen.add(row["midi_score"])
            pairs.append(("midi_score", "midi_score_annotations"))
        for midi, told in pairs:
            path = row[midi]
            if not (folder / row[told]).exists() or not (folder / path).exists():
                continue
            beats, downbeats, unsure = _annotations(folder / row[told])
            known = bool(shared.get(path) or row["maestro_midi_performance"])
            notes = strikes(folder / path)
            yield Played(
                path, piece, split_of(piece), known, midi == "midi_score", notes, beats, downbeats, unsure
            )


def split_of(piece: str) -> str:
    """``train``, ``validation`` or ``test``: drawn from the name of the piece alone."""
    place = int.from_bytes(hashlib.sha256(f"beats {piece}".encode()).digest()[:8], "big") / 2**64
    if place < TEST:
        return "test"
    return "validation" if place < TEST + VALIDATION else "train"


def strikes(path: Path) -> Floats:
    """The note-ons of a MIDI file in order: ``[n, 3]`` seconds, pitch, velocity."""
    notes = [track.notes.numpy() for track in symusic.Score(path, ttype="second").tracks]
    found = np.concatenate([np.stack([each["time"], each["pitch"], each["velocity"]], 1) for each in notes])
    return found[np.lexsort((found[:, 1], found[:, 0]))].astype(np.float64)


def _annotations(path: Path) -> tuple[Floats, Floats, Floats]:
    beats, downbeats, unsure = [], [], []
    for line in path.read_text().splitlines():
        at, _, labels = line.split("\t")
        kind = labels.split(",")[0]
        beats.append(float(at))
        if kind == "db":
            downbeats.append(float(at))
        elif kind == "bR":
            unsure.append(float(at))
    return np.array(beats), np.array(downbeats), np.array(unsure)


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
