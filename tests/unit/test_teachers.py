"""A network that learns from others: what it takes of them, what it leaves, and which are trained first."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made import score_piece
from rich.console import Console

from models.events import PITCHES
from models.piece import Piece
from models.vocabulary import TOKEN

pytest.importorskip("tensorflow")

import keras
import tensorflow as tf
from keras.ops import convert_to_numpy

from training import checkpoint, teachers
from training import train as training
from training.batches import Batch, epoch
from training.errors import TrainingError
from training.optimizer import make_optimizer
from training.settings import ModelSettings, load_settings
from training.student import Student
from training.teachers import finished, train_taught
from training.train import Run

pytestmark = pytest.mark.train

RECIPE = """
name = "{name}"
data = "folk"
licence = "none"
grid = "{grid}"
voices = 1
ranges = [[48, 84]]
conditions = {conditions}

[network]
backbone = "{backbone}"
layers = 1
units = {units}
head_units = 24
dropout = 0.1

[training]
window = 24
batch = 4
epochs = {epochs}
learning_rate = {rate}
warmup_steps = 2
averaging = 0.5
{more}
"""
PLAIN = {"grid": "score", "conditions": '["meter"]', "backbone": "transformer"}
STUDENT = {**PLAIN, "name": "student", "units": 16, "epochs": 3, "rate": 2e-2, "more": ""}
TEACHER = {**PLAIN, "name": "teacher", "units": 32, "epochs": 3, "rate": 2e-2, "more": ""}
PIECES: dict[str, list[Piece]] = {
    "train": [score_piece(seed, quarters=40) for seed in range(8)],
    "validation": [score_piece(seed, quarters=40) for seed in range(8, 11)],
}
QUIET = Console(quiet=True)
STOPPED = 6


def recipe(folder: Path, own: dict[str, Any], **changes: object) -> Path:
    """A file of settings."""
    whole = {**own, **changes}
    path = folder / f"{whole['name']}.toml"
    path.write_text(RECIPE.format(**whole))
    return path


def taught(folder: Path, *teachers: Path | str, share: float = 0.5, **changes: object) -> ModelSettings:
    """A student's settings."""
    table = f"[training.teacher]\nrecipes = {[str(each) for each in teachers]}\nshare = {share}\n"
    return load_settings(str(recipe(folder, STUDENT, **{"more": table, **changes})))


def run(folder: Path, settings: ModelSettings, *, resume: bool = False) -> checkpoint.Progress:
    return train_taught(PIECES, Run(settings, folder / settings.name), resume=resume, console=QUIET)


def kept(path: Path) -> list[np.ndarray]:
    """Weights and the optimizer's variables, in order."""
    with np.load(path) as arrays:
        return [arrays[name] for name in arrays.files if name.startswith(("weights/", "optimizer/"))]


def batches(settings: ModelSettings) -> Iterator[Batch]:
    """Pass after pass."""
    for seed in count():
        yield from epoch(PIECES["train"], settings, seed)


