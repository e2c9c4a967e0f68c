"""Many files at once: folders, patterns, pipes, several outputs, JSON, exit codes. With the true models."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from live.commands.main import run
from live.files.examples import located
from live.files.read import read

TUNE = located(Path("example-tune.abc")).read_text()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in" / "below").mkdir(parents=True)
    (tmp_path / "in" / "a.abc").write_text(TUNE)
    (tmp_path / "in" / "below" / "b.abc").write_text(TUNE.replace("K:G", "K:A"))
    (tmp_path / "in" / "notes.txt").write_text("no music")
    return tmp_path


def harmonize(*words: object) -> int:
    return run(["harmonize", *map(str, words), "--style", "thirds", "--seed", "1"])


def test_a_folder_side_by_side_and_one_bad_file(folder: Path, capsys: pytest.CaptureFixture[str]):
    (folder / "in" / "bad.mid").write_text("no MIDI")
    out = folder / "out"
    code = harmonize(folder / "in", "-o", out, "--format", "mid", "--format", "abc", "--jobs", 2, "--json")
    assert code == 1
    said = json.loads(capsys.readouterr().out)
    assert (said["command"], said["failed"]) == ("harmonize", 1)
    assert [Path(each["source"]).name for each in said["results"]] == ["a.abc", "bad.mid", "b.abc"]
    assert "it is not a MIDI file" in said["results"][1]["error"]
    assert said["results"][0]["notes"] == 66
    made = sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file())
    assert made == ["a.abc", "a.mid", "below/b.abc", "below/b.mid"]


def test_several_outputs_at_once(folder: Path, capsys: pytest.CaptureFixture[str]):
    files = [folder / "x.mid", folder / "x.musicxml", folder / "x.krn"]
    options = [word for file in files for word in ("-o", file)]
    assert harmonize(folder / "in" / "a.abc", *options) == 0
    assert [len(read(file).parts) for file in files] == [4, 4, 4]
    assert capsys.readouterr().out.startswith(", ".join(map(str, files)))


class Pipe(io.TextIOWrapper):
    """Standard input or output as a program sees it."""

    def __init__(self, data: bytes = b"") -> None:
        super().__init__(io.BytesIO(data))


def test_through_a_pipe(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    out = Pipe()
    monkeypatch.setattr(sys, "stdin", Pipe(TUNE.encode()))
    monkeypatch.setattr(sys, "stdout", out)
    assert harmonize("-", "-o", "-", "--format", "abc") == 0
    out.flush()
    found = out.buffer.getvalue().decode()  # type: ignore[attr-defined]
    assert found.startswith("X:1\n")
    assert found.count("\nV:") == 4
    assert "66 new notes" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["{in}", "-o", "{in}/x.mid"], "2 files go into a folder"),
        (["{in}/*.mid", "-o", "{in}/x.mid"], "nothing that holds music is called"),
        (["{empty}", "-o", "{in}/x.mid"], "no music is in the folder"),
        (["-", "{in}", "-o", "{in}/out"], "- for standard input stands alone"),
        (["{in}/a.abc", "-o", "-", "--format", "docx"], "'docx' is no format"),
        (["{in}/a.abc", "-o", "{in}/x.mid", "--style", "jazz"], "'jazz' is none"),
    ],
)
def test_usage(folder: Path, words: list[str], reason: str, capsys: pytest.CaptureFixture[str]):
    (folder / "empty").mkdir()
    places = {"in": folder / "in", "empty": folder / "empty"}
    assert run(["harmonize", *(word.format(**places) for word in words)]) == 2
    assert reason in capsys.readouterr().err


def test_a_book_of_composed_tunes(tmp_path: Path):
    out = tmp_path / "book.abc"
    assert run(["compose", "-o", str(out), "--count", "2", "--bars", "4", "--mode", "dor", "--key", "D"]) == 0
    text = out.read_text()
    assert text.count("X:") == 2
    assert text.count("K:Ddor") == 2
