"""The comparison of backbones: trained under one budget, measured, written; killed anywhere it goes on."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made import score_piece

pytest.importorskip("tensorflow")

from export.compare import __main__ as command
from export.compare import contestants, learn, table
from export.compare.board import Baseline, Board, Budget, Learned, Measured, Point, Speed
from export.compare.contestants import CORPORA, SIZES, Contestant
from training import corpus, evaluate
from training import train as training
from training.backbones import make_backbone
from training.errors import TrainingError
from training.report import Report
from training.settings import ModelSettings, load_settings

pytestmark = pytest.mark.train

EVENTS = 1000
NETWORKS = [Contestant("folk", "lstm", size) for size in ("small", "large")]
PIECES = {
    "train": [score_piece(seed) for seed in range(12)],
    "validation": [score_piece(seed) for seed in range(12, 16)],
    "test": [score_piece(seed) for seed in range(16, 19)],
}


def tiny_recipe(name: str) -> ModelSettings:
    recipe = load_settings(name)
    shorter = recipe.training.model_copy(update={"window": 24, "batch": 4, "warmup_steps": 2})
    return recipe.model_copy(update={"training": shorter})


@pytest.fixture(scope="module", autouse=True)
def tiny_networks() -> Any:
    sizes = {"small": 8, "large": 16}
    with pytest.MonkeyPatch.context() as patch:
        shapes = {name: {"lstm": {"layers": 1, "units": units}} for name, units in sizes.items()}
        patch.setattr(contestants, "SIZES", shapes)
        patch.setattr(contestants, "RATES", {"adamw": (1e-3, 2e-2)})
        patch.setattr(command, "contestants", lambda: NETWORKS)
        patch.setattr(command, "load_settings", tiny_recipe)
        patch.setattr(corpus, "load", lambda *_: corpus.Corpus(PIECES, Report("folk")))
        yield


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, int]:
    """A comparison that was killed in its fourth training run and called again; how often it was killed."""
    folder = tmp_path_factory.mktemp("compare")
    page, plain, killed = folder / "models.md", training._Trainer._step, []
    page.write_text("# Models\n\nBefore.\n")

    def stopping(self: Any, batch: Any) -> None:
        if not killed and self._run.folder.name == "folk-lstm-large" and self._progress.step == 7:
            killed.append(self._progress.step)
            raise KeyboardInterrupt
        plain(self, batch)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training._Trainer, "_step", stopping)
        with pytest.raises(KeyboardInterrupt):
            command.compare(folder / "runs", data_folk=folder, events=EVENTS, write=page)
        assert "lstm, large (not begun)" in page.read_text(), "what is measured is written at once"
        command.compare(folder / "runs", data_folk=folder, events=EVENTS, write=page)
    return folder, len(killed)


def test_every_network_gets_the_budget_and_the_rate_that_validation_chose(done: tuple[Path, int]):
    folder, killed = done
    assert killed == 1
    board = Board(folder / "runs")
    for one in NETWORKS:
        learned = board.learned(board.place(one))
        assert learned is not None
        longest = 4 * 24  # one batch
        assert EVENTS <= learned.events < EVENTS + longest
        assert learned.curve[-1].events == learned.events
        assert len(learned.curve) > 5
        assert learned.best == min(point.nats for point in learned.curve)
        trials = {rate: board.learned(board.trial(one, rate)) for rate in one.rates}
        bests = {rate: trial.best for rate, trial in trials.items() if trial}
        assert len(bests) == 2
        assert learned.rate == min(bests, key=lambda rate: bests[rate])


def test_figures_are_those_of_evaluate(done: tuple[Path, int]):
    from models.step import load_network

    board = Board(done[0] / "runs")
    one = NETWORKS[1]
    found = board.measured(one)
    network = load_network(str(board.place(one) / "model" / f"{one.name}.json"))
    wanted = evaluate.evaluate(network, PIECES["test"], tiny_recipe("folk"))
    assert found is not None
    assert found.nats_per_event == pytest.approx(wanted.per_event, abs=1e-4)
    assert found.nats_per_note == pytest.approx(wanted.per_note, abs=1e-4)
    sixteenths = sum(np.max(piece.notes[:, 0] + piece.notes[:, 3]) / 6 for piece in PIECES["test"])
    assert found.nats_per_sixteenth == pytest.approx(wanted.nats / sixteenths, abs=1e-3)
    assert found.bytes == sum(file.stat().st_size for file in (board.place(one) / "model").glob("*.onnx"))


def test_the_page_has_a_row_for_each_a_baseline_and_the_curves(done: tuple[Path, int]):
    folder, _ = done
    page = (folder / "models.md").read_text()
    assert page.startswith("# Models\n\nBefore.\n")
    rows = [line for line in page.splitlines() if line.startswith(("| transformer", "| lstm", "| n-gram"))]
    assert len(rows) == 3
    assert all(row.count("|") == rows[0].count("|") for row in rows)
    assert "not" not in "".join(rows)
    assert (folder / "models" / "curves-folk.png").stat().st_size > 5000
    assert "](models/curves-folk.png)" in page


def test_what_is_done_is_not_done_again(done: tuple[Path, int], monkeypatch: pytest.MonkeyPatch):
    folder, _ = done
    page = folder / "models.md"
    before = page.read_text()
    monkeypatch.setattr(learn, "train", None)
    command.compare(folder / "runs", data_folk=folder, write=page)
    assert page.read_text() == before


def test_times_are_taken_anew_on_a_quiet_machine(done: tuple[Path, int]):
    folder, _ = done
    page = folder / "models.md"
    assert "~" in page.read_text()
    command.compare(folder / "runs", speeds=True, write=page)
    assert "~" not in page.read_text()


def test_without_tensorflow_it_trains_only(
    done: tuple[Path, int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    runs, page = tmp_path / "runs", tmp_path / "models.md"
    shutil.copytree(done[0] / "runs", runs, ignore=shutil.ignore_patterns("figures.json", "model"))
    with monkeypatch.context() as patch:
        patch.setattr(command, "find_spec", lambda _: None)
        command.compare(runs, data_folk=tmp_path, write=page)
    assert "trained only" in capsys.readouterr().err
    assert page.read_text().count("(not yet measured)") == len(NETWORKS)
    monkeypatch.setattr(learn, "train", None)
    command.compare(runs, data_folk=tmp_path, write=page)
    assert "(not yet measured)" not in page.read_text(), "measured where TensorFlow is, and not trained again"


def test_one_folder_has_one_budget_for_a_corpus(done: tuple[Path, int], tmp_path: Path):
    with pytest.raises(TrainingError, match="has networks of folk of 1,000 events"):
        command.compare(done[0] / "runs", data_folk=tmp_path, events=2000)
    with pytest.raises(TrainingError, match=r"nothing of folk in .* yet: say --events"):
        command.compare(tmp_path, data_folk=tmp_path)
    board = Board(tmp_path)
    board.settle(["folk"], 1000)
    assert board.settle(["chorale", "piano"], 500).events == {"folk": 1000, "chorale": 500, "piano": 500}
    assert Board(tmp_path).settle(["folk", "piano"], None).events["piano"] == 500


def test_backbones_of_one_size_have_as_many_weights():
    """The sizes as they are, not those of these tests."""
    for size, wanted in (("small", 0.53e6), ("large", 2.1e6)):
        counts = []
        for backbone, shape in SIZES[size].items():
            own = load_settings("folk").network.model_copy(update={"backbone": backbone, **shape})
            made = make_backbone(own)
            made(np.zeros((1, 2, own.units), np.float32))
            counts.append(made.count_params())
        assert all(abs(count / wanted - 1) < 0.15 for count in counts), counts


def test_the_order_has_what_is_useful_first():
    names = [each.name for each in contestants.contestants()]
    assert len(names) == len(set(names)) == 18
    assert names[0] == "folk-transformer-small"
    assert [name.partition("-")[0] for name in names] == [c for c in CORPORA for _ in range(6)]


def test_published_figures_stand_beside_our_best(tmp_path: Path):
    board, networks = Board(tmp_path), [Contestant("piano", "lstm", size) for size in ("small", "large")]
    measured = {"split": "test", "nats_per_event": 4.0, "nats_per_note": 8.0, "next_event_accuracy": 0.2}
    for one, nats in zip(networks, (2.25, 2.125), strict=True):
        found = Measured(**measured, nats_per_token388=nats, bytes=2**21, int8=False)
        board.write(board.place(one) / "figures.json", found)
        learned = Learned(
            rate=1e-3, parameters=12, events=9, seconds=8, waited=0.5, best=4.1, backend="x",
            curve=(Point(events=9, nats=4.1),),
        )  # fmt: skip
        board.write(board.place(one) / "learned.json", learned)
    board.write(
        tmp_path / "piano-lstm-large" / "speed.json",
        Speed(step_ms_p50=1, step_ms_p99=2, notes_per_second=99, quiet=True),
    )
    board.write(
        tmp_path / "ngram-piano.json", Baseline(order=3, split="test", nats_per_event=7, nats_per_note=14)
    )
    text = table.markdown(networks, board, Budget(events={"piano": 9}), {})
    (row,) = [line for line in text.splitlines() if "MAESTRO v3" in line]
    assert "| 1.91 | 388-token |" in row
    assert "| 2.125 |" in row
    figures = "12 | 0.001 | 4.100 | 4.0000 | 8.0000 | 2.1250 | 0.200 | 1.00 / 2.00 | 99 | 2.0 (float)"
    assert f"| lstm, large | {figures} |" in text
    assert "waited for its input at most 6.2% of its time" in text
    again = table.replaced(table.replaced("# Page\n", text), text)
    assert again.count(table.BEGIN) == 1
