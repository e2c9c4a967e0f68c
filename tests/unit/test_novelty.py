"""Runs of notes that stand in a corpus, and the command that finds them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from kern_text import chorale, tune
from test_maestro import csv_table, midi

from live.commands.main import run
from models.grid import PERFORMANCE, SCORE
from models.meter import Meter, bar_of
from models.piece import Piece
from training import corpus
from training.errors import CorpusError
from training.novelty.index import NoveltyIndex
from training.novelty.sequence import fresh, in_order, lines


def played(*rows: tuple[float, int]) -> Piece:
    return Piece("played", np.array([(onset, pitch, 64, 20, 0) for onset, pitch in rows], float))


def test_a_chord_spread_in_another_way_is_the_same_chord():
    one = in_order(played((0, 60), (1, 64), (2.4, 67), (50, 72)).notes, PERFORMANCE)
    other = in_order(played((0, 67), (0.6, 60), (3, 64), (50, 72)).notes, PERFORMANCE)
    assert one.pitch.tolist() == other.pitch.tolist() == [67, 64, 60, 72]
    assert one.onset.tolist() == other.onset.tolist() == [0, 0, 0, 50]


def test_a_performance_is_found_though_each_gap_is_a_little_off():
    piece = played((0, 60), (40, 64), (80, 67), (120, 72), (160, 71))
    again = played((0, 62), (45, 66), (82, 69), (130, 74), (169, 73))
    assert NoveltyIndex([piece], PERFORMANCE).longest(in_order(again.notes, PERFORMANCE)).notes == 5


def test_the_same_pitches_in_another_rhythm_are_no_run():
    piece = played((0, 60), (40, 64), (80, 67), (120, 72), (160, 71))
    other = played((0, 60), (40, 64), (120, 67), (130, 72), (170, 71))
    assert NoveltyIndex([piece], PERFORMANCE).longest(in_order(other.notes, PERFORMANCE)).notes == 2


def test_a_chord_is_no_arpeggio():
    piece = played((0, 67), (0, 64), (0, 60), (40, 55))
    other = played((0, 67), (20, 64), (40, 60), (60, 55))
    assert NoveltyIndex([piece], PERFORMANCE).longest(in_order(other.notes, PERFORMANCE)).notes == 2


def test_each_voice_of_a_score_is_a_line_and_runs_do_not_cross_pieces():
    notes = np.array([(24 * n, 60 + n, 64, 24, 0) for n in range(4)] + [(0, 48, 64, 96, 1)], float)
    assert [len(line.pitch) for line in lines(notes, SCORE)] == [4, 1]
    halves = [Piece("one", notes[:2]), Piece("two", notes[2:4])]
    found = NoveltyIndex(halves, SCORE).longest(in_order(notes[:4], SCORE))
    assert found.notes == 2
    assert NoveltyIndex([], SCORE).longest(in_order(notes, SCORE)).piece is None


def test_a_figure_that_goes_round_counts_once():
    assert fresh(np.array([60, 62, 60, 62, 60, 62, 65], np.int16)).tolist() == [
        True,
        True,
        *[False] * 4,
        True,
    ]
    assert fresh(np.array([60, 60, 60, 62, 64, 62], np.int16)).tolist() == [
        True,
        False,
        False,
        True,
        True,
        True,
    ]
    trill = played(*((50 * n, 60 + 2 * (n % 2)) for n in range(30)), (1500, 67), (1550, 64), (1620, 60))
    index = NoveltyIndex([trill], PERFORMANCE)
    query = in_order(trill.notes, PERFORMANCE)
    assert index.longest(query).notes == 33
    once = index.longest(query, figures_once=True)
    assert (once.notes, once.at) == (5, 0)


@pytest.mark.parametrize(("tick", "bar"), [(0, 0), (23, 0), (24, 1), (119, 1), (120, 2), (144, 3), (216, 4)])
def test_bars_are_counted_from_the_first_whole_one_over_changes_of_meter(tick: int, bar: int):
    assert bar_of(tick, [Meter(0, 4, 4, 24), Meter(144, 3, 4, 144)]) == bar


@pytest.fixture
def songs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A little collection; all of it is the training split, nothing is cached outside of the test."""
    monkeypatch.setattr(corpus, "default_cache", lambda: tmp_path / "cache")
    monkeypatch.setattr("training.split.draw", lambda group, settings: "train")
    folder = tmp_path / "essen" / "europa" / "deutschl"
    folder.mkdir(parents=True)
    (folder / "one.krn").write_text(tune("=1", "4c", "4d", "4e", "4f", "=2", "4g", "8a", "8g", "2e"))
    (folder / "two.krn").write_text(tune("=1", "4c", "4C", "4c", "4C", "=2", "1c"))
    return tmp_path / "essen"


