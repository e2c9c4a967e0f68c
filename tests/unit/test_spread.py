"""Two processes train as one would that has the whole of every batch."""

from __future__ import annotations

import csv
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from training.spread import Share

pytest.importorskip("keras")

from training import spread
from training.errors import TrainingError

COMPARED = ("nats", "token", "wait", "right", "distance")
TESTS = Path(__file__).parents[1]
QUICK = {"XLA_FLAGS": "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"}
"""Nearly all the time is XLA's compiling, and the code of a tiny network need not be fast."""
pytestmark = pytest.mark.train


def start(folder: Path, **environment: str) -> subprocess.Popen[str]:
    """A run in a process of its own, on JAX."""
    places = os.pathsep.join([str(TESTS), str(TESTS.parent)])
    on_jax = {"PYTHONPATH": places, "KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu", **QUICK, **environment}
    return subprocess.Popen(
        [sys.executable, str(TESTS / "spread_run.py"), str(folder)],
        env={**os.environ, **on_jax},
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(runs: list[subprocess.Popen[str]]) -> None:
    for run in runs:
        said = run.communicate(timeout=500)[1]
        assert run.returncode == 0, said[-3000:]


def log(folder: Path) -> list[tuple[str, int, dict[str, float]]]:
    rows = []
    for split, step, *pairs in csv.reader((folder / "log.csv").read_text().splitlines()):
        values = {name: float(value) for name, value in (pair.split("=") for pair in pairs)}
        rows.append((split, int(step), {n: v for n, v in values.items() if n in COMPARED}))
    return rows


def two(folder: Path) -> list[subprocess.Popen[str]]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    return [
        start(
            folder,
            KERAS_DISTRIBUTION_JOB_ADDRESSES=address,
            KERAS_DISTRIBUTION_NUM_PROCESSES="2",
            KERAS_DISTRIBUTION_PROCESS_ID=str(number),
        )
        for number in range(2)
    ]


@pytest.mark.timeout(600)  # 17 s of a core a process, more where other work keeps every core busy
def test_two_processes_have_the_losses_and_weights_of_one(tmp_path: Path):
    """Every loss of every step, dropout, uneven lengths and the distance to a teacher included; and the first
    alone writes."""
    pytest.importorskip("jax")
    finished([start(tmp_path / "one"), *two(tmp_path / "two")])
    one, other = log(tmp_path / "one"), log(tmp_path / "two")
    assert len(one) > 10
    assert one[0][2]["nats"] > one[-1][2]["nats"] + 0.5, "it learns: equal losses say something"
    assert [row[:2] for row in one] == [row[:2] for row in other]
    for (_, _, values), (_, _, others) in zip(one, other, strict=True):
        apart = others.pop("distance")  # small, while the nats from which it is a difference are not
        assert apart == pytest.approx(values.pop("distance"), rel=2e-4, abs=1e-3)
        assert others == pytest.approx(values, rel=2e-4)
    assert apart > 0.05, "the student has left its teacher"
    with np.load(tmp_path / "one" / "best.npz") as a, np.load(tmp_path / "two" / "best.npz") as b:
        weights = [name for name in a.files if name.startswith("weights/")]
        apart = [np.linalg.norm(a[name] - b[name]) / (np.linalg.norm(a[name]) + 1e-6) for name in weights]
        assert max(apart) < 0.05, "sums in another order, which the optimizer makes larger step by step"
        assert len(weights) > 10


def test_rows_of_all_processes_are_the_batch():
    shares = [Share(number, 4, 8) for number in range(4)]
    assert np.concatenate([np.arange(32)[share.rows(32)] for share in shares]).tolist() == list(range(32))
    assert [share.first for share in shares] == [True, False, False, False]
    with pytest.raises(TrainingError, match="batches of 12 cannot be parted among 8 devices"):
        shares[0].check(12)


def test_tensorflow_says_that_it_does_not(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(spread, "_joined", None)
    monkeypatch.setenv("KERAS_DISTRIBUTION_NUM_PROCESSES", "2")
    monkeypatch.setattr("keras.backend.backend", lambda: "tensorflow")
    with pytest.raises(TrainingError, match="set KERAS_BACKEND=jax"):
        spread.join()
