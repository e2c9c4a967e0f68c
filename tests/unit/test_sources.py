"""Files of a corpus from folders and archives, whole and damaged."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from training.errors import CorpusError
from training.sources import fingerprint, read_files

FILES = {"a/one.krn": b"1", "b/two.krn": b"22", "b/three.txt": b"333"}


def is_kern(name: str) -> bool:
    return name.endswith(".krn")


@pytest.fixture(params=["folder", "zip", "tar.gz"])
def data(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / f"corpus.{request.param}"
    if request.param == "folder":
        for name, content in FILES.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content)
    elif request.param == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in FILES.items():
                archive.writestr(f"outer/{name}", content)
    else:
        with tarfile.open(path, "w:gz") as archive:
            for name, content in FILES.items():
                member = tarfile.TarInfo(f"outer/{name}")
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    return path


def test_wanted_files_are_found_with_the_same_names_everywhere(data: Path):
    contents, broken = read_files(data, is_kern)
    assert contents == {"a/one.krn": b"1", "b/two.krn": b"22"}
    assert broken == {}


def test_a_damaged_member_of_a_zip_is_named_and_the_others_are_read(tmp_path: Path):
    path = tmp_path / "corpus.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one.krn", b"first")
        archive.writestr("two.krn", b"second")
    path.write_bytes(path.read_bytes().replace(b"second", b"sEcond"))
    contents, broken = read_files(path, is_kern)
    assert contents == {"one.krn": b"first"}
    assert list(broken) == ["two.krn"]


@pytest.mark.parametrize("data", ["zip", "tar.gz"], indirect=True)
def test_a_truncated_archive_is_one_clear_error(data: Path):
    data.write_bytes(data.read_bytes()[:60])
    with pytest.raises(CorpusError, match=str(data)):
        read_files(data, is_kern)


def test_a_path_that_is_no_corpus_is_an_error(tmp_path: Path):
    path = tmp_path / "notes.txt"
    path.write_text("hello")
    with pytest.raises(CorpusError, match="no folder"):
        read_files(path, is_kern)
    with pytest.raises(CorpusError, match="does not exist"):
        read_files(tmp_path / "nowhere", is_kern)


def test_the_fingerprint_knows_names_contents_and_settings():
    one = fingerprint({"a": b"1"}, "x")
    others = [
        fingerprint({"b": b"1"}, "x"),
        fingerprint({"a": b"2"}, "x"),
        fingerprint({"a": b"1"}, "y"),
        fingerprint({"a": b"1"}, "x", ""),
        fingerprint({"a": b"1", "b": b""}, "x"),
    ]
    assert len({one, *others}) == 6
    assert fingerprint({"a": b"1"}, "x") == one
