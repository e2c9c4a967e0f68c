"""Goals taught to a network that is there: it learns them, and is what it was where none is given."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from obedient import EDGES
from rich.console import Console
from tiny import Tiny, tiny_settings

pytest.importorskip("tensorflow")


from export.export import export, load_trained
from export.rebuild import rebuild, settings_of
from models.convert import note_array
from models.events import Note
from models.likelihood import score_piece
from models.piece import Piece
from models.step import load_network
from training import checkpoint
from training import own as own_music
from training.errors import CorpusError, TrainingError
from training.settings import ModelSettings, is_recipe, load_settings
from training.train import Run, build, train
from training.views import plain_view

pytestmark = pytest.mark.train
PLAIN = tiny_settings("transformer").model_copy(update={"conditions": (), "edges": {}})


def music(seed: int) -> Piece:
    """High for some seconds, then low, and so on: a goal tells what the past does not."""
    rng = np.random.default_rng(seed)
    center = np.repeat(rng.choice([45, 80], 20), 40)
    pitches = center + rng.integers(-3, 4, len(center))
    return Piece(f"music {seed}", note_array([Note(10 * n, int(p), 64, 8) for n, p in enumerate(pitches)]))


PIECES = {"train": [music(n) for n in range(6)], "validation": [music(n) for n in range(6, 10)]}


def recipe(**changes: object) -> ModelSettings:
    own = load_settings("piano-goals")
    quick = {"window": 24, "batch": 4, "transpose": 0, "warmup_steps": 2, "averaging": 0.0}
    small = own.training.model_copy(update={**quick, "epochs": 1, "learning_rate": 1e-2, **changes})
    return own.model_copy(update={"training": small, "edges": EDGES})


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network that knows no goals, saved."""
    path = tmp_path_factory.mktemp("begun") / "begun.npz"
    network = build(PLAIN)
    rng = np.random.default_rng(3)
    for weight in network.weights:
        weight.assign(weight + rng.normal(size=weight.shape) * 0.1)
    checkpoint.save(path, network, checkpoint.Progress(), PLAIN.model_dump_json())
    return path


@pytest.fixture(scope="module")
def taught(begun: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a short run that taught it density and register."""
    folder = tmp_path_factory.mktemp("taught")
    settings = own_music.gone_on(recipe(), PLAIN)
    train(PIECES, Run(settings, folder, start=begun), resume=False, console=Console(quiet=True))
    return folder


def logits(network: Any, conditions: np.ndarray) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    hidden = rng.normal(size=(1, len(conditions), 32)).astype(np.float32)
    told = np.zeros((1, len(conditions), 4), np.int32)
    found = network.heads(hidden, told, conditions[None])
    return {name: np.asarray(each) for name, each in found.items()}


def test_it_is_what_it_was_where_no_goal_is_given(begun: Path, taught: Path):
    before, after = load_trained(begun), load_trained(taught / "best.npz")
    goals = {id(weight) for weight in after.goal_weights}
    kept = [weight for weight in after.weights if id(weight) not in goals]
    assert len(kept) == len(before.weights)
    assert all(np.array_equal(a, b) for a, b in zip(before.weights, kept, strict=True))
    free = np.zeros((5, 2), np.int32)
    one, other = logits(before, free[:, :0]), logits(after, free)
    assert all(np.array_equal(one[name], other[name]) for name in one)


def test_a_goal_that_is_given_changes_what_is_said(taught: Path):
    after = load_trained(taught / "best.npz")
    free, given = (logits(after, np.full((5, 2), level, np.int32))["token"] for level in (0, 9))
    assert np.abs(free - given).max() > 1e-3


def test_a_run_goes_on_from_its_checkpoint(begun: Path, taught: Path, tmp_path: Path):
    settings = own_music.gone_on(recipe(epochs=2), PLAIN)
    (tmp_path / "latest.npz").write_bytes((taught / "latest.npz").read_bytes())
    progress = train(PIECES, Run(settings, tmp_path, start=begun), resume=True, console=Console(quiet=True))
    assert progress.step > checkpoint.progress_of(taught / "latest.npz").step


def test_the_model_plays_is_measured_fairly_and_can_be_tuned_as_before(taught: Path, tmp_path: Path):
    manifest = export(taught / "best.npz", tmp_path, PIECES["validation"], int8=False)
    assert manifest.conditions == ("density", "register")
    assert set(manifest.edges) == {"density", "register"}
    assert manifest.sampling.guidance == 2
    settings = settings_of(manifest)
    assert settings.base == PLAIN.training
    tuned = own_music.tuned(load_settings("piano"), settings)
    assert tuned.training.learning_rate == pytest.approx(0.3 * PLAIN.training.learning_rate)
    assert tuned.conditions == manifest.conditions
    assert not tuned.training.only_goals
    live = load_network(str(tmp_path / "piano.json"))
    assert "conditions" not in {each.name for each in live.step.get_inputs()}
    fair, told = (plain_view(PIECES["validation"][0], settings, goals=goals) for goals in (False, True))
    with_goals, free = (score_piece(live, view.events, view.conditions).total.sum() for view in (told, fair))
    assert with_goals < free, "it has learned what they mean"
    again = rebuild(tmp_path / "piano.json", tmp_path / "again.npz", PIECES["validation"][0])
    assert again.rebuilt == pytest.approx(again.exported, rel=1e-5)


def test_goals_are_not_taught_to_another_kind_of_model():
    with pytest.raises(CorpusError, match="folk cannot begin with piano: it is a model of another kind"):
        own_music.gone_on(load_settings("folk-goals"), PLAIN)


def test_without_a_goal_there_is_nothing_to_teach(begun: Path, tmp_path: Path):
    settings = PLAIN.model_copy(update={"training": recipe().training})
    with pytest.raises(TrainingError, match="name no goal"):
        train(PIECES, Run(settings, tmp_path, start=begun), resume=False, console=Console(quiet=True))


def test_recipes_are_told_from_names_of_models():
    assert is_recipe("piano-goals")
    assert is_recipe("somewhere/else.toml")
    assert not is_recipe("mine")


def test_the_tiny_ones_of_the_other_tests_have_goals(tiny: Callable[[str], Tiny]):
    """So that export, parity and rebuilding are tried with them."""
    model = tiny("transformer")
    assert model.manifest.conditions == ("density", "register")
    assert (model.view().conditions > 0).mean() > 0.5
