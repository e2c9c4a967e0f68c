"""Train a network: batches in, checkpoints out. Runs on TensorFlow, or on JAX with KERAS_BACKEND=jax."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from models.piece import Piece
from training import checkpoint, spread
from training.batches import Batch, epoch, prefetched, validation_batches
from training.errors import TrainingError
from training.logs import RunLog
from training.networks import EventNetwork
from training.optimizer import Averaged, make_optimizer, schedule
from training.precision import choose_precision, precision_kept
from training.settings import ModelSettings, check_teacher
from training.student import Student

LOG_STEPS = 20
VALIDATIONS = 20
"""How often several processes validate, which have no clock in common."""
VALIDATION_WINDOWS = 192
UNCOUNTED = 128
"""Events, at most a quarter of a window, that only warm up a validation window inside a piece."""


@dataclass
class Run:
    """One training run and where it keeps its files."""

    settings: ModelSettings
    folder: Path
    minutes: float | None = None
    """Training time after which the learning rate reaches zero; None: ``events`` or ``epochs`` decide."""
    events: int | None = None
    """Training events after which it does; None: ``epochs`` decide."""
    start: Path | None = None
    """A checkpoint whose weights the network begins with; None: it learns from nothing."""
    teachers: tuple[Path, ...] = ()
    """The checkpoints to learn from, where the settings name a teacher (:mod:`training.teachers`)."""
    validations: int | None = None
    """How often to validate, spread evenly over the run; None: by the clock, as the settings say."""

    @property
    def latest(self) -> Path:
        """The checkpoint to resume from."""
        return self.folder / "latest.npz"

    @property
    def best(self) -> Path:
        """The checkpoint with the best validation."""
        return self.folder / "best.npz"


def settings_of(path: Path) -> ModelSettings:
    """The settings of a checkpoint."""
    return ModelSettings.model_validate_json(checkpoint.settings_of(path))


def _keep_all_but_goals(network: EventNetwork) -> None:
    """What is said where no goal is given stays as it is."""
    if not network.goal_weights:
        raise TrainingError("only_goals: the conditions of these settings name no goal")
    for layer in network._flatten_layers():
        if isinstance(layer, keras.layers.Dropout):
            layer.rate = 0.0  # else goals learn to mend what dropout does to the rest
    learned = {id(weight) for weight in network.goal_weights}
    for weight in network.weights:
        weight.trainable = id(weight) in learned


def build(settings: ModelSettings, teachers: Sequence[EventNetwork] = ()) -> EventNetwork:
    """A network with its weights made, not yet compiled; with ``teachers`` a student of theirs."""
    taught = settings.training.teacher
    network = Student(settings, teachers, taught.share) if teachers and taught else EventNetwork(settings)
    shape = (1, 2)  # short: here a recurrent layer takes a millisecond a step, whatever its size
    network(
        {
            "events": np.zeros((*shape, 4), np.int32),
            "conditions": np.zeros((*shape, len(settings.conditions)), np.int32),
            "sounding": np.zeros((*shape, settings.voices * 128), np.uint8),
            "next_events": np.zeros((*shape, 4), np.int32),
            "next_conditions": np.zeros((*shape, len(settings.conditions)), np.int32),
        }
    )
    return network


def _teacher(path: Path, student: ModelSettings) -> EventNetwork:
    """The network of a checkpoint, in the precision that suits it."""
    settings = settings_of(path)
    check_teacher(settings, student)
    keras.config.set_dtype_policy(choose_precision(settings.network.backbone))
    network = build(settings)
    checkpoint.load_weights(path, network)
    return network


def train(
    pieces: Mapping[str, Sequence[Piece]], run: Run, *, resume: bool, console: Console | None = None
) -> checkpoint.Progress:
    """Train until the schedule ends or validation stops falling; keep ``latest`` and ``best``.

    ``pieces`` has the splits ``train`` and ``validation``. Raises :class:`TrainingError` where there is
    nothing to train on, or nothing to resume. Ctrl-C keeps a checkpoint first.
    """
    if not pieces["train"] or not pieces["validation"]:
        raise TrainingError("nothing to train on: the training or the validation split is empty")
    with precision_kept():
        return _Trainer(pieces, run, resume, console or Console()).run()


def evaluate(
    model: EventNetwork, batches: list[Batch], share: spread.Share = spread.ALONE
) -> dict[str, float]:
    """Mean nats per event by head, their sum and the share of events right in full."""
    means = _Means()
    with Averaged(model):
        for batch in batches:
            values = model.test_on_batch(batch, return_dict=True)
            means.add(_counted(model, batch, share), values)
    return means.take()


def _counted(model: EventNetwork, batch: Batch, share: spread.Share) -> int:
    """Events of the whole batch, also where this process has a part of it."""
    if share.processes == 1:
        return int(batch["counted"].sum())
    return int(model.means["nats"].count)


class _Means:
    """Means over several batches, each event counting once (Keras starts its metrics anew in every batch)."""

    def __init__(self) -> None:
        self._sums: dict[str, float] = {}
        self._events = 0.0

    def add(self, events: int, values: dict[str, float]) -> None:
        """Take in the means of one batch of so many events."""
        self._events += events
        for name, value in values.items():
            if name != "loss":
                self._sums[name] = self._sums.get(name, 0.0) + events * float(value)

    def take(self) -> dict[str, float]:
        """The means so far, and begin anew."""
        found = {name: total / max(self._events, 1.0) for name, total in self._sums.items()}
        self._sums, self._events = {}, 0.0
        return found


class _Trainer:
    """The state of one call of :func:`train`."""

    def __init__(
        self, pieces: Mapping[str, Sequence[Piece]], run: Run, resume: bool, console: Console
    ) -> None:
        settings = run.settings
        self._own, self._run, self._settings, self._console = settings.training, run, settings, console
        self._pieces = pieces["train"]
        self._share = spread.join()
        self._share.check(self._own.batch)
        if self._share.processes > 1:
            if run.minutes is not None:
                raise TrainingError("several processes have several clocks: train by epochs, not --minutes")
            run.validations = run.validations or VALIDATIONS
            self._console = console if self._share.first else Console(quiet=True)
        if self._own.teacher is not None and not run.teachers:
            raise TrainingError(f"{settings.name} has a teacher, and no checkpoint of it was given")
        teachers = [_teacher(path, settings) for path in run.teachers]
        keras.utils.set_random_seed(settings.seed)
        precision = choose_precision(settings.network.backbone)
        keras.config.set_dtype_policy(precision)
        self._model = build(settings, teachers)
        if run.start is not None and not resume:
            known = settings_of(run.start).goals
            if known not in ((), settings.goals):
                raise TrainingError(f"{run.start} knows other goals: {', '.join(known)}")
            new = [] if known else self._model.goal_weights
            checkpoint.load_weights(run.start, self._model, but=new)
        if self._own.only_goals:
            _keep_all_but_goals(self._model)
        self._model.compile(optimizer=make_optimizer(self._own), jit_compile=keras.backend.backend() == "jax")
        self._progress = checkpoint.load(run.latest, self._model) if resume else checkpoint.Progress()
        warm_up = min(UNCOUNTED, self._own.window // 4)
        self._validation = validation_batches(
            pieces["validation"],
            settings,
            most=VALIDATION_WINDOWS,
            uncounted=warm_up,
            rows=self._share.rows(self._own.batch),
        )
        if not self._validation:
            raise TrainingError("the validation split is smaller than one batch: lower training.batch")
        counting = epoch(self._pieces, settings, settings.seed, skip=None)
        if next(counting, None) is None:
            raise TrainingError("the training split is smaller than one batch: lower training.batch")
        self._total, length = 0, ""
        if run.minutes is None and run.events is None:
            steps = 1 + sum(1 for _ in counting)
            self._total = max(1, round(self._own.epochs * steps))
            length = f"{steps} steps an epoch, "
        self._log = RunLog(run.folder) if self._share.first else None
        self._means = _Means()
        devices = f", {self._share.devices} devices" if self._share.devices > 1 else ""
        self._console.print(
            f"{settings.name}: {self._model.count_params():,} parameters, {length}"
            f"{precision}, {keras.backend.backend()}{devices}"
        )

    def run(self) -> checkpoint.Progress:
        """The loop over steps."""
        progress, own = self._progress, self._own
        if self._part_done() >= 1:
            self._console.print(f"{self._settings.name}: this run has ended already")
            return progress
        started = time.perf_counter() - progress.seconds
        validated = kept = progress.seconds
        turn = self._turn()
        with _bar(self._console) as bar:
            task = bar.add_task(self._settings.name, total=1.0, heads="", rate="")
            try:
                for batch in self._fed():
                    self._step(batch)
                    progress.seconds = time.perf_counter() - started
                    if progress.step % LOG_STEPS == 0:
                        heads, rate = self._report()
                        bar.update(task, completed=self._part_done(), heads=heads, rate=rate)
                    if self._part_done() >= 1:
                        break
                    if self._run.validations is None:
                        due = progress.seconds - validated > 60 * own.validate_minutes
                    else:
                        due = self._turn() > turn
                    if due:
                        turn, validated, kept = self._turn(), progress.seconds, progress.seconds
                        if not self._validate():
                            return progress
                    elif progress.seconds - kept > 60 * own.checkpoint_minutes:
                        kept = progress.seconds
                        self._keep(self._run.latest)
            except KeyboardInterrupt:
                self._keep(self._run.latest)
                raise
        self._validate()
        return progress

    def _part_done(self) -> float:
        if self._run.minutes is not None:
            return self._progress.seconds / (60 * self._run.minutes)
        if self._run.events is not None:
            return self._progress.events / self._run.events
        return self._progress.step / self._total

    def _turn(self) -> int:
        """How many validations should have been by now, where they are spread over the run."""
        return int(self._part_done() * (self._run.validations or 0))

    def _fed(self) -> Iterator[Batch]:
        """The batches; the time that each was waited for is counted."""
        batches = self._batches()
        while True:
            asked = time.perf_counter()
            batch = next(batches)
            self._progress.waited += time.perf_counter() - asked
            yield batch

    def _step(self, batch: Batch) -> None:
        share = schedule(self._part_done(), self._progress.step, self._own.warmup_steps)
        self._model.optimizer.learning_rate = self._own.learning_rate * share
        values = self._model.train_on_batch(batch, return_dict=True)
        events = _counted(self._model, batch, self._share)
        self._means.add(events, values)
        self._progress.step += 1
        self._progress.batch += 1
        self._progress.events += events

    def _report(self) -> tuple[str, str]:
        """Log the means since the last report; what the progress bar says."""
        means = self._means.take()
        progress = self._progress
        rate, share = progress.events / progress.seconds, progress.waited / progress.seconds
        self._write("train", progress.step, {**means, "events_per_second": rate, "waited_for_input": share})
        heads = " ".join(f"{name} {value:.2f}" for name, value in means.items())
        return heads, f"{rate:.0f} events/s"

    def _validate(self) -> bool:
        """Validate, keep the best; whether to go on."""
        progress = self._progress
        found = evaluate(self._model, self._validation, self._share)
        self._write("validation", progress.step, found)
        progress.history.append(
            {
                "step": progress.step,
                "events": progress.events,
                "seconds": round(progress.seconds, 1),
                "nats": found["nats"],
            }
        )
        if self._log is not None:
            self._log.curve(progress.history)
        better = found["nats"] < progress.best
        progress.stale = 0 if better else progress.stale + 1
        if better:
            progress.best, progress.best_step = found["nats"], progress.step
            with Averaged(self._model):
                self._keep(self._run.best)
        progress.ended = self._part_done() >= 1 or progress.stale >= self._own.patience
        self._keep(self._run.latest)
        heads = " ".join(f"{name} {value:.3f}" for name, value in found.items())
        self._console.print(f"step {progress.step}: validation {heads}{' (best)' if better else ''}")
        return not progress.ended

    def _write(self, split: str, step: int, values: dict[str, float]) -> None:
        if self._log is not None:
            self._log.row(split, step, values)

    def _keep(self, path: Path) -> None:
        if self._share.first:
            checkpoint.save(path, self._model, self._progress, self._settings.model_dump_json())

    def _batches(self) -> Iterator[Batch]:
        """Epoch after epoch, from where the run stands."""
        progress, settings = self._progress, self._settings
        while True:
            number, skip = progress.epoch, progress.batch

            def one_epoch(seed: int = settings.seed + number, skip: int = skip) -> Iterator[Batch]:
                rows = self._share.rows(settings.training.batch)
                return epoch(self._pieces, settings, seed, skip=skip, rows=rows)

            yield from prefetched(one_epoch)
            progress.epoch, progress.batch = number + 1, 0


def _bar(console: Console) -> Bar:
    return Bar(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:.0f}%"),
        TextColumn("{task.fields[heads]}"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=console,
    )
