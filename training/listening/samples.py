"""Samples of a model, kept as they are played: whoever stops and starts again goes on where it was."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from models.convert import NoteArray, events_to_notes, note_array
from models.events import Event, Kind, to_array
from models.grid import Grid
from models.manifest import Manifest
from models.sampling import Style
from models.step import Network, load_network
from training.listening.passages import Passage

VERSION = 2
"""Changes whenever samples that are kept must not be used any more."""

Playing = Callable[[Network, Passage, Style, int], Iterable[Event]]
"""What a model plays to a passage with a style and a seed. Sent to other processes by its name."""


@dataclass(frozen=True)
class Sample:
    """What was played to a passage; ``ended``: the model ended the piece itself."""

    notes: NoteArray
    phrases: list[int]
    ended: bool


def sampled(
    name: str,
    passages: list[Passage],
    playing: Playing,
    style: Style,
    series: str,
    *,
    folder: Path,
    jobs: int,
    grid: Grid | None = None,
) -> list[Sample]:
    """A sample for each passage; those that ``folder`` holds already are not played again.

    ``grid``: of the events that are played, where it is not the model's.
    ``series`` names what decides the passages, apart from how many they are: all draws hang on it.
    ``jobs`` processes play beside each other. Says on standard error how long it will take.
    """
    manifest = load_network(name).manifest
    place = folder / f"{manifest.name}-{_key(manifest, playing, style, series)}.jsonl"
    known = _kept(place)
    missing = [passage for passage in passages if passage.number not in known]
    folder.mkdir(parents=True, exist_ok=True)
    columns = TextColumn(f"{manifest.name} plays"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with place.open("a") as file, Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=len(missing))
        for number, sample in _played(name, missing, partial(_play, playing, style, series, grid), jobs):
            known[number] = sample
            file.write(json.dumps([number, sample.notes.tolist(), sample.phrases, sample.ended]) + "\n")
            file.flush()
            progress.advance(task)
    return [known[passage.number] for passage in passages]


_Play = Callable[[Network, Passage], Sample]
_NETWORK: list[Network] = []
"""The network of a process that plays."""


def _played(name: str, passages: list[Passage], play: _Play, jobs: int) -> Iterator[tuple[int, Sample]]:
    if jobs <= 1 or len(passages) <= jobs:
        network = load_network(name)
        yield from ((passage.number, play(network, passage)) for passage in passages)
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, _load, (name,)) as pool:
        yield from pool.map(partial(_play_here, play), passages)


def _load(name: str) -> None:
    _NETWORK[:] = [load_network(name)]


def _play_here(play: _Play, passage: Passage) -> tuple[int, Sample]:
    return passage.number, play(_NETWORK[0], passage)


def _play(
    playing: Playing, style: Style, series: str, grid: Grid | None, network: Network, passage: Passage
) -> Sample:
    # Seeds of different passages have nothing to do with each other.
    digest = hashlib.sha256(f"{series} {passage.number}".encode()).digest()
    events = list(playing(network, passage, style, int.from_bytes(digest[:8], "big")))
    notes = note_array(events_to_notes(to_array(events), grid or network.manifest.grid_object))
    phrases = [event.time for event in events if event.kind == Kind.PHRASE]
    return Sample(notes, phrases, bool(events) and events[-1].kind == Kind.END)


def _key(manifest: Manifest, playing: Playing, style: Style, series: str) -> str:
    """Equal where the samples would be."""
    how: tuple[object, ...] = (style.temperature, style.top_p, getattr(playing, "__name__", str(playing)))
    if style.goals:
        how = (*how, sorted(style.goals.items()), manifest.sampling.guidance)
    facts = json.dumps([VERSION, sorted(manifest.sha256.items()), how, series])
    return hashlib.sha256(facts.encode()).hexdigest()[:16]


def _kept(place: Path) -> dict[int, Sample]:
    """The samples of a file; a last line that was cut off is left out."""
    known: dict[int, Sample] = {}
    if not place.exists():
        return known
    text = place.read_text()
    whole = text[: text.rfind("\n") + 1]
    if whole != text:
        place.write_text(whole)
    for line in whole.splitlines():
        number, notes, phrases, ended = json.loads(line)
        known[number] = Sample(np.array(notes, float).reshape(-1, 5), phrases, ended)
    return known
