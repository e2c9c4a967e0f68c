"""Training one network of the comparison, its learning rate chosen first. Goes on where it was killed."""

from __future__ import annotations

from pathlib import Path

import keras
from rich.console import Console

from export.compare.board import Board, Budget, Learned, Point
from export.compare.contestants import RATE_SHARE, Contestant
from training.settings import ModelSettings
from training.store import Splits
from training.train import Run, build, train

POINTS = 20
"""Validations of a run: the points of its learning curve."""
TRIAL_POINTS = 2


def learn(one: Contestant, splits: Splits, board: Board, budget: Budget, recipe: ModelSettings) -> Learned:
    """Train it on the whole budget, with the best of the learning rates."""
    rate = best_rate(one, splits, board, budget, recipe)
    return _trained(
        one.settings(rate, recipe), splits, board, board.place(one), budget.events[one.corpus], POINTS
    )


def best_rate(one: Contestant, splits: Splits, board: Board, budget: Budget, recipe: ModelSettings) -> float:
    """The rate under which the small network of this backbone validates best after a tenth of the budget."""
    small = Contestant(one.corpus, one.backbone, "small")
    events = max(1, round(RATE_SHARE * budget.events[one.corpus]))
    found = {
        rate: _trained(
            small.settings(rate, recipe), splits, board, board.trial(one, rate), events, TRIAL_POINTS
        ).best
        for rate in one.rates
    }
    return min(found, key=lambda rate: found[rate])


def _trained(
    settings: ModelSettings, splits: Splits, board: Board, place: Path, events: int, points: int
) -> Learned:
    if (known := board.learned(place)) is not None:
        return known
    run = Run(settings, place, events=events, validations=points)
    keras.backend.clear_session()
    progress = train(splits, run, resume=run.latest.is_file(), console=Console(stderr=True))
    learned = Learned(
        rate=settings.training.learning_rate,
        parameters=_parameters(settings),
        events=progress.events,
        seconds=round(progress.seconds, 1),
        waited=round(progress.waited, 1),
        best=progress.best,
        backend=keras.backend.backend(),
        curve=tuple(Point(events=round(each["events"]), nats=each["nats"]) for each in progress.history),
    )
    board.write(place / "learned.json", learned)
    return learned


def _parameters(settings: ModelSettings) -> int:
    return int(build(settings).count_params())