def test_the_command_names_the_source_and_both_places(songs: Path, tmp_path: Path, capsys):
    mine = tmp_path / "mine.krn"
    tokens = ("=1", "2e-", "2B-", "=2", "2G", "2A-", "=3", "2B-", "4c", "4B-", "=4", "1G")
    mine.write_text(tune(*tokens, key="*E-:"))
    assert run(["novelty", str(mine), "--data", str(songs)]) == 0
    said = capsys.readouterr().out
    assert "6 of the 8 notes" in said
    assert "from bar 2 on, in one.krn from bar 1 on" in said
    assert run(["novelty", str(mine), "--data", str(songs), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["longest_run"], found["source"], found["corpus"]) == (6, "one.krn", "folk")
    assert found["figures_once"] == 6
    assert found["place"] == {"quarter": 4.0, "bar": 2}
    assert found["source_place"] == {"quarter": 2.0, "bar": 1}


def test_a_performance_has_its_places_in_seconds(tmp_path: Path, monkeypatch, capsys):
    monkeypatch.setattr(corpus, "default_cache", lambda: tmp_path / "cache")
    notes = [(96 * n, 60 + step) for n, step in enumerate((0, 4, 7, 12, 11, 9))]
    moves = [(at, "on", pitch, 64) for at, pitch in notes] + [(at + 90, "off", p, 0) for at, p in notes]
    data = tmp_path / "maestro"
    (data / "1").mkdir(parents=True)
    (data / "maestro-v3.0.0.csv").write_bytes(csv_table())
    for name in ("a", "b", "c"):
        (data / "1" / f"{name}.mid").write_bytes(midi(*sorted(moves)))
    mine = tmp_path / "mine.mid"
    later = [(at + 960, kind, pitch + 3, velocity) for at, kind, pitch, velocity in sorted(moves)]
    mine.write_bytes(midi((0, "on", 20, 1), (5, "off", 20, 0), *later))
    assert run(["novelty", str(mine), "--data", str(data), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["longest_run"], found["corpus"]) == (6, "piano")
    assert found["place"]["second"] > found["source_place"]["second"] == 0.0


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda path: None, "does not exist"),
        (lambda path: path.mkdir(), "neither MIDI files (MAESTRO) nor kern files (.krn)"),
        (lambda path: path.write_text("words"), "is no folder, .zip or .tar.gz"),
    ],
)
def test_a_path_without_a_corpus_is_one_line(make, reason: str, tmp_path: Path, songs: Path, capsys):
    make(tmp_path / "nothing")
    mine = songs / "europa" / "deutschl" / "one.krn"
    assert run(["novelty", str(mine), "--data", str(tmp_path / "nothing")]) == 2
    said = capsys.readouterr().err
    assert reason in said
    assert said.count("\n") == 1


def test_a_bad_file_is_one_line(songs: Path, tmp_path: Path, capsys):
    (tmp_path / "bad.mid").write_bytes(b"")
    assert run(["novelty", str(tmp_path / "bad.mid"), "--data", str(songs)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_corpus_is_known_by_the_names_of_its_files(songs: Path, tmp_path: Path):
    assert corpus.kind_of(songs) == "folk"
    folder = tmp_path / "bach"
    folder.mkdir()
    (folder / "chor001.krn").write_text(chorale("4C 4G 4e 4cc"))
    assert corpus.kind_of(folder) == "chorale"
    with pytest.raises(CorpusError):
        corpus.kind_of(tmp_path / "cache")