def drawn(settings: ModelSettings, seed: int, size: float, bias: float = 0.0) -> Any:
    """A network with large random weights: it says something, and two of them say other things."""
    network = training.build(settings)
    rng = np.random.default_rng(seed)
    for weight in network.trainable_weights:
        if len(weight.shape) > 1:
            weight.assign(size * rng.normal(size=weight.shape) * weight.shape[-1] ** -0.5)
        else:
            weight.assign(weight + bias * rng.normal(size=weight.shape))
    return network


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[None]:
    """A row of the log every 4 steps; and no graphs: tracing one takes as long as 30 such steps."""
    tf.config.run_functions_eagerly(True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "LOG_STEPS", 4)
        yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A teacher and its student, which was stopped by Ctrl-C on its way and resumed."""
    folder = tmp_path_factory.mktemp("whole")
    settings = taught(folder, recipe(folder, TEACHER))
    plain = training._Trainer._step

    def interrupted(self: Any, batch: Any) -> None:
        if (self._settings.name, self._progress.step) == ("student", STOPPED):
            raise KeyboardInterrupt
        plain(self, batch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training._Trainer, "_step", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(folder, settings)
    assert not finished(Run(settings, folder / "student"))
    teacher = (folder / "teacher" / "best.npz").read_bytes()
    run(folder, settings, resume=True)
    assert (folder / "teacher" / "best.npz").read_bytes() == teacher, "a finished teacher is left alone"
    return folder


def rows(folder: Path, split: str) -> list[tuple[int, dict[str, float]]]:
    """Steps of the log and what it says of them."""
    found = csv.reader((folder / "log.csv").read_text().splitlines())
    return [
        (int(step), {name: float(value) for name, value in (pair.split("=") for pair in pairs)})
        for own, step, *pairs in found
        if own == split
    ]


def test_the_teacher_is_trained_first_and_the_student_comes_nearer_to_it(whole: Path):
    trained = [values["distance"] for _, values in rows(whole / "student", "train")]
    assert trained[-1] < trained[0] / 2
    assert rows(whole / "student", "validation")[-1][1]["distance"] < trained[0] / 2
    assert "distance" not in (whole / "teacher" / "log.csv").read_text()
    teacher, student = (
        checkpoint.progress_of(whole / name / "latest.npz") for name in ("teacher", "student")
    )
    assert teacher.ended
    assert student.ended
    assert teacher.best < 6
    assert student.best < 6


def test_a_student_that_was_stopped_goes_on_where_it_stopped(whole: Path):
    steps = [step for step, _ in rows(whole / "student", "train")]
    assert steps == list(range(4, steps[-1] + 1, 4))
    assert steps[-1] > STOPPED + 4, "several rows are of the second half"


def test_the_checkpoint_of_a_student_is_that_of_a_network_without_teachers(whole: Path):
    path = whole / "student" / "best.npz"
    plain = training.build(training.settings_of(path))
    assert [each.shape for each in kept(path)][: len(plain.weights)] == [
        tuple(w.shape) for w in plain.weights
    ]
    checkpoint.load_weights(path, plain)
    assert not isinstance(plain, Student)


def test_with_a_share_of_nothing_it_learns_bit_for_bit_as_without_a_teacher(tmp_path: Path):
    settings = taught(tmp_path, "any", share=0.0, epochs=1)
    teacher = drawn(load_settings(str(recipe(tmp_path, TEACHER))), 2, 1.0)
    learned = []
    for others in ([], [teacher]):
        keras.utils.set_random_seed(1)  # dropout draws the same
        network = training.build(settings, others)
        assert isinstance(network, Student) == bool(others)
        network.compile(optimizer=make_optimizer(settings.training))
        for batch in islice(batches(settings), 3):
            network.train_on_batch(batch)
        learned.append([*network.trainable_weights, *network.optimizer.variables])
    assert len(learned[0]) == len(learned[1])
    assert all(np.array_equal(*map(convert_to_numpy, pair)) for pair in zip(*learned, strict=True))


def test_the_distance_is_the_divergence_from_the_mean_of_the_teachers_over_legal_choices(tmp_path: Path):
    """Reckoned again in float64, head by head."""
    own = load_settings(str(recipe(tmp_path, TEACHER, grid="performance", conditions="[]")))
    settings = taught(tmp_path, "any", grid="performance", conditions="[]")
    others = [drawn(own, seed, 3.0) for seed in (1, 2)]
    student = training.build(settings, others)
    assert isinstance(student, Student)
    student.compile(optimizer=make_optimizer(settings.training))
    batch = next(epoch([score_piece(seed, quarters=60) for seed in range(4)], settings, 1))
    found = student.test_on_batch(batch, return_dict=True)
    counted = batch["counted"].astype(bool)
    said = [
        {name: convert_to_numpy(x)[counted].astype(float) for name, x in each(batch).items()}
        for each in (*others, student)
    ]
    masks = {"wait": batch["legal_waits"][counted], "token": batch["legal_tokens"][counted]}
    struck = batch["next_events"][counted][:, TOKEN] < PITCHES
    apart = np.zeros(counted.sum())
    for head in ("wait", "token", "velocity"):
        legal = masks.get(head, np.ones(said[0][head].shape)).astype(bool)
        raised = [np.where(legal, np.exp(each[head]), 0.0) for each in said]
        one, two, mine = (each / each.sum(-1, keepdims=True) for each in raised)
        mean = np.where(legal, (one + two) / 2, 1.0)
        divergence = (mean * np.log(mean / np.where(legal, mine, 1.0))).sum(-1)
        apart += divergence * struck if head == "velocity" else divergence
    assert not struck.all()
    assert found["distance"] == pytest.approx(apart.mean(), rel=1e-4)
    loss = float(student.compute_loss(batch, y_pred=student(batch)))
    assert loss == pytest.approx(0.5 * (found["nats"] + found["distance"]), rel=1e-4)


def test_with_the_whole_share_it_learns_the_teacher_whatever_the_data_say(tmp_path: Path):
    teacher = drawn(load_settings(str(recipe(tmp_path, TEACHER))), 3, 1.0, bias=1.5)
    before = [convert_to_numpy(each) for each in teacher.weights]
    settings = taught(tmp_path, "any", share=1.0)
    student = training.build(settings, [teacher])
    student.compile(optimizer=make_optimizer(settings.training))
    found = [student.train_on_batch(batch, return_dict=True) for batch in islice(batches(settings), 24)]
    assert found[0]["distance"] > 2
    assert found[-1]["distance"] < 0.1
    assert found[-1]["nats"] > found[0]["nats"], "the data are no teacher of it"
    assert all(np.array_equal(a, convert_to_numpy(b)) for a, b in zip(before, teacher.weights, strict=True))


Call = tuple[str, float | None, bool, list[str]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """What would be trained: name, minutes, whether it goes on, names of the teachers' folders."""
    found: list[Call] = []

    def pretended(pieces: Any, run: Run, *, resume: bool, console: Console) -> checkpoint.Progress:
        found.append((run.settings.name, run.minutes, resume, [path.parent.name for path in run.teachers]))
        begun(run.folder, ended=True)
        return checkpoint.Progress()

    monkeypatch.setattr(teachers, "train", pretended)
    return found


