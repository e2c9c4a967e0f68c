"""Models of the user's own: found by name everywhere, never in place of a shipped one."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from live.controls import Settings
from live.errors import AntiphonError
from models import places
from models.manifest import ModelError
from models.step import find_manifest, load_network


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The shipped folk model, as if the user had trained it."""
    monkeypatch.setattr(places, "own_folder", lambda: tmp_path)
    values = json.loads((places.SHIPPED / "folk.json").read_text())
    values["name"] = "mine"
    for part in ("step", "heads"):
        shutil.copy(places.SHIPPED / f"folk.{part}.onnx", tmp_path / f"mine.{part}.onnx")
        values["sha256"][f"mine.{part}.onnx"] = values["sha256"].pop(f"folk.{part}.onnx")
    (tmp_path / "mine.json").write_text(json.dumps(values))
    return tmp_path


def test_a_model_of_the_users_own_is_found_by_its_name(mine: Path):
    assert find_manifest("mine") == mine / "mine.json"
    assert load_network("mine").manifest.name == "mine"
    assert Settings().changed("model", "mine").model == "mine"
    assert places.own_names() == ["mine"]


def test_a_shipped_model_is_never_hidden(mine: Path):
    shutil.copy(mine / "mine.json", mine / "folk.json")
    assert find_manifest("folk") == places.SHIPPED / "folk.json"
    assert places.own_names() == ["mine"]


def test_a_name_that_there_is_not_is_told_with_those_that_there_are(mine: Path):
    with pytest.raises(ModelError, match="no model named 'nobody': there are chorale, folk, piano, mine"):
        find_manifest("nobody")
    with pytest.raises(AntiphonError, match="there are chorale, folk, piano, mine"):
        Settings().changed("model", "nobody")


@pytest.mark.parametrize("name", ["mine", "my-piano", "a_2", "2", "x" * 40])
def test_names_that_a_model_may_have(name: str):
    assert places.fault_in(name) is None


@pytest.mark.parametrize("name", ["", "Mine", "a b", "../x", "x.json", "-x", "x" * 41, "auto", "piano", "é"])
def test_names_that_it_may_not(name: str):
    assert places.fault_in(name)


def test_help_lists_the_users_models(tmp_path: Path):
    folder = tmp_path / "antiphon" / "models"
    folder.mkdir(parents=True)
    (folder / "mine.json").write_text("{}")
    for word in ("live", "continue"):
        run = subprocess.run(
            [sys.executable, "-c", "from live.commands.main import main; main()", word, "--help"],
            env={"XDG_DATA_HOME": str(tmp_path), "COLUMNS": "200", "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        )
        assert "mine" in run.stdout, word
