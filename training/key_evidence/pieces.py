"""Pieces whose key is known, as strikes in time: Essen, the chorales, and the performances of ASAP.

Half of each corpus is for learning and half for reporting; pieces with one melody are in the same half.
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

from models.convert import NoteArray
from models.grid import TICKS_PER_QUARTER
from models.key import Key
from models.key_filter import KEYS
from models.meter import Meter
from models.piece import Piece
from training import chorales, folk
from training.errors import CorpusError
from training.report import RefusedError, Report
from training.sources import read_files

LEARN, REPORT = 0, 1
QUARTER_NS = 500_000_000
"""Scores are played at 120 quarters a minute, unless another tempo is drawn."""


class Keyed(NamedTuple):
    """Strikes of a piece in order. ``notes [n, 3]``: onset in ns, pitch, duration in ns.

    ``key``: index into ``KEYS``, -1 where only ``shifts [n]`` are known: the transposition (0-11) to C major
    or A minor at each strike. ``meters`` are in ticks (scores alone).
    """

    name: str
    half: int
    notes: NDArray[np.int64]
    key: int
    shifts: NDArray[np.int64]
    meters: tuple[Meter, ...] = ()


def essen(folder: Path) -> list[Keyed]:
    """All tunes with a key token. Raises :class:`CorpusError`."""
    settings = folk.Settings(regions=())
    return [_score(piece, piece.notes) for piece in _pieces(folk, folder, settings)]


def chorale_melodies(folder: Path) -> list[Keyed]:
    """The sopranos of all chorales. Raises :class:`CorpusError`."""
    return [_score(piece, _of(piece, 0)) for piece in _pieces(chorales, folder, chorales.Settings())]


def chorale_lines(folder: Path) -> list[Keyed]:
    """Every voice by itself. Raises :class:`CorpusError`."""
    pieces = _pieces(chorales, folder, chorales.Settings())
    return [_score(piece, _of(piece, voice)) for piece in pieces for voice in range(chorales.VOICES)]


def chorale_voices(folder: Path) -> list[Keyed]:
    """All four voices at once: notes of a chord in a drawn order. Raises :class:`CorpusError`."""
    rng = np.random.default_rng(5)
    found = []
    for piece in _pieces(chorales, folder, chorales.Settings()):
        order = np.lexsort((rng.random(len(piece.notes)), piece.notes[:, 0]))
        found.append(_score(piece, piece.notes[order]))
    return found


def asap(folder: Path) -> list[Keyed]:
    """One performance of each piece of ASAP, with the key signature that its score has at each moment.

    ``folder`` holds ``metadata.csv``. Raises :class:`CorpusError`.
    """
    try:
        with (folder / "metadata.csv").open(encoding="utf-8") as file:
            rows = {row["xml_score"]: row for row in reversed(list(csv.DictReader(file)))}
    except (OSError, KeyError) as error:
        raise CorpusError(f"{folder} is not the unpacked ASAP: {error}") from error
    return [keyed for row in reversed(rows.values()) if (keyed := _performance(folder, row)) is not None]


def _performance(folder: Path, row: dict[str, str]) -> Keyed | None:
    path = folder / row["midi_performance"]
    signatures = list(_signatures(folder / row["performance_annotations"]))
    if not signatures or not path.exists():
        return None
    score = symusic.Score(path, ttype="second")
    notes = sorted((note.time, note.pitch, note.duration) for track in score.tracks for note in track.notes)
    played = np.array(notes) * (1e9, 1, 1e9)
    times, fifths = np.array(signatures).T
    which = np.searchsorted(times, played[:, 0] / 1e9, side="right") - 1
    shifts = (-7 * fifths[np.maximum(which, 0)]).astype(np.int64) % 12
    name = f"{row['composer']} {row['title']}"
    return Keyed(name, _half(name), played.astype(np.int64), -1, shifts)


def _signatures(path: Path) -> Iterator[tuple[float, int]]:
    """Seconds and sharps (flats below 0), from lines like ``4.92<tab>4.92<tab>db,4/4,-1``."""
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            said = line.split("\t")
            marks = said[2].split(",") if len(said) > 2 else []
            if len(marks) > 2 and marks[2]:
                yield float(said[0]), int(marks[2])


def _pieces(module: object, folder: Path, settings: object) -> list[Piece]:
    """Those with a key token, divided by melody so that the halves share none."""
    files, _ = read_files(folder, lambda name: module.wanted(name, settings))  # type: ignore[attr-defined]
    found = []
    for name, content in files.items():
        try:
            piece, facts = module.read(name, content, settings)  # type: ignore[attr-defined]
        except RefusedError:
            continue
        if not facts["without a key token"]:
            found.append(piece)
    splits = module.divide(found, files, settings, Report(str(folder)))  # type: ignore[attr-defined]
    return [piece for split in splits.values() for piece in split]


def _of(piece: Piece, voice: int) -> NoteArray:
    return np.asarray(piece.notes[piece.notes[:, 4] == voice])


def _score(piece: Piece, notes: NoteArray) -> Keyed:
    """As written: in the key that it had before it was brought to C major or A minor."""
    tick_ns = QUARTER_NS / TICKS_PER_QUARTER
    home = 9 if piece.mode == "minor" else 0
    key = KEYS.index(Key((home - piece.transposition) % 12, "minor" if home else "major"))
    onsets, pitches, lengths = notes[:, 0] * tick_ns, notes[:, 1] - piece.transposition, notes[:, 3] * tick_ns
    played = np.rint(np.stack([onsets, pitches, lengths], axis=1)).astype(np.int64)
    shifts = np.full(len(played), piece.transposition % 12)
    return Keyed(piece.name, _half(piece.group), played, key, shifts, tuple(piece.meters))


def _half(group: str) -> int:
    """From the group's name alone."""
    return hashlib.sha256(f"other half {group}".encode()).digest()[0] & 1
