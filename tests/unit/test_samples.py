"""Samples of a model: kept as they are played, gone on with, the same in several processes."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from made import performance_piece, score_piece

from live.commands.main import run
from live.offline.playing import going_on, harmonizing
from models.events import Event, Kind
from models.grid import SCORE
from models.piece import Piece
from models.sampling import Style
from models.step import Network, load_network
from training import corpus
from training.listening.passages import Passage, passages
from training.listening.samples import sampled

ASKED: list[int] = []


def a_rule(network: Network, passage: Passage, style: Style, seed: int) -> Iterable[Event]:
    """A note that tells the seed, a phrase, an end."""
    ASKED.append(passage.number)
    yield Event(passage.start, Kind.ON, 60 + seed % 12)
    yield Event(passage.start + 24, Kind.OFF, 60 + seed % 12)
    yield Event(passage.start + 24, Kind.PHRASE)
    yield Event(passage.start + 24, Kind.END)


def a_tune(seed: int) -> Piece:
    piece = score_piece(seed)
    ends = (piece.notes[:, 0] + piece.notes[:, 3]).astype(np.int64)
    return Piece(f"tune {seed}", piece.notes, mode="major", phrases=ends[3::4], meters=piece.meters)


CHOSEN = passages([a_tune(seed) for seed in range(4)], SCORE, 1, 6, seed=1)


def played(folder: Path, count: int = 6, series: str = "one", jobs: int = 1, playing=a_rule):
    ASKED.clear()
    return sampled("folk", CHOSEN[:count], playing, Style(), series, folder=folder, jobs=jobs)


def test_who_stops_and_starts_again_goes_on_where_it_was(tmp_path: Path):
    first = played(tmp_path, 3)
    assert ASKED == [0, 1, 2]
    again = played(tmp_path)
    assert ASKED == [3, 4, 5]
    for one, other in zip(first, again, strict=False):
        np.testing.assert_array_equal(one.notes, other.notes)
        assert (one.phrases, one.ended) == (other.phrases, other.ended)
    assert again[0].phrases == [CHOSEN[0].start + 24]
    assert again[0].ended


def test_a_line_that_was_cut_off_is_played_again(tmp_path: Path):
    whole = played(tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-9])
    assert len(played(tmp_path)) == 6
    assert ASKED == [5]
    assert [json.loads(line)[0] for line in file.read_text().splitlines()] == [0, 1, 2, 3, 4, 5]
    np.testing.assert_array_equal(played(tmp_path)[5].notes, whole[5].notes)


def test_another_series_or_style_draws_anew(tmp_path: Path):
    one, other = played(tmp_path), played(tmp_path, series="two")
    assert ASKED == [0, 1, 2, 3, 4, 5]
    assert [s.notes[0, 1] for s in one] != [s.notes[0, 1] for s in other]
    assert len(list(tmp_path.iterdir())) == 2


def test_several_processes_play_the_same(tmp_path: Path):
    style = "with the shipped model"
    alone = played(tmp_path / "one", 4, style, playing=going_on)
    together = played(tmp_path / "two", 4, style, jobs=2, playing=going_on)
    for one, other in zip(alone, together, strict=True):
        np.testing.assert_array_equal(one.notes, other.notes)
    assert any(len(sample.notes) > 4 for sample in alone)


def test_a_continuation_may_begin_where_the_prompt_ends_or_after_a_rest(tmp_path: Path):
    """An ``off`` at the end of the prompt would say that a rest follows, and make one."""
    many = passages([a_tune(seed) for seed in range(12)], SCORE, 1, 12, seed=1)
    heard = sampled("folk", many, going_on, Style(), "starts", folder=tmp_path, jobs=1)
    starts = [s.notes[0, 0] - p.start for p, s in zip(many, heard, strict=True) if len(s.notes)]
    assert min(starts) == 0
    assert sum(start == 0 for start in starts) >= 3
    assert max(starts) >= 12  # there is a rest as well


def test_voices_are_found_for_a_melody():
    (passage,) = passages([score_piece(2, voices=4, quarters=8)], SCORE, 4, 1, seed=1)
    events = list(harmonizing(load_network("chorale"), passage, Style(), 1))
    assert {event.voice for event in events if event.kind == Kind.ON} == {1, 2, 3}


@pytest.fixture
def essen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A corpus that is not read from anywhere; samples are kept in the test's folder."""
    splits = {
        split: [a_tune(seed + at) for seed in range(6)] for at, split in ((0, "train"), (50, "validation"))
    }
    monkeypatch.setattr(corpus, "load", lambda *_, **__: corpus.Corpus(splits, None))  # type: ignore[arg-type]
    monkeypatch.setattr("training.listening.run.kept_in", lambda: tmp_path / "samples")
    return tmp_path


def test_the_command_plays_compares_and_writes(essen: Path, capsys):
    asked = ["evaluate", "folk", "--data", str(essen), "--samples", "6", "--jobs", "1"]
    report = essen / "models.md"
    report.write_text(
        "# Models\n\nText.\n\n<!-- what folk plays -->\nold\n<!-- end of what folk plays -->\nrest\n"
    )
    assert run([*asked, "--json", "--write", str(report)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["model"], found["split"], found["samples"]) == ("folk", "validation", 6)
    assert 0 <= found["overlaps"]["interval"]["same"] <= 1
    assert set(found["degenerate"]["above"]) == {"loop", "drone", "silence"}
    text = report.read_text()
    assert "old" not in text
    assert text.startswith("# Models\n\nText.")
    assert text.endswith("<!-- end of what folk plays -->\nrest\n")
    assert run(asked) == 0
    assert "overlap" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (["--samples", "3", "--split", "tests"], "no split 'tests'"),
        (["--samples", "3", "--split", "test"], "no split 'test'"),
        (["--json"], "need --samples"),
    ],
)
def test_what_cannot_be_measured_is_one_line(essen: Path, capsys, more: list[str], reason: str):
    assert run(["evaluate", "folk", "--data", str(essen), *more]) == 2
    said = capsys.readouterr().err
    assert reason in said
    assert said.count("\n") == 1


def test_pieces_that_are_too_short_are_said_so(essen: Path, capsys, monkeypatch):
    short = Piece("short", performance_piece(1, notes=3).notes)
    splits = {"train": [short], "validation": [short]}
    monkeypatch.setattr(corpus, "load", lambda *_, **__: corpus.Corpus(splits, None))  # type: ignore[arg-type]
    assert run(["evaluate", "piano", "--data", str(essen), "--samples", "2"]) == 2
    assert "long enough" in capsys.readouterr().err
