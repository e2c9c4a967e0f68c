"""Anyone's own music: what is found in a folder, what is refused, how it is divided, what is warned of."""

from __future__ import annotations

from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.files.tunes import SUFFIXES, tunes
from models.piece import Piece
from training import own
from training.errors import CorpusError
from training.report import Report
from training.settings import load_settings
from training.shelf import Shelf

SCALES = ["CDEF GABc", "GABc d2e2", "E2G2 c2B2", "ccBB AAGG", "C4 G4", "efge dcBA"]


def book(*lines: str) -> str:
    """A tune book with one tune for each line."""
    return "\n".join(f"X:{n}\nT:{n}\nM:4/4\nL:1/8\nK:C\n{line}|\n" for n, line in enumerate(lines, 1))


def write_midi(path: Path, pitches: list[int], drums: bool = False) -> None:
    file = mido.MidiFile()
    track = mido.MidiTrack()
    file.tracks.append(track)
    for pitch in pitches:
        track.append(mido.Message("note_on", note=pitch, velocity=70, channel=9 if drums else 0, time=60))
        track.append(mido.Message("note_off", note=pitch, channel=9 if drums else 0, time=200))
    path.parent.mkdir(exist_ok=True, parents=True)
    file.save(path)


def load(like: str, data: Path, cache: Path) -> tuple[dict[str, Shelf], Report]:
    source = own.Source(like, data, tunes, SUFFIXES)  # type: ignore[arg-type]
    return own.load(source, cache=cache, workers=1, progress=False)


@pytest.fixture
def songs(tmp_path: Path) -> Path:
    """A book with a duplicate (in another key), a chord and a broken tune; a kern file; MIDI; nonsense."""
    folder = tmp_path / "songs"
    folder.mkdir()
    (folder / "book.abc").write_text(book(*SCALES, "DE^FG AB^cd", "[CEG]4 [FAc]4"))
    (folder / "one.krn").write_text("**kern\n*M4/4\n*C:\n{4c\n4e\n4g\n4cc}\n{4b\n4a\n4g\n4c}\n*-\n")
    write_midi(folder / "deep" / "two.mid", [60, 62, 64, 60, 67, 65, 64, 62])
    (folder / "bad.mid").write_bytes(b"MThd nonsense")
    (folder / "notes.txt").write_text("not music")
    return folder


def test_every_tune_of_every_format_is_found_or_refused_with_a_reason(songs: Path, tmp_path: Path):
    splits, report = load("folk", songs, tmp_path / "cache")
    taken = {piece.name for part in splits.values() for piece in part}
    assert taken == {*(f"book.abc#{n}" for n in range(1, 7)), "one.krn", "deep/two.mid"}
    assert report.refused["book.abc#7"] == "exact duplicate: of book.abc#1"
    assert report.refused["book.abc#8"] == "more than one note at a time"
    assert "bad.mid" in report.refused
    assert "cannot read" not in report.refused["bad.mid"]
    assert len(report.refused) == 3
    assert report.taken == 8
    assert report.figures["notes"] == sum(len(piece.notes) for part in splits.values() for piece in part)
    assert report.figures["hours"] > 0


def test_tunes_lie_in_c_and_kern_keeps_its_phrases(songs: Path, tmp_path: Path):
    splits, _ = load("folk", songs, tmp_path / "cache")
    pieces = {piece.name: piece for part in splits.values() for piece in part}
    assert set(pieces["book.abc#1"].notes[:, 1] % 12) <= {0, 2, 4, 5, 7, 9, 11}
    assert pieces["one.krn"].phrases.tolist() == [96, 192]
    assert not len(pieces["book.abc#1"].phrases)
    assert np.diff(pieces["deep/two.mid"].notes[:4, 1]).tolist() == [2, 2, -4]


def test_performances_are_taken_without_their_drums(tmp_path: Path):
    data = tmp_path / "played"
    for number in range(4):
        write_midi(data / f"{number}.mid", [60 + number, 64, 67, 72, 71])
    write_midi(data / "again.mid", [60, 64, 67, 72, 71])
    write_midi(data / "beat.mid", [36, 38], drums=True)
    splits, report = load("piano", data, tmp_path / "cache")
    assert {name: len(own_part) for name, own_part in splits.items()} == {
        "train": 2,
        "validation": 1,
        "test": 1,
    }
    assert report.refused == {"again.mid": "exact duplicate: of 0.mid", "beat.mid": "no notes"}


