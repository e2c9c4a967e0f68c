"""``antiphon prepare``: the file that it writes is the corpus itself, and every mistake is one line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from kern_text import tune

from live.commands.main import USER_ERROR, run
from training.corpus import kind_of, load

SONGS = ["4c 4d 4e 4f 4g 4a 4b 4cc 4dd 4ee", "4g 4e 4c 4d 4b 4a 4g 4f 4e 4d", "4e 4e 4f 4g 4g 4f 4e 4d 4c 4c"]


@pytest.fixture
def songs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "songs" / "europa" / "deutschl"
    folder.mkdir(parents=True)
    for number, tokens in enumerate(SONGS):
        (folder / f"{number}.krn").write_text(tune(*tokens.split()))
    return tmp_path / "songs"


def test_the_prepared_file_holds_what_the_corpus_holds(
    songs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    out, report = tmp_path / "folk.npz", tmp_path / "folk.json"
    assert run(["prepare", "folk", "--data", str(songs), "-o", str(out), "--report", str(report)]) == 0
    assert "folk: 3 taken, 0 refused" in capsys.readouterr().out
    assert json.loads(report.read_text())["taken"] == 3
    read, prepared = (load("folk", place, progress=False).splits for place in (songs, out))
    assert {split: [piece.name for piece in part] for split, part in read.items()} == {
        split: [piece.name for piece in part] for split, part in prepared.items()
    }
    for split, part in read.items():
        for piece, again in zip(part, prepared[split], strict=True):
            np.testing.assert_array_equal(piece.notes, again.notes)
    assert kind_of(out) == "folk"


def test_mistakes_are_told_in_one_line(songs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    out, bad = tmp_path / "folk.npz", tmp_path / "bad.npz"
    bad.write_bytes(b"nothing")
    assert run(["prepare", "folk", "--data", str(songs), "-o", str(out)]) == 0
    capsys.readouterr()
    for arguments, line in (
        (["folk", "--data", str(songs), "-o", str(tmp_path / "folk.zip")], "a prepared corpus ends in .npz"),
        (["chorale", "--data", str(out), "-o", str(bad)], "holds the corpus 'folk', not 'chorale'"),
        (
            ["folk", "--data", str(bad), "-o", str(out)],
            "is not a prepared corpus: make it with antiphon prepare",
        ),
        (["folk", "--data", str(tmp_path / "no.npz"), "-o", str(out)], "does not exist"),
        (["jazz", "--data", str(songs), "-o", str(out)], "no settings named 'jazz'"),
        (["folk", "--data", str(songs), "-o", str(bad / "x.npz")], "cannot write"),
    ):
        assert run(["prepare", *arguments]) == USER_ERROR
        said = capsys.readouterr().err
        assert line in said
        assert said.count("\n") == 1
