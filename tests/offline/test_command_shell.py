"""The shell of the command as a process: version, help, pipes, what is imported, bugs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from live.commands import lazy
from live.commands.main import WORDS, application, run
from live.errors import AntiphonError

ROOT = Path(__file__).parents[2]
HEAVY = ("music21", "matplotlib", "onnxruntime", "tensorflow", "keras", "numpy", "rtmidi")


def python(code: str, **fields) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, text=True, capture_output=True, check=False, **fields
    )


def test_every_word_explains_itself(capsys):
    for word in WORDS:
        assert run([word, "--help"]) == 0
        assert "Usage: antiphon " + word in capsys.readouterr().out


def test_without_a_word_the_words_are_listed(capsys):
    assert run([]) == 0
    said = capsys.readouterr().out
    assert all(word in said for word in WORDS)


def test_the_version_is_quick_and_imports_nothing_heavy():
    done = python(
        "import sys; from live.commands.main import run; run(['--version']);"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    assert done.stdout.splitlines()[0].startswith("antiphon ")
    assert done.stdout.splitlines()[1] == "[]"


def test_a_wrong_argument_is_found_before_anything_heavy_is_imported():
    done = python(
        "import sys; from live.commands.main import run; run(['continue', '--bars', '0']);"
        f"print([name for name in {HEAVY} if name in sys.modules])"
    )
    assert done.stdout == "[]\n"
    assert done.stderr.count("\n") == 1


def test_reading_midi_needs_neither_music21_nor_matplotlib(tmp_path: Path):
    done = python(
        "import sys; from live.files.read import read; from pathlib import Path;"
        "from live.files.examples import located; read(located(Path('example-piano.mid')));"
        f"print([name for name in {HEAVY[:5]} if name in sys.modules])"
    )
    assert done.stdout == "[]\n", done.stderr


@pytest.mark.skipif(os.name != "posix", reason="needs a POSIX pipe")
def test_a_reader_that_goes_away_is_no_error():
    code = (
        "import os, sys; from live.commands.main import main;"
        "read, write = os.pipe(); os.close(read); os.dup2(write, 1); main()"
    )
    done = subprocess.run([sys.executable, "-c", code, "--help"], cwd=ROOT, capture_output=True, check=False)
    assert done.stderr == b""
    assert done.returncode != 0


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch):
    def bug(*_args: object, **_fields: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr("live.commands.sources.sources", bug)
    with pytest.raises(ZeroDivisionError):
        run(["continue", "x.mid", "-o", "y.mid"])


def test_errors_of_other_packages_are_known_by_their_attribute(monkeypatch, capsys):
    class OtherError(ValueError):
        user_error = True

    def fail(*_args: object, **_fields: object) -> None:
        raise OtherError("two\nlines")

    monkeypatch.setattr("live.commands.sources.sources", fail)
    assert run(["continue", "x.mid", "-o", "y.mid"]) == 2
    assert capsys.readouterr().err == "antiphon: two lines\n"


@pytest.mark.parametrize("word", ["train", "evaluate", "export"])
def test_without_tensorflow_one_line_says_how_to_get_it(word: str, monkeypatch, capsys):
    monkeypatch.setattr(lazy, "find_spec", lambda _name: None)
    assert run([word, "folk", "--data", "somewhere"]) == 2
    assert capsys.readouterr().err == (
        "antiphon: this needs keras, which is not installed: install with pip install 'antiphon[train]'\n"
    )


def test_a_module_that_is_missing_for_another_reason_is_a_bug(monkeypatch):
    with pytest.raises(ModuleNotFoundError):
        lazy.training_module("training.no_such_module")

    def missing(_name: str) -> None:
        raise ModuleNotFoundError("no tf2onnx", name="tf2onnx.convert")

    monkeypatch.setattr(lazy, "import_module", missing)
    with pytest.raises(AntiphonError, match="needs tf2onnx"):
        lazy.training_module("export.export")


def test_an_application_has_only_the_words_it_was_given():
    assert [command.name for command in application(["compose"]).registered_commands] == ["compose"]
