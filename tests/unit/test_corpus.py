"""Loading a corpus: cache, report, and errors in one line."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest
from test_maestro import csv_table, midi

from training import maestro
from training.corpus import Corpus, load
from training.errors import CorpusError

NOTE = midi((0, "on", 60, 40), (96, "off", 60, 0))
OTHER = midi((0, "on", 62, 40), (96, "off", 62, 0), (96, "on", 64, 41), (384, "off", 64, 0))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "maestro"
    (folder / "1").mkdir(parents=True)
    (folder / "maestro-v3.0.0.csv").write_bytes(csv_table())
    (folder / "1" / "a.mid").write_bytes(NOTE)
    (folder / "1" / "b.mid").write_bytes(OTHER)
    (folder / "1" / "c.mid").write_bytes(b"not music")
    return folder


def piano(path: Path, cache: Path, **settings: bool) -> Corpus:
    return load("piano", path, settings, cache=cache, progress=False)


def test_a_broken_file_is_named_counted_and_skipped(data: Path, tmp_path: Path):
    report = piano(data, tmp_path / "cache").report
    assert report.taken == 2
    assert list(report.refused) == ["1/c.mid"]
    assert report.refused["1/c.mid"].startswith("broken: RuntimeError")
    assert "1 broken: 1/c.mid" in "\n".join(report.lines())


def test_the_second_time_comes_from_the_cache_unchanged(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    first = piano(data, tmp_path / "cache")
    monkeypatch.setattr(maestro, "read", None)
    again = piano(data, tmp_path / "cache")
    assert again.report == first.report
    assert list(again.splits) == list(first.splits)
    for name, pieces in first.splits.items():
        for one, other in zip(pieces, again.splits[name], strict=True):
            np.testing.assert_array_equal(one.notes, other.notes)
            assert (one.name, one.group) == (other.name, other.group)


def test_other_settings_or_other_contents_are_prepared_anew(data: Path, tmp_path: Path):
    cache = tmp_path / "cache"
    piano(data, cache)
    piano(data, cache, pedal=False)
    (data / "1" / "a.mid").write_bytes(OTHER)
    piano(data, cache)
    assert len(list(cache.iterdir())) == 3


def test_a_zip_is_the_same_corpus_as_its_folder(data: Path, tmp_path: Path):
    archive = tmp_path / "maestro-v3.0.0-midi.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in sorted(data.rglob("*.*")):
            file.write(path, f"maestro-v3.0.0/{path.relative_to(data).as_posix()}")
    cache = tmp_path / "cache"
    assert piano(archive, cache).report == piano(data, cache).report
    assert len(list(cache.iterdir())) == 1


def test_several_processes_read_the_same(data: Path, tmp_path: Path):
    alone = piano(data, tmp_path / "one")
    together = load("piano", data, workers=2, cache=tmp_path / "two", progress=False)
    assert together.report == alone.report


def test_a_damaged_cache_is_prepared_anew(data: Path, tmp_path: Path):
    cache = tmp_path / "cache"
    first = piano(data, cache)
    place = next(cache.iterdir())
    place.write_bytes(place.read_bytes()[:100])
    assert piano(data, cache).report == first.report


def test_a_cache_that_cannot_be_written_loses_nothing(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    (tmp_path / "cache").write_text("a file, not a folder")
    assert piano(data, tmp_path / "cache").report.taken == 2
    assert "not kept" in capsys.readouterr().err


def test_a_path_that_does_not_exist_says_where_to_get_the_corpus(tmp_path: Path):
    with pytest.raises(CorpusError, match=r"nowhere does not exist. MAESTRO .*https://"):
        piano(tmp_path / "nowhere", tmp_path)


def test_no_usable_file_is_an_error_of_one_line(data: Path, tmp_path: Path):
    with pytest.raises(CorpusError, match="no usable file"):
        load("folk", data, cache=tmp_path, progress=False)
    for name in ("a.mid", "b.mid"):
        (data / "1" / name).write_bytes(b"")
    with pytest.raises(CorpusError, match=r"no usable file .*\(3 broken\)") as caught:
        piano(data, tmp_path)
    assert "\n" not in str(caught.value)


def test_a_wrong_setting_names_itself(data: Path, tmp_path: Path):
    with pytest.raises(CorpusError, match="'peddal' of corpus 'piano'"):
        piano(data, tmp_path, peddal=True)


def test_an_unknown_corpus_lists_those_there_are(tmp_path: Path):
    with pytest.raises(CorpusError, match="piano, folk, chorale"):
        load("jazz", tmp_path)
