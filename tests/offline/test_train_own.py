"""``antiphon train mine``: from a folder of music to a model that plays, and on from there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import mido
import numpy as np
import pytest

pytest.importorskip("tensorflow")

from live.commands.main import USER_ERROR, run
from models import places
from training import own
from training.settings import ModelSettings, load_settings

pytestmark = pytest.mark.train

FILES = 8


def tiny_recipe(name: str) -> ModelSettings:
    recipe = load_settings(name)
    small = {"backbone": "transformer", "layers": 1, "units": 16, "heads": 2, "head_units": 16}
    short = {"window": 48, "batch": 4, "warmup_steps": 2, "learning_rate": 1e-2}
    return recipe.model_copy(
        update={
            "network": recipe.network.model_copy(update=small),
            "training": recipe.training.model_copy(update=short),
        }
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A user's folders, with a folder of MIDI files in them."""
    folder = tmp_path_factory.mktemp("home")
    (folder / "played").mkdir()
    rng = np.random.default_rng(3)
    for number in range(FILES):
        file = mido.MidiFile()
        track = mido.MidiTrack()
        file.tracks.append(track)
        for pitch in rng.choice([60, 62, 64, 67, 69], 260).tolist():
            track.append(mido.Message("note_on", note=pitch, velocity=70, time=40))
            track.append(mido.Message("note_off", note=pitch, time=120))
        file.save(folder / "played" / f"{number}.mid")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(folder / "data"))
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        patch.setattr(own, "load_settings", tiny_recipe)
        yield folder


def train(home: Path, *arguments: str) -> int:
    return run(["train", *arguments, "--data", str(home / "played"), "--runs", str(home / "runs")])


@pytest.fixture(scope="module")
def mine(home: Path) -> Path:
    """A model that was trained from nothing."""
    assert train(home, "mine", "--like", "piano", "--minutes", "0.05") == 0
    return home / "data" / "antiphon" / "models" / "mine.json"


def test_the_model_is_among_the_users_and_says_where_it_comes_from(mine: Path):
    manifest = json.loads(mine.read_text())
    assert manifest["data"] == "own/piano"
    assert manifest["licence"] == "LicenseRef-own-data"
    assert places.own_names() == ["mine"]


def test_it_continues_a_file(mine: Path, home: Path):
    out = home / "out.mid"
    source = home / "played" / "0.mid"
    asked = ["--model", "mine", "--seconds", "60", "--seed", "1"]  # it has learned little, waits not at all
    assert run(["continue", str(source), "-o", str(out), *asked]) == 0
    assert out.stat().st_size > source.stat().st_size


def test_it_is_measured_on_the_music_that_was_held_out(mine: Path, home: Path):
    assert run(["evaluate", "mine", "--data", str(home / "played")]) == 0
    figures = json.loads(mine.read_text())["figures"]
    assert figures["split"] == "test"
    assert 0 < figures["nats_per_event"] < 12
    assert figures["nats_per_token388"] > 0
    assert figures["ngram_nats_per_event"] > 0


def test_what_it_plays_is_compared_with_the_music_that_was_held_out(
    mine: Path, home: Path, capfd: pytest.CaptureFixture[str]
):
    asked = ("--data", str(home / "played"), "--samples", "2", "--jobs", "1", "--json")
    assert run(["evaluate", "mine", *asked]) == 0
    found = json.loads(capfd.readouterr().out)
    assert (found["model"], found["split"]) == ("mine", "validation")


def test_another_goes_on_from_it(mine: Path, home: Path, capfd: pytest.CaptureFixture[str]):
    assert train(home, "tuned", "--from", "mine", "--minutes", "0.03") == 0
    said = capfd.readouterr()
    assert "weights of mine taken up" in said.out
    assert "antiphon live --model tuned" in said.out
    assert "are little for fine-tuning" in said.err
    assert places.own_names() == ["mine", "tuned"]


def test_a_run_is_resumed_and_exported_again(mine: Path, home: Path):
    before = mine.stat().st_mtime_ns
    assert train(home, "mine", "--like", "piano", "--minutes", "0.05", "--resume") == 0
    assert mine.stat().st_mtime_ns > before
    assert run(["export", "mine", "--data", str(home / "played"), "--runs", str(home / "runs"),
                "-o", str(home / "elsewhere"), "--float"]) == 0  # fmt: skip
    assert (home / "elsewhere" / "mine.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["piano", "--like", "piano"], "'piano' is the name of a shipped model: take another one"),
        (["Mine!", "--like", "piano"], "'Mine!' is no name for a model"),
        (["other", "--like", "jazz"], "--like is piano or folk, not 'jazz'"),
        (["other", "--from", "nobody"], "no model named 'nobody'"),
        (["other", "--like", "piano", "--from", "chorale"], "chorale cannot be tuned to music like piano"),
        (["other", "--from", "chorale"], "--like is piano or folk, not 'chorale'"),
    ],
)
def test_mistakes_are_told_in_one_line(
    home: Path, arguments: list[str], line: str, capfd: pytest.CaptureFixture[str]
):
    assert train(home, *arguments) == USER_ERROR
    said = capfd.readouterr().err
    assert said.count("antiphon: ") == 1 or "are little" in said
    assert line in said
