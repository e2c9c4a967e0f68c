"""Who imports whom, as the contracts in ``pyproject.toml`` say, and what is loaded when a part starts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRAINING = {"tensorflow", "keras", "tf2onnx", "jax", "training", "export"}
SLOW = {"music21", "matplotlib", "symusic"}


def loaded_by(module: str) -> set[str]:
    """Top-level packages that are loaded once ``module`` is imported in a fresh interpreter."""
    code = f"import {module}, sys; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    return set(run.stdout.split())


def test_the_contracts_are_kept():
    command = (
        "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    )
    run = subprocess.run(
        [sys.executable, "-c", command, "--no-cache"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert "0 broken" in run.stdout


@pytest.mark.parametrize("module", ["live.engine.session", "live.engine.engine", "live.engine.loaded"])
def test_the_engine_loads_nothing_of_training_and_nothing_slow(module: str):
    loaded = loaded_by(module)
    assert not loaded & (TRAINING | SLOW)
    assert "onnxruntime" in loaded


def test_models_load_nothing_of_training():
    modules = [path.stem for path in (ROOT / "models").glob("*.py") if path.stem != "__init__"]
    assert not loaded_by(", models.".join(["models", *modules])) & (TRAINING | SLOW)


def test_the_contract_of_events_needs_numpy_alone():
    loaded = loaded_by(["models.convert, models.masks, models.sampling", ""][0])
    assert not loaded & (TRAINING | SLOW | {"onnxruntime", "pydantic"})


def test_the_command_starts_without_models_and_numpy():
    assert not loaded_by("live.commands.main") & (TRAINING | SLOW | {"numpy", "onnxruntime", "rtmidi"})


@pytest.mark.parametrize("module", ["live.commands.live", "live.daemon", "live.antiphon"])
def test_nothing_before_ready_imports_the_panel_s_server(module: str):
    assert "aiohttp" not in loaded_by(module)


def test_a_daemon_is_ready_without_the_panel_s_server(tmp_path: Path):
    """Every step but the last, which fetches the server; the page's address is known then."""
    code = """
import sys
from live.antiphon import Antiphon
from live.panel.door import Door
Door.start = lambda *_: None
with Antiphon(api="none", panel=True, panel_at="0", style="thirds") as antiphon:
    print(antiphon.ready)
    print(*sorted({name.split(".")[0] for name in sys.modules}))
"""
    home = {**os.environ, "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True, env=home
    )
    ready, loaded = run.stdout.splitlines()
    assert "http://127.0.0.1:" in ready
    assert "aiohttp" not in loaded.split()
    assert "onnxruntime" in loaded.split(), "the rest is there"
