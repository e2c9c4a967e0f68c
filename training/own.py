"""Anyone's own music as a corpus: found, checked, without exact duplicates, divided by piece, on a shelf.

Whoever calls says how tunes are read; performances are read here, as those of MAESTRO. Files are read one by
one by worker processes and what they hold goes to disk, so that 20,000 take as much memory as 20.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Literal

from rich.console import Console
from rich.progress import track

from models.grid import GRIDS, TICK_SECONDS, TICKS_PER_QUARTER
from models.piece import Piece
from training import folk, maestro
from training.corpus import default_cache
from training.errors import CorpusError
from training.legal import forbidden
from training.melody import Features, exact_key, note_features
from training.report import RefusedError, Report
from training.settings import ModelSettings, load_settings
from training.shelf import Shelf, ShelfWriter, open_shelf
from training.split import DUPLICATE, clusters

OWN = "own/"
"""Corpora of this kind are called ``own/piano`` and ``own/folk``."""
VERSION = 1
LIKE = ("piano", "folk")
Read = Callable[[Path, int, int], Iterable[tuple[str, Piece | str]]]
"""How a file becomes tunes between two pitches: a mark of each (or nothing), and the tune or a reason."""

FEW = 40
AT_ONCE = 512
"""Files handed to the workers at a time: bounds what waits in memory."""
SECONDS_IN_QUARTER = 0.5
HELD_OUT = 0.1
LARGEST_GROUP = 0.05
"""A larger group of near duplicates (as a share of all pieces) is learned from, never held out."""
LEAST_PIECES = 3
LITTLE = {"piano": 500_000, "folk": 20_000}
"""Training notes that a model from scratch wants at least: a tenth of what the shipped ones had."""
TUNING_RATE = 0.3
"""Learning rate of fine-tuning, as a share of the rate with which its model was trained."""
LITTLE_TO_TUNE = 0.02
"""The share of that which is enough for fine-tuning."""


@dataclass(frozen=True)
class Source:
    """What to read: ``like`` is ``piano`` or ``folk``, ``suffixes`` those of ``read``."""

    like: Literal["piano", "folk"]
    data: Path
    read: Read
    suffixes: tuple[str, ...]

    @property
    def wanted(self) -> tuple[str, ...]:
        """Suffixes of the files that are read."""
        return (".mid", ".midi") if self.like == "piano" else self.suffixes


def load(
    source: Source, *, cache: Path | None = None, workers: int | None = None, progress: bool = True
) -> tuple[dict[str, Shelf], Report]:
    """The splits ``train``, ``validation`` and ``test``, and what became of the files.

    Kept in the user's cache under names, sizes and times of the files. Raises :class:`CorpusError`.
    """
    files = _files(source)
    place = (cache or default_cache()) / f"own-{_fingerprint(source, files)[:24]}"
    if (known := open_shelf(place)) is not None:
        return known
    report = Report(f"{source.data}, like {source.like}")
    try:
        shelf = ShelfWriter(place)
    except OSError as error:
        raise CorpusError(f"cannot write {place}: {error.strerror}") from error
    try:
        splits = _fill(shelf, source, files, report, workers, progress)
        shelf.close(splits, report)
    except BaseException:
        shelf.discard()
        raise
    found = open_shelf(place)
    if found is None:
        raise CorpusError(f"what was written to {place} cannot be read again")
    return found


def settings(name: str, like: str, splits: dict[str, Shelf]) -> ModelSettings:
    """The recipe of ``like`` for somebody's own corpus: a small one gets batches that it fills, and warms up
    for one pass at most."""
    recipe = load_settings(like)
    own = recipe.training
    held_out = _windows(splits["validation"], recipe, own.batch)
    learned = _windows(splits["train"], recipe, max(4, own.warmup_steps) * own.batch)
    batch = max(1, min(own.batch, held_out, learned // 4))
    warm_up = min(own.warmup_steps, learned // batch)
    return recipe.model_copy(
        update={
            "name": name,
            "data": OWN + like,
            "licence": "LicenseRef-own-data",
            "phrases": any(len(piece.phrases) for piece in islice(iter(splits["train"]), 200)),
            "training": own.model_copy(update={"batch": batch, "warmup_steps": warm_up}),
        }
    )


def tuned(own: ModelSettings, start: ModelSettings) -> ModelSettings:
    """Settings that go on from a model instead of from nothing: its network, gentler steps, both licences.

    Raises :class:`CorpusError` where that model is of another kind.
    """
    if (start.grid, start.voices) != (own.grid, own.voices):
        raise CorpusError(f"{start.name} cannot be tuned to music like {own.data.removeprefix(OWN)}")
    learned = start.base or start.training
    training = own.training.model_copy(
        update={
            "window": learned.window,
            "optimizer": learned.optimizer,
            "learning_rate": TUNING_RATE * learned.learning_rate,
            "weight_decay": learned.weight_decay,
        }
    )
    licence = start.licence if start.licence == own.licence else f"{start.licence} AND {own.licence}"
    told = {"conditions": start.conditions, "edges": start.edges}
    return own.model_copy(update={"network": start.network, "training": training, "licence": licence, **told})


def gone_on(recipe: ModelSettings, start: ModelSettings) -> ModelSettings:
    """A recipe that begins with a model: its network, its inputs and the recipe's goals beside them.

    Raises :class:`CorpusError` where that model is of another kind.
    """
    plain = tuple(name for name in start.conditions if name not in start.goals)
    wanted = tuple(name for name in recipe.conditions if name not in recipe.goals)
    if (start.grid, start.voices, plain) != (recipe.grid, recipe.voices, wanted):
        raise CorpusError(f"{recipe.name} cannot begin with {start.name}: it is a model of another kind")
    training = recipe.training.model_copy(update={"window": start.training.window})
    base = (start.base or start.training) if training.only_goals else None
    edges = {**recipe.edges, **{name: each for name, each in start.edges.items() if name in recipe.goals}}
    return recipe.model_copy(
        update={"network": start.network, "training": training, "base": base, "edges": edges}
    )


def warnings(like: str, splits: dict[str, Shelf], *, tuned: bool) -> list[str]:
    """One line for each thing that speaks against learning from this corpus."""
    notes = splits["train"].note_count
    enough = round(LITTLE[like] * (LITTLE_TO_TUNE if tuned else 1))
    if notes >= enough:
        return []
    way = "fine-tuning" if tuned else "learning from scratch"
    advice = "the model may know its few pieces by heart" if tuned else f"--from {like} needs far fewer"
    return [f"{notes:,} notes are little for {way}, which wants {enough:,} or more: {advice}"]


def _files(source: Source) -> list[Path]:
    data = source.data
    if not data.exists():
        raise CorpusError(f"{data} does not exist")
    found = [data] if data.is_file() else sorted(path for path in data.rglob("*") if path.is_file())
    wanted = [path for path in found if path.suffix.lower() in source.wanted]
    if not wanted:
        raise CorpusError(f"no file in {data} ends in {', '.join(source.wanted)}")
    return wanted


def _fingerprint(source: Source, files: list[Path]) -> str:
    digest = hashlib.sha256(f"{VERSION} {folk.VERSION} {maestro.VERSION} {source.like}".encode())
    for path in files:
        own = path.stat()
        digest.update(f"{path.resolve()}\0{own.st_size}\0{own.st_mtime_ns}\0".encode())
    return digest.hexdigest()


def _fill(
    shelf: ShelfWriter, source: Source, files: list[Path], report: Report, workers: int | None, progress: bool
) -> dict[str, list[int]]:
    """Put every piece on the shelf; the numbers of each split."""
    keys: dict[str, int] = {}
    names: list[str] = []
    features: list[Features] = []
    notes, ticks = 0, 0.0
    for name, piece in _read_all(source, files, workers, progress):
        if isinstance(piece, str):
            report.refused[name] = piece
            continue
        key = exact_key(piece)
        if key in keys:
            report.refused[name] = f"{DUPLICATE}: of {names[keys[key]]}"
            continue
        keys[key] = len(names)
        names.append(name)
        piece.name = name
        shelf.add(piece)
        if source.like == "folk":
            features.append(note_features(piece))
        notes += len(piece.notes)
        ticks += float((piece.notes[:, 0] + piece.notes[:, 3]).max())
    if len(names) < LEAST_PIECES:
        reasons = "; ".join(f"{count} {reason}" for reason, count in report.reasons.most_common(3))
        raise CorpusError(
            f"{source.data} holds {len(names)} usable pieces, {LEAST_PIECES} are the least"
            + (f" (refused: {reasons})" if reasons else "")
        )
    overlap = folk.Settings().overlap
    labels = clusters(features, overlap) if features else list(range(len(names)))
    splits = divided(list(keys), labels)
    report.taken = len(names)
    second = SECONDS_IN_QUARTER / TICKS_PER_QUARTER if source.like == "folk" else TICK_SECONDS
    report.figures |= {"notes": notes, "hours": round(ticks * second / 3600, 2)}
    report.figures |= {f"pieces in {split}": len(own) for split, own in splits.items()}
    if features:
        report.figures["near duplicates kept in one split"] = len(labels) - len(set(labels))
    return splits


def divided(keys: Sequence[str], labels: Sequence[int]) -> dict[str, list[int]]:
    """Numbers of pieces by split: groups stay together, a tenth of the pieces is tested, a tenth validates.

    Each gets at least one piece. Which ones is decided by what they hold (``keys``), not by their names.
    """
    groups: dict[int, list[int]] = {}
    for number, label in enumerate(labels):
        groups.setdefault(label, []).append(number)
    order = sorted(
        groups.values(), key=lambda own: hashlib.sha256(min(keys[n] for n in own).encode()).digest()
    )
    if len(order) < LEAST_PIECES:
        raise CorpusError(f"these pieces are variants of {len(order)} melodies, {LEAST_PIECES} are the least")
    small = max(LARGEST_GROUP * len(keys), min(len(own) for own in order))
    wanted = max(1, round(HELD_OUT * len(keys)))
    splits: dict[str, list[int]] = {"train": [], "validation": [], "test": []}
    for own in order:
        fits = len(own) <= small
        part = next((p for p in ("test", "validation") if fits and len(splits[p]) < wanted), "train")
        splits[part] += own
    if not splits["validation"] or not splits["train"]:  # few groups, of very different size
        splits = {"test": order[0], "validation": order[1], "train": [n for own in order[2:] for n in own]}
    return {name: sorted(splits[name]) for name in ("train", "validation", "test")}


def _windows(pieces: Sequence[Piece], recipe: ModelSettings, most: int) -> int:
    """How many windows the pieces make, at most ``most``."""
    found = 0
    for piece in pieces:
        events = len(piece.events(recipe.grid_object, recipe.voices))
        found += max(1, -(-(events - recipe.training.window) // recipe.training.window))
        if found >= most:
            return most
    return found


def _read_all(
    source: Source, files: list[Path], workers: int | None, progress: bool
) -> Iterator[tuple[str, Piece | str]]:
    base = source.data if source.data.is_dir() else source.data.parent
    one = partial(_read_one, source)
    if workers is None:
        workers = 1 if len(files) <= FEW and source.like == "piano" else os.cpu_count() or 1
    shown = track(files, f"reading {source.data.name}", console=Console(stderr=True), disable=not progress)
    if workers == 1:
        for path in shown:
            for mark, piece in one(path):
                yield f"{path.relative_to(base).as_posix()}{mark}", piece
        return
    # "spawn": forking a process that has TensorFlow's threads can hang.
    pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
    try:
        rest = iter(shown)
        while some := list(islice(rest, AT_ONCE)):
            chunk = 8 if len(some) == AT_ONCE else 1  # a few files may be whole books
            for path, found in zip(some, pool.map(one, some, chunksize=chunk), strict=True):
                for mark, piece in found:
                    yield f"{path.relative_to(base).as_posix()}{mark}", piece
    finally:
        pool.shutdown(cancel_futures=True)


def _read_one(source: Source, path: Path) -> list[tuple[str, Piece | str]]:
    """The pieces of a file, each checked against the masks (runs in a worker)."""
    try:
        if source.like == "piano":
            found: list[tuple[str, Piece | str]] = [("", _performance(path))]
        elif path.suffix.lower() == ".krn":
            found = [("", folk.read(path.name, path.read_bytes(), folk.Settings())[0])]
        else:
            own = folk.Settings()
            found = list(source.read(path, own.lowest, own.highest))
        grid = GRIDS["performance" if source.like == "piano" else "score"]
        return [(mark, _checked(piece, grid.name)) for mark, piece in found]
    except (RefusedError, OSError) as reason:
        return [("", str(reason))]
    except Exception as error:  # parsers raise anything at broken bytes; the file is named and counted
        first = next(iter(str(error).splitlines()), "")
        return [("", f"broken: {type(error).__name__} {first}".strip())]


def _performance(path: Path) -> Piece:
    return maestro.read(path.name, path.read_bytes(), maestro.Settings())[0]


def _checked(piece: Piece | str, grid: Literal["performance", "score"]) -> Piece | str:
    if isinstance(piece, str):
        return piece
    illegal = forbidden(piece.events(GRIDS[grid]), GRIDS[grid], 1)
    return f"events that the masks forbid: number {illegal[0]}" if len(illegal) else piece