def begun(folder: Path, *, ended: bool) -> None:
    """A run that has left both checkpoints, as Ctrl-C or the end of its schedule leaves them."""
    folder.mkdir(exist_ok=True)
    for name in ("best", "latest"):
        progress = np.array(json.dumps(asdict(checkpoint.Progress(ended=ended, best=2.0))))
        np.savez(folder / f"{name}.npz", progress=progress)


def test_each_trains_for_the_minutes_and_the_student_is_told_where_its_teachers_are(
    tmp_path: Path, calls: list[Call]
):
    settings = taught(tmp_path, recipe(tmp_path, TEACHER), recipe(tmp_path, TEACHER, name="other"))
    run_of = Run(settings, tmp_path / "student", minutes=7.0)
    train_taught(PIECES, run_of, resume=False, console=QUIET)
    student = ("student", 7.0, False, ["teacher", "other"])
    assert calls == [("teacher", 7.0, False, []), ("other", 7.0, False, []), student]


def test_what_was_stopped_goes_on_and_what_was_not_begun_begins(tmp_path: Path, calls: list[Call]):
    settings = taught(tmp_path, recipe(tmp_path, TEACHER))
    begun(tmp_path / "teacher", ended=False)
    run(tmp_path, settings, resume=True)
    run(tmp_path, settings, resume=True)
    first = [("teacher", None, True, []), ("student", None, False, ["teacher"])]
    assert calls == [*first, ("student", None, True, ["teacher"])]


def test_a_teacher_that_is_finished_or_was_brought_here_is_taken_as_it_is(tmp_path: Path, calls: list[Call]):
    settings = taught(tmp_path, recipe(tmp_path, TEACHER))
    begun(tmp_path / "teacher", ended=True)
    run(tmp_path, settings)
    (tmp_path / "teacher" / "latest.npz").unlink()
    run(tmp_path, settings)
    assert calls == 2 * [("student", None, False, ["teacher"])]


OTHERS = {
    "grid": "performance",
    "conditions": '["quarter_in_bar"]',
    "more": "[corpus]\nseed = 7\n",
}


@pytest.mark.parametrize(("key", "said"), [*zip(OTHERS, ("grid", "conditions", r"\[corpus\]"), strict=True)])
def test_a_teacher_of_another_kind_is_refused_before_it_is_trained(tmp_path: Path, key: str, said: str):
    settings = taught(tmp_path, recipe(tmp_path, TEACHER, **{key: OTHERS[key]}))
    with pytest.raises(TrainingError, match=rf"student cannot learn from teacher.*{said}") as caught:
        run(tmp_path, settings)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "teacher").exists()


def test_no_such_teacher_or_oneself_or_a_student_is_told(tmp_path: Path):
    with pytest.raises(TrainingError, match=r"no settings named 'nobody': there are .*piano"):
        run(tmp_path, taught(tmp_path, "nobody"))
    itself = taught(tmp_path, tmp_path / "student.toml")
    of_a_student = taught(tmp_path, tmp_path / "student.toml", name="second")
    for each in (itself, of_a_student):
        with pytest.raises(TrainingError, match=r"cannot learn from .*: it is itself, or a student"):
            run(tmp_path, each)


def test_there_must_be_something_to_resume_and_a_checkpoint_of_the_teacher(tmp_path: Path):
    settings = taught(tmp_path, recipe(tmp_path, TEACHER))
    with pytest.raises(TrainingError, match=r"no checkpoint of student or a teacher at .*: train first"):
        run(tmp_path, settings, resume=True)
    with pytest.raises(TrainingError, match="student has a teacher, and no checkpoint of it was given"):
        training.train(PIECES, Run(settings, tmp_path), resume=False, console=QUIET)
    missing = Run(settings, tmp_path, teachers=(tmp_path / "none.npz",))
    with pytest.raises(TrainingError, match=r"no checkpoint at .*none.npz: train first"):
        training.train(PIECES, missing, resume=False, console=QUIET)
