"""Prepared pieces on disk: one .npz without pickles, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
import zipfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.meter import Meter
from models.piece import Piece
from training.report import Report

Splits = dict[str, list[Piece]]


def save(path: Path, splits: Splits, report: Report) -> None:
    """Write all splits; times stay unquantised 64-bit floats."""
    pieces = [piece for part in splits.values() for piece in part]
    notes = np.concatenate([piece.notes for piece in pieces])
    meters = [meter for piece in pieces for meter in piece.meters]
    arrays: dict[str, NDArray[np.generic]] = {
        "split_names": np.array(list(splits)),
        "split_sizes": np.array([len(part) for part in splits.values()]),
        "names": np.array([piece.name for piece in pieces]),
        "groups": np.array([piece.group for piece in pieces]),
        "modes": np.array([piece.mode for piece in pieces]),
        "transpositions": np.array([piece.transposition for piece in pieces]),
        "note_counts": np.array([len(piece.notes) for piece in pieces]),
        "times": notes[:, [0, 3]],
        "keys": notes[:, [1, 2, 4]].astype(np.uint8),
        "phrase_counts": np.array([len(piece.phrases) for piece in pieces]),
        "phrases": np.concatenate([piece.phrases for piece in pieces]),
        "meter_counts": np.array([len(piece.meters) for piece in pieces]),
        "meters": np.array(meters, np.int64).reshape(-1, 4),
        "report": np.array(report.to_json()),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.stem, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def restore(path: Path) -> tuple[Splits, Report] | None:
    """What :func:`save` wrote; None where there is nothing or nothing whole."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        return _splits(arrays), Report.from_json(str(arrays["report"]))
    except (OSError, KeyError, ValueError, TypeError, EOFError, zipfile.BadZipFile):
        return None


def _splits(arrays: dict[str, NDArray[np.generic]]) -> Splits:
    notes = np.empty((len(arrays["times"]), 5))
    notes[:, [0, 3]] = arrays["times"]
    notes[:, [1, 2, 4]] = arrays["keys"]
    note_ends = np.cumsum(arrays["note_counts"].astype(np.int64))[:-1]
    phrase_ends = np.cumsum(arrays["phrase_counts"].astype(np.int64))[:-1]
    meter_ends = np.cumsum(arrays["meter_counts"].astype(np.int64))[:-1]
    parts = zip(
        arrays["names"].tolist(),
        np.split(notes, note_ends),
        arrays["groups"].tolist(),
        arrays["modes"].tolist(),
        arrays["transpositions"].tolist(),
        np.split(arrays["phrases"].astype(np.int64), phrase_ends),
        np.split(arrays["meters"].astype(np.int64), meter_ends),
        strict=True,
    )
    pieces = [
        Piece(name, own, group, mode, shift, phrases, [Meter(*row) for row in meters.tolist()])
        for name, own, group, mode, shift, phrases, meters in parts
    ]
    splits: Splits = {}
    for split, size in zip(arrays["split_names"].tolist(), arrays["split_sizes"].tolist(), strict=True):
        splits[split], pieces = pieces[:size], pieces[size:]
    return splits
