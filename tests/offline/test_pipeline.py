"""``dvc repro`` on a few tunes: every stage of dvc.yaml, metrics and plots, and what a change does anew."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[1] / "unit"))
from kern_text import tune

pytest.importorskip("tensorflow")
pytestmark = [
    pytest.mark.train,
    pytest.mark.skipif(find_spec("dvc") is None, reason="DVC is not installed (the extra `pipeline`)"),
]

ROOT = Path(__file__).parents[2]
SMALL = {
    "backbone": '"lstm"', "layers": "1", "units": "16", "head_units": "16", "dropout": "0.0",
    "window": "32", "batch": "2", "epochs": "1", "warmup_steps": "2", "optimizer": '"adamw"',
}  # fmt: skip
TUNES = 60


def smaller(recipe: str) -> str:
    """The shipped recipe with a network and a training that take a second."""
    for name, value in SMALL.items():
        recipe = re.sub(rf"^{name} = .*$", f"{name} = {value}", recipe, flags=re.MULTILINE)
    return recipe


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with a corpus of random tunes in place of the collection."""
    here = tmp_path_factory.mktemp("checkout")
    for name in ("dvc.yaml", "pipeline.toml", ".dvcignore"):
        shutil.copy(ROOT / name, here)
    recipes = here / "training" / "recipes"
    recipes.mkdir(parents=True)
    for recipe in (ROOT / "training" / "recipes").glob("*.toml"):
        (recipes / recipe.name).write_text(smaller(recipe.read_text()))
    songs = here / "data" / "essen-folksong-collection" / "europa" / "deutschl" / "made"
    songs.mkdir(parents=True)
    rng = np.random.default_rng(4)
    for number in range(TUNES):
        tokens = [f"4{each}" for each in rng.choice(list("cdefgab"), 24)]
        bars = [
            token
            for at, token in enumerate(tokens)
            for token in ([f"={at // 4 + 1}"] * (at % 4 == 0) + [token])
        ]
        (songs / f"{number}.krn").write_text(tune(*bars))
    return here


def dvc(folder: Path, *arguments: str) -> str:
    """What the command prints. Fails where it does."""
    scripts = sysconfig.get_path("scripts")
    environment = {
        **os.environ,
        "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "DVC_SITE_CACHE_DIR": str(folder / "site"),
        "DVC_NO_ANALYTICS": "1",
        "XDG_CACHE_HOME": str(folder / "cache"),
    }
    done = subprocess.run(
        [sys.executable, "-m", "dvc", *arguments],
        cwd=folder, env=environment, text=True, capture_output=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def done(folder: Path) -> str:
    dvc(folder, "init", "--no-scm", "--quiet")
    return dvc(folder, "repro", "evaluate@folk")


def test_every_stage_is_run_in_order(done: str):
    ran = re.findall(r"Running stage '(\w+)@folk'", done)
    assert ran == ["prepare", "train", "export", "evaluate"]


def test_metrics_and_plots_are_what_the_commands_wrote(done: str, folder: Path):
    figures = json.loads((folder / "pipeline" / "folk" / "figures.json").read_text())
    assert figures["split"] == "test"
    assert 0 < figures["nats_per_note"] < 15
    shown = json.loads(dvc(folder, "metrics", "show", "--json", "pipeline/folk/figures.json"))
    assert (
        shown[""]["data"]["pipeline/folk/figures.json"]["data"]["nats_per_note"] == figures["nats_per_note"]
    )
    run = folder / "pipeline" / "folk" / "training" / "folk"
    rows = list(csv.DictReader((run / "validation.csv").read_text().splitlines()))
    assert rows
    assert float(rows[-1]["nats"]) > 0
    report = json.loads((folder / "pipeline" / "folk" / "corpus.json").read_text())
    assert report["taken"] == TUNES
    manifest = json.loads((folder / "pipeline" / "folk" / "model" / "folk.json").read_text())
    assert manifest["figures"]["split"] is None, "the model is the export's: evaluate leaves it alone"


def test_nothing_is_done_twice_and_a_changed_recipe_only_what_follows(done: str, folder: Path):
    assert "Running stage" not in dvc(folder, "repro", "evaluate@folk")
    recipe = folder / "training" / "recipes" / "folk.toml"
    recipe.write_text(recipe.read_text().replace("epochs = 1", "epochs = 2"))
    planned = re.findall(r"Running stage '(\w+)@folk'", dvc(folder, "repro", "--dry", "evaluate@folk"))
    assert planned == ["train"], "a dry run cannot know what training will make of it"


def test_there_is_a_pipeline_for_every_recipe():
    models = tomllib.loads((ROOT / "pipeline.toml").read_text())["models"]
    recipes = {recipe.stem for recipe in (ROOT / "training" / "recipes").glob("*.toml")}
    taught = {name for name in recipes if name.endswith("-goals")}  # to a model that is there, by --from
    distilled = {name for name in recipes if name.endswith(("-teacher", "-distilled"))}  # by one command
    assert set(models) == recipes - taught - distilled
