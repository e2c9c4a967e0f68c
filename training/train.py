"""Train a network: batches in, checkpoints out. Runs on TensorFlow, or on JAX with KERAS_BACKEND=jax."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import keras
import numpy as np
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from models.piece import Piece
from training import checkpoint
from training.batches import Batch, epoch, prefetched, validation_batches
from training.errors import TrainingError
from training.logs import RunLog
from training.muon import FastMuon
from training.networks import EventNetwork
from training.precision import choose_precision
from training.settings import ModelSettings

LOG_STEPS = 20
VALIDATION_WINDOWS = 192
ADAM_SHARE = 0.5
"""Learning rate of AdamW beside Muon's, whose updates are scaled to AdamW's size (Liu et al. 2025)."""
UNCOUNTED = 128
"""Events that only warm up a validation window which does not begin its piece."""


@dataclass
class Run:
    """One training run and where it keeps its files."""

    settings: ModelSettings
    folder: Path
    minutes: float | None = None
    """Training time after which the learning rate reaches zero; None: ``epochs`` decide."""

    @property
    def latest(self) -> Path:
        """The checkpoint to resume from."""
        return self.folder / "latest.npz"

    @property
    def best(self) -> Path:
        """The checkpoint with the best validation."""
        return self.folder / "best.npz"


def build(settings: ModelSettings) -> EventNetwork:
    """A network with its weights made, not yet compiled."""
    network = EventNetwork(settings)
    window, voices = 8, settings.voices
    shape = (1, window)
    network(
        {
            "events": np.zeros((*shape, 4), np.int32),
            "conditions": np.zeros((*shape, len(settings.conditions)), np.int32),
            "sounding": np.zeros((*shape, voices * 128), np.uint8),
            "next_events": np.zeros((*shape, 4), np.int32),
            "next_conditions": np.zeros((*shape, len(settings.conditions)), np.int32),
        }
    )
    return network


def make_optimizer(settings: ModelSettings) -> keras.Optimizer:
    """AdamW, or Muon for the matrices of the backbone and AdamW for the rest."""
    own = settings.training
    average = {"use_ema": True, "ema_momentum": own.averaging} if own.averaging else {}
    if own.optimizer == "muon":
        return FastMuon(
            own.learning_rate,
            weight_decay=own.weight_decay,
            adam_weight_decay=own.weight_decay,
            adam_beta_2=0.98,
            adam_lr_ratio=ADAM_SHARE,
            exclude_layers=["embedder", "heads"],
            global_clipnorm=own.clip_norm,
            **average,
        )
    return keras.optimizers.AdamW(
        own.learning_rate,
        weight_decay=own.weight_decay,
        beta_2=0.98,
        global_clipnorm=own.clip_norm,
        **average,
    )


def train(
    pieces: dict[str, list[Piece]], run: Run, *, resume: bool, console: Console | None = None
) -> checkpoint.Progress:
    """Train until the schedule ends or validation stops falling; keep ``latest`` and ``best``.

    ``pieces`` has the splits ``train`` and ``validation``. Raises :class:`TrainingError` where there is
    nothing to train on, or nothing to resume.
    """
    settings, console = run.settings, console or Console()
    own = settings.training
    if not pieces["train"] or not pieces["validation"]:
        raise TrainingError("nothing to train on: the training or the validation split is empty")
    keras.utils.set_random_seed(settings.seed)
    keras.mixed_precision.set_global_policy(choose_precision())
    model = build(settings)
    model.compile(optimizer=make_optimizer(settings), jit_compile=keras.backend.backend() == "jax")
    progress = checkpoint.Progress()
    if resume:
        progress = checkpoint.load(run.latest, model)
    validation = validation_batches(
        pieces["validation"], settings, most=VALIDATION_WINDOWS, uncounted=min(UNCOUNTED, own.window // 4)
    )
    if not validation:
        raise TrainingError("the validation split is smaller than one batch: lower training.batch")
    log = RunLog(run.folder)
    per_epoch = sum(1 for _ in epoch(pieces["train"], settings, settings.seed, skip=None))
    total = max(1, round(own.epochs * per_epoch))
    console.print(
        f"{settings.name}: {model.count_params():,} parameters, {per_epoch} steps an epoch, "
        f"{choose_precision()}, {keras.backend.backend()}"
    )

    started = time.perf_counter() - progress.seconds
    last_validation = last_checkpoint = progress.seconds

    def part_done() -> float:
        if run.minutes is not None:
            return progress.seconds / (60 * run.minutes)
        return progress.step / total

    def keep() -> None:
        checkpoint.save(run.latest, model, progress, settings.model_dump_json())

    def validated() -> bool:
        """Validate, keep the best; whether to go on."""
        found = evaluate(model, validation)
        log.row("validation", progress.step, found)
        progress.history.append({"step": progress.step, "nats": found["nats"]})
        better = found["nats"] < progress.best
        progress.stale = 0 if better else progress.stale + 1
        if better:
            progress.best, progress.best_step = found["nats"], progress.step
            with averaged(model):
                checkpoint.save(run.best, model, progress, settings.model_dump_json())
        keep()
        heads = " ".join(f"{name} {value:.3f}" for name, value in found.items())
        console.print(f"step {progress.step}: validation {heads}{' (best)' if better else ''}")
        return progress.stale < own.patience

    with _bar(console) as bar:
        task = bar.add_task(settings.name, total=1.0, heads="", rate="")
        for batch in _batches(pieces["train"], settings, progress, per_epoch):
            model.optimizer.learning_rate = own.learning_rate * schedule(
                part_done(), progress.step, own.warmup_steps
            )
            values = model.train_on_batch(batch, return_dict=True)
            progress.step += 1
            progress.events += int(batch["counted"].sum())
            progress.seconds = time.perf_counter() - started
            if progress.step % LOG_STEPS == 0:
                means = {name: float(value) for name, value in values.items() if name != "loss"}
                model.reset_metrics()
                rate = progress.events / progress.seconds
                log.row("train", progress.step, {**means, "events_per_second": rate})
                heads = " ".join(f"{name} {value:.2f}" for name, value in means.items())
                bar.update(task, completed=part_done(), heads=heads, rate=f"{rate:.0f} events/s")
            if part_done() >= 1:
                break
            if progress.seconds - last_validation > 60 * own.validate_minutes:
                last_validation = last_checkpoint = progress.seconds
                if not validated():
                    break
                model.reset_metrics()
            elif progress.seconds - last_checkpoint > 60 * own.checkpoint_minutes:
                last_checkpoint = progress.seconds
                keep()
    validated()
    return progress


def schedule(part_done: float, step: int, warmup: int) -> float:
    """Warm up, then fall linearly to zero (Bergsma et al. 2025, "Straight to Zero")."""
    return min(1.0, (step + 1) / max(1, warmup)) * max(0.01, 1.0 - part_done)


def evaluate(model: EventNetwork, batches: list[Batch]) -> dict[str, float]:
    """Mean nats per event by head, their sum and the share of events right in full."""
    with averaged(model):
        model.reset_metrics()
        for batch in batches:
            values = model.test_on_batch(batch, return_dict=True)
        found = {name: float(value) for name, value in values.items() if name != "loss"}
        model.reset_metrics()
    return found


class averaged:  # noqa: N801  (reads as a phrase: with averaged(model))
    """Within this context the model has the moving average of its weights, if one is kept."""

    def __init__(self, model: keras.Model) -> None:
        self.model = model
        self.kept: list[np.ndarray] = []  # type: ignore[type-arg]

    def __enter__(self) -> None:
        optimizer = self.model.optimizer
        if optimizer.use_ema and optimizer.built:
            self.kept = [keras.ops.convert_to_numpy(v) for v in self.model.trainable_variables]
            optimizer.finalize_variable_values(self.model.trainable_variables)

    def __exit__(self, *_: object) -> None:
        for variable, value in zip(self.model.trainable_variables, self.kept, strict=False):
            variable.assign(value)


def _batches(
    pieces: list[Piece], settings: ModelSettings, progress: checkpoint.Progress, per_epoch: int
) -> Iterator[Batch]:
    """Epoch after epoch, from where ``progress`` stands."""
    while True:
        number, skip = progress.epoch, progress.batch
        for batch in prefetched(lambda: epoch(pieces, settings, settings.seed + number, skip=skip)):  # noqa: B023
            progress.batch += 1
            yield batch
        progress.epoch, progress.batch = number + 1, 0


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:.0f}%"),
        TextColumn("{task.fields[heads]}"),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
        console=console,
    )
