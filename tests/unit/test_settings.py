"""Settings of a training run: a fault is one line that names the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from training.errors import TrainingError
from training.settings import check_teacher, load_settings

GOOD = """
name = "small"
data = "folk"
licence = "none"
grid = "score"
voices = 1
ranges = [[48, 84]]
conditions = ["meter"]

[network]
backbone = "transformer"
layers = 1
units = 32

[training]
window = 32
batch = 4
epochs = 1
learning_rate = 1e-3
"""


def refusal(folder: Path, text: str | bytes) -> str:
    path = folder / "small.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(TrainingError) as caught:
        load_settings(str(path))
    line = str(caught.value)
    assert "\n" not in line
    assert str(path) in line
    return line


@pytest.mark.parametrize("name", ["piano", "folk", "chorale"])
def test_the_shipped_settings_are_good(name: str):
    settings = load_settings(name)
    assert settings.name == name
    assert len(settings.ranges) == settings.voices
    assert [each.name for each in settings.condition_objects] == list(settings.conditions)


@pytest.mark.parametrize(
    ("student", "alone"), [("piano-distilled", "piano"), ("chorale-distilled", "chorale")]
)
def test_a_shipped_student_is_the_network_that_plays_and_its_teachers_fit(student: str, alone: str):
    settings, plain = load_settings(student), load_settings(alone)
    same = ("network", "ranges", "conditions", "phrases", "corpus", "licence", "grid", "voices", "data")
    assert all(getattr(settings, key) == getattr(plain, key) for key in same)
    assert settings.training.window == plain.training.window, "what the live ring holds"
    assert settings.training.teacher is not None
    for teacher in map(load_settings, settings.training.teacher.recipes):
        check_teacher(teacher, settings)
        assert (teacher.data, teacher.corpus) == (settings.data, settings.corpus)
        assert teacher.training.teacher is None
        assert teacher.training.window == settings.training.window


def test_a_file_of_ones_own_is_good(tmp_path: Path):
    path = tmp_path / "small.toml"
    path.write_text(GOOD)
    assert load_settings(str(path)).training.window == 32


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("units = 32", "units = 3", "network.units"),
        ("units = 32", 'units = "many"', "network.units"),
        ("units = 32", "units = 36", "network.heads"),
        ("units = 32", "units = 32\nheads = 5", "network.heads"),
        ("layers = 1", "layers = 1\nlayer = 2", "network.layer"),
        ('"transformer"', '"mamba"', "network.backbone"),
        ("batch = 4", "", "training.batch"),
        ("batch = 4", "batch = 0", "training.batch"),
        ("epochs = 1", "epochs = -1", "training.epochs"),
        ("epochs = 1", 'epochs = 1\noptimizer = "sgd"', "training.optimizer"),
        ("epochs = 1", "epochs = 1\nstretch = 0.5", "training.stretch"),
        ('"score"', '"grid"', "grid"),
        ("voices = 1", "voices = 0", "voices"),
        ("voices = 1", "voices = 2", "ranges"),
        ("learning_rate = 1e-3", "learning_rate = 1e-3\n[training.teacher]", "training.teacher.recipes"),
        ("epochs = 1", 'epochs = 1\nteacher = {recipes = ["a"], share = 2}', "training.teacher.share"),
        ("epochs = 1", "epochs = 1\nteacher = {recipes = []}", "training.teacher.recipes"),
        ("[[48, 84]]", "[[84, 48]]", "ranges"),
        ("[[48, 84]]", "[[48, 200]]", "ranges"),
        ('["meter"]', '["mood"]', "conditions"),
        ("[network]", "tempo = 3\n[network]", "tempo"),
    ],
)
def test_a_fault_names_its_key(tmp_path: Path, old: str, new: str, key: str):
    assert old in GOOD
    assert f" {key}: " in refusal(tmp_path, GOOD.replace(old, new))


@pytest.mark.parametrize("text", ["name = ", "[[[", b"\xff\xfe\x00", "{}"])
def test_what_is_no_toml_is_told(tmp_path: Path, text: str | bytes):
    assert "not a TOML file" in refusal(tmp_path, text)


def test_an_empty_file_is_told(tmp_path: Path):
    assert "name: Field required" in refusal(tmp_path, "")


def test_a_file_that_is_not_there_and_a_folder_are_told(tmp_path: Path):
    with pytest.raises(TrainingError, match="cannot read settings"):
        load_settings(str(tmp_path / "none.toml"))
    (tmp_path / "folder.toml").mkdir()
    with pytest.raises(TrainingError, match="cannot read settings"):
        load_settings(str(tmp_path / "folder.toml"))


def test_an_unknown_name_lists_those_there_are():
    known = "chorale, chorale-distilled, chorale-teacher, folk, folk-goals, piano"
    with pytest.raises(TrainingError, match=f"no settings named 'bagpipe': there are {known}"):
        load_settings("bagpipe")
