"""The folder of a comparison: what has been learned and measured so far. A kill at any moment loses little.

``comparison.json`` holds the budgets; each network has a folder with its training run, ``learned.json`` once
it is trained, ``model/`` once it is exported, ``figures.json`` once it is measured.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from export.compare.contestants import Contestant
from training import checkpoint
from training.errors import TrainingError


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Budget(_Record):
    """What every network of a corpus gets."""

    events: dict[str, int]
    """Training events, by corpus."""


class Point(_Record):
    """One validation: events trained so far, mean nats per event."""

    events: int
    nats: float


class Learned(_Record):
    """A training run that has ended."""

    rate: float
    parameters: int
    events: int
    seconds: float
    waited: float
    best: float
    backend: str
    curve: tuple[Point, ...]


class Speed(_Record):
    """Of the exported step on one core. ``quiet``: measured with nothing beside."""

    step_ms_p50: float
    step_ms_p99: float
    notes_per_second: float
    quiet: bool


class Measured(_Record):
    """An exported model on a split. ``per_sixteenth``: nats by voice and 16th (score grid)."""

    split: str
    nats_per_event: float
    nats_per_note: float
    nats_per_token388: float | None = None
    nats_per_sixteenth: float | None = None
    next_event_accuracy: float
    bytes: int
    int8: bool


class Baseline(_Record):
    """The n-gram of a corpus."""

    order: int
    split: str
    nats_per_event: float
    nats_per_note: float
    nats_per_token388: float | None = None
    nats_per_sixteenth: float | None = None


_R = TypeVar("_R", bound=BaseModel)


class Board:
    """Reads and writes the folder; every file is replaced whole. Raises ``TrainingError``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def settle(self, corpora: Iterable[str], events: int | None) -> Budget:
        """The budgets of this folder, ``events`` for new ones of ``corpora``. No corpus mixes two."""
        path = self.folder / "comparison.json"
        known = self.read(path, Budget) or Budget(events={})
        for corpus in corpora:
            has = known.events.get(corpus)
            if has is None and events is None:
                raise TrainingError(
                    f"nothing of {corpus} in {self.folder} yet: say --events, the budget of each network"
                )
            if has is not None and events not in (None, has):
                raise TrainingError(
                    f"{self.folder} has networks of {corpus} of {has:,} events: "
                    f"take another folder for {events:,}"
                )
        new = {corpus: events for corpus in corpora if corpus not in known.events and events is not None}
        if new:
            known = Budget(events=known.events | new)
            self.write(path, known)
        return known

    def place(self, one: Contestant) -> Path:
        """The folder of a network."""
        return self.folder / one.name

    def trial(self, one: Contestant, rate: float) -> Path:
        """The folder in which a learning rate is tried, the same for both sizes."""
        return self.folder / "rates" / f"{one.corpus}-{one.backbone}-{rate:g}"

    def learned(self, place: Path) -> Learned | None:
        """The training run of a folder, if it has ended."""
        return self.read(place / "learned.json", Learned)

    def measured(self, one: Contestant) -> Measured | None:
        """The figures of a network, if it has been measured."""
        return self.read(self.place(one) / "figures.json", Measured)

    def speed(self, one: Contestant) -> Speed | None:
        """How fast it plays, if that has been measured."""
        return self.read(self.place(one) / "speed.json", Speed)

    def baseline(self, corpus: str) -> Baseline | None:
        """The n-gram of a corpus, if it has been counted."""
        return self.read(self.folder / f"ngram-{corpus}.json", Baseline)

    def part_done(self, one: Contestant, budget: Budget) -> float:
        """How much of a network's budget it has been trained on."""
        if self.learned(self.place(one)):
            return 1.0
        latest = self.place(one) / "latest.npz"
        return checkpoint.progress_of(latest).events / budget.events[one.corpus] if latest.is_file() else 0.0

    def read(self, path: Path, kind: type[_R]) -> _R | None:
        """What a file of the folder holds."""
        try:
            return kind.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return None
        except (ValidationError, OSError) as error:
            first = str(error).splitlines()[0]
            raise TrainingError(f"{path} cannot be used ({first}): delete it to do its part again") from error

    def write(self, path: Path, value: BaseModel) -> None:
        """Replace a file of the folder."""
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = path.with_suffix(".partial")
        whole.write_text(json.dumps(value.model_dump(mode="json"), indent=1) + "\n")
        os.replace(whole, path)