def test_the_second_time_comes_from_the_shelf(songs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    first = load("folk", songs, tmp_path / "cache")
    monkeypatch.setattr(own, "_read_one", None)
    again = load("folk", songs, tmp_path / "cache")
    assert again[1] == first[1]
    assert [p.name for p in again[0]["train"]] == [p.name for p in first[0]["train"]]
    (songs / "one.krn").write_text("**kern\n*-\n")
    with pytest.raises(TypeError):
        load("folk", songs, tmp_path / "cache")


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("book.abc", book("CDEF GABc", "cBAG FEDC"), "holds 2 usable pieces, 3 are the least"),
        ("none.txt", "", "no file in .* ends in .mid"),
        ("same.abc", book("CDEF GABc", "DE^FG AB^cd", "FGAB cdef"), "usable pieces|variants"),
    ],
)
def test_what_is_too_little_is_told_in_one_line(tmp_path: Path, name: str, text: str, line: str):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / name).write_text(text)
    with pytest.raises(CorpusError, match=line):
        load("folk", tmp_path / "data", tmp_path / "cache")
    assert not list((tmp_path / "cache").glob("*"))


def test_a_folder_that_is_not_there(tmp_path: Path):
    with pytest.raises(CorpusError, match="does not exist"):
        load("piano", tmp_path / "nowhere", tmp_path / "cache")


@given(st.lists(st.integers(0, 30), min_size=3, max_size=200).filter(lambda labels: len(set(labels)) >= 3))
def test_groups_stay_together_and_every_part_has_a_piece(labels: list[int]):
    keys = [f"key {n}" for n in range(len(labels))]
    splits = own.divided(keys, labels)
    assert sorted(n for part in splits.values() for n in part) == list(range(len(labels)))
    assert all(splits.values())
    held = [{labels[n] for n in part} for part in splits.values()]
    assert sum(len(each) for each in held) == len(set(labels)), "a group stands on one side"


def test_which_pieces_are_held_out_depends_on_what_they_hold_alone():
    keys = [f"key {n}" for n in range(50)]
    one = own.divided(keys, range(50))
    back = own.divided(keys[::-1], range(50))
    assert [keys[n] for n in one["test"]] == sorted((keys[::-1][n] for n in back["test"]), key=keys.index)
    assert (len(one["test"]), len(one["validation"])) == (5, 5)


def test_a_small_corpus_gets_batches_that_it_fills_and_a_warning(songs: Path, tmp_path: Path):
    splits, _ = load("folk", songs, tmp_path / "cache")
    settings = own.settings("mine", "folk", splits)
    assert settings.training.batch == 1
    assert 0 < settings.training.warmup_steps <= len(splits["train"])
    assert (settings.name, settings.data) == ("mine", "own/folk")
    assert settings.phrases == any(len(piece.phrases) for piece in splits["train"])
    (line,) = own.warnings("folk", splits, tuned=False)
    assert "are little for learning from scratch" in line
    assert "--from folk" in line
    assert own.warnings("folk", splits, tuned=True) != [line]


def test_tuning_takes_the_network_and_the_licence_and_refuses_another_kind(songs: Path, tmp_path: Path):
    splits, _ = load("folk", songs, tmp_path / "cache")
    settings = own.settings("mine", "folk", splits)
    start = load_settings("folk")
    tuned = own.tuned(settings, start)
    assert tuned.network == start.network
    assert tuned.training.learning_rate < start.training.learning_rate
    assert tuned.licence == f"{start.licence} AND LicenseRef-own-data"
    with pytest.raises(CorpusError, match="piano cannot be tuned to music like folk"):
        own.tuned(settings, load_settings("piano"))


def test_tunes_too_wide_for_the_model_are_refused(tmp_path: Path):
    path = tmp_path / "wide.abc"
    path.write_text(book("C,,,,C c'c'' c'''G"))
    ((mark, found),) = tunes(path, 48, 84)
    assert (mark, found) == ("", "outside of the range")
    ((_, found),) = tunes(path, 0, 127)
    assert isinstance(found, Piece)
