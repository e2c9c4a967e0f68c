"""Corpora by name: read in parallel once, kept as prepared arrays, divided into splits.

``load("piano", path)`` reads the files, hands each to its corpus module (:mod:`training.maestro`,
:mod:`training.folk`, :mod:`training.chorales`) and keeps the result in the user's cache directory,
under a fingerprint of names, sizes, contents, settings and versions.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol, cast

import platformdirs
from pydantic import BaseModel, ValidationError
from rich.console import Console
from rich.progress import track

from models.grid import Grid
from models.piece import Piece
from training import store
from training.download import INSTRUCTIONS
from training.errors import CorpusError
from training.legal import forbidden
from training.report import RefusedError, Report
from training.sources import Contents, fingerprint, read_files

STORE_VERSION = 1
"""Changes whenever prepared arrays of an earlier version must not be used."""
MODULES = {"piano": "maestro", "folk": "folk", "chorale": "chorales"}
PREPARED = ".npz"
"""The ending of a corpus that was read before."""
FEW = 100
"""Up to so many files are read in this process: starting others would take longer."""


class Reader(Protocol):
    """What each corpus module offers; ``Settings`` is its frozen settings class."""

    VERSION: int
    GRID: Grid
    VOICES: int
    Settings: type[BaseModel]

    def wanted(self, name: str, settings: Any) -> bool:
        """Whether the corpus reads a file of this path."""

    def is_piece(self, name: str) -> bool:
        """Whether a wanted file holds music, not a table."""

    def read(self, name: str, content: bytes, settings: Any) -> tuple[Piece, Mapping[str, float]]:
        """One file and what to count of it; :class:`RefusedError` with the reason when it is not usable."""

    def divide(self, pieces: list[Piece], files: Contents, settings: Any, report: Report) -> store.Splits:
        """Name groups, drop duplicates and split; figures go into the report."""


@dataclass
class Corpus:
    """The pieces of ``train``, ``validation`` and ``test``, and what became of the files."""

    splits: store.Splits
    report: Report


def load(
    name: str,
    data: Path,
    settings: Mapping[str, Any] | BaseModel | None = None,
    *,
    cache: Path | None = None,
    workers: int | None = None,
    progress: bool = True,
) -> Corpus:
    """The corpus ``piano``, ``folk`` or ``chorale`` from a folder or archive, or a prepared file.

    ``settings`` are those of the corpus module, as an object or by their names; a prepared file has been read
    by its own. Raises :class:`CorpusError` when the path does not exist, a setting is wrong or no file is
    usable.
    """
    reader, chosen = _reader(name, settings)
    if not data.exists():
        raise CorpusError(f"{data} does not exist. {INSTRUCTIONS[name]}")
    if data.suffix == PREPARED:
        return _prepared(name, data)
    files, broken = read_files(data, lambda path: reader.wanted(path, chosen))
    if not any(reader.is_piece(path) for path in files):
        raise CorpusError(f"no usable file for {name!r} in {data}. {INSTRUCTIONS[name]}")
    versions = f"{name} {STORE_VERSION} {reader.VERSION}"
    key = fingerprint(files, versions, chosen.model_dump_json(), *sorted(broken))
    place = (cache or default_cache()) / f"{name}-{key[:24]}.npz"
    if (known := store.restore(place)) is not None:
        return Corpus(*known)
    report = Report(name, refused=broken)
    pieces = list(_read_all(reader, files, chosen, report, workers=workers, progress=progress))
    if not pieces:
        lines = "; ".join(f"{count} {reason}" for reason, count in report.reasons.most_common(3))
        raise CorpusError(f"no usable file for {name!r} in {data} ({lines})")
    splits = reader.divide(pieces, files, chosen, report)
    report.taken = sum(len(part) for part in splits.values())
    report.figures |= {f"pieces in {split}": len(part) for split, part in splits.items()}
    report.figures |= {
        f"notes in {split}": sum(len(piece.notes) for piece in part) for split, part in splits.items()
    }
    if not report.taken:
        raise CorpusError(f"no usable file for {name!r} in {data}: none belongs to a split")
    try:
        store.save(place, splits, report)
    except OSError as error:  # the corpus is good all the same, only slow to load again
        Console(stderr=True).print(f"prepared arrays are not kept: {place}: {error.strerror}")
    return Corpus(splits, report)


def _prepared(name: str, data: Path) -> Corpus:
    """A corpus that was read before. Raises :class:`CorpusError` when it is none, or another one."""
    known = store.restore(data)
    if known is None:
        raise CorpusError(f"{data} is not a prepared corpus: make it with antiphon prepare")
    if known[1].corpus != name:
        raise CorpusError(f"{data} holds the corpus {known[1].corpus!r}, not {name!r}")
    return Corpus(*known)


def default_cache() -> Path:
    """Where prepared arrays are kept unless told otherwise."""
    return Path(platformdirs.user_cache_dir("antiphon")) / "corpora"


def kind_of(data: Path) -> str:
    """Which corpus lies in a folder or archive, told by the names of its files alone.

    Raises :class:`CorpusError` when there is none.
    """
    if data.suffix == PREPARED and (known := store.restore(data)) is not None:
        return known[1].corpus
    names: list[str] = []

    def unread(name: str) -> bool:
        names.append(name)
        return False

    read_files(data, unread)
    if any(name.endswith((".mid", ".midi")) for name in names):
        return "piano"
    for name in ("chorale", "folk"):
        if any(_module(name).is_piece(each) for each in names):
            return name
    raise CorpusError(f"no corpus in {data}: neither MIDI files (MAESTRO) nor kern files (.krn)")


def _module(name: str) -> Reader:
    return cast(Reader, importlib.import_module(f"training.{MODULES[name]}"))


def _reader(name: str, settings: Mapping[str, Any] | BaseModel | None) -> tuple[Reader, BaseModel]:
    if name not in MODULES:
        raise CorpusError(f"no corpus named {name!r}: there are {', '.join(MODULES)}")
    reader = _module(name)
    values = settings.model_dump() if isinstance(settings, BaseModel) else dict(settings or {})
    try:
        return reader, reader.Settings.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise CorpusError(f"setting {where!r} of corpus {name!r}: {first['msg']}") from error


def _read_all(
    reader: Reader,
    files: Contents,
    settings: BaseModel,
    report: Report,
    *,
    workers: int | None,
    progress: bool,
) -> Iterator[Piece]:
    """The pieces in the order of their files; what is refused goes into the report."""
    items = [(name, content) for name, content in files.items() if reader.is_piece(name)]
    one = partial(_read_one, reader.__name__, settings)  # type: ignore[attr-defined]
    if workers is None:
        workers = 1 if len(items) <= FEW else os.cpu_count() or 1
    pool = None
    try:
        found: Iterable[_Result]
        if workers > 1:
            # "spawn": forking a process that has TensorFlow's threads can hang.
            context = multiprocessing.get_context("spawn")
            pool = ProcessPoolExecutor(workers, mp_context=context)
            found = pool.map(one, items, chunksize=8)
        else:
            found = map(one, items)
        shown = track(
            found,
            f"reading {report.corpus}",
            len(items),
            console=Console(stderr=True),
            disable=not progress,
        )
        for (name, _), result in zip(items, shown, strict=True):
            if isinstance(result, str):
                report.refused[name] = result
                continue
            piece, facts = result
            for fact, count in facts.items():
                report.figures[fact] = report.figures.get(fact, 0) + count
            yield piece
    finally:
        if pool is not None:
            pool.shutdown(cancel_futures=True)


_Result = tuple[Piece, Mapping[str, float]] | str


def _read_one(module: str, settings: BaseModel, item: tuple[str, bytes]) -> _Result:
    """A piece, or the reason why there is none (runs in a worker)."""
    reader = cast(Reader, importlib.import_module(module))
    try:
        piece, facts = reader.read(*item, settings)
        illegal = forbidden(piece.events(reader.GRID, reader.VOICES), reader.GRID, reader.VOICES)
        if len(illegal):
            raise RefusedError(f"events that the masks forbid: number {illegal[0]}")
        return piece, facts
    except RefusedError as reason:
        return str(reason)
    except Exception as error:  # parsers raise anything at broken bytes; the file is named and counted
        first = next(iter(str(error).splitlines()), "")
        return f"broken: {type(error).__name__} {first}".strip()
