"""Teachers that settings name: found beside the run where they have been trained, else trained before it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from rich.console import Console

from models.piece import Piece
from training import checkpoint, spread
from training.errors import TrainingError
from training.goals import with_edges
from training.settings import check_teacher, load_settings
from training.train import Run, train

Splits = Mapping[str, Sequence[Piece]]


def train_taught(
    pieces: Splits, run: Run, *, resume: bool, console: Console | None = None
) -> checkpoint.Progress:
    """Train the teachers of ``run`` that are not finished, then its network, which learns from them.

    Each teacher has a folder of its own beside the run's, and trains for as many minutes or by its own
    epochs. With ``resume`` whatever had begun goes on. Without a teacher it is :func:`training.train.train`.
    Raises :class:`TrainingError`, before anything is trained where a teacher does not fit.
    """
    if run.settings.training.teacher is None:
        return train(pieces, run, resume=resume, console=console)
    teachers = [_teacher_run(recipe, pieces, run) for recipe in run.settings.training.teacher.recipes]
    if resume and not any(each.latest.is_file() or each.best.is_file() for each in (*teachers, run)):
        raise TrainingError(
            f"no checkpoint of {run.settings.name} or a teacher at {run.folder.parent}: train first"
        )
    console = console or Console()
    for each in teachers:
        if not finished(each):
            train(pieces, each, resume=resume and each.latest.is_file(), console=console)
            spread.join().meet()
        told = f"{each.best}: {checkpoint.progress_of(each.best).best:.4f} nats an event"
        console.print(f"teacher {told}", highlight=False, soft_wrap=True)
    taught = replace(run, teachers=tuple(each.best for each in teachers))
    return train(pieces, taught, resume=resume and run.latest.is_file(), console=console)


def finished(run: Run) -> bool:
    """Whether a run has come to its end; a best checkpoint alone was brought here, and is one that has."""
    if not run.best.is_file():
        return False
    return not run.latest.is_file() or checkpoint.progress_of(run.latest).ended


def _teacher_run(recipe: str, pieces: Splits, run: Run) -> Run:
    student = run.settings
    teacher = with_edges(load_settings(recipe), pieces["train"])
    if teacher.name == student.name or teacher.training.teacher is not None:
        raise TrainingError(f"{student.name} cannot learn from {teacher.name}: it is itself, or a student")
    if (teacher.data, teacher.corpus) != (student.data, student.corpus):
        raise TrainingError(
            f"{student.name} cannot learn from {teacher.name}: its data, or [corpus], are others"
        )
    check_teacher(teacher, student)
    return replace(run, settings=teacher, folder=run.folder.parent / teacher.name, start=None)
