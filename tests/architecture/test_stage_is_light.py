"""The stage process loads nothing heavier than RtMidi."""

import subprocess
import sys

HEAVY = {"numpy", "onnxruntime", "models", "training", "export", "rich", "typer", "pydantic", "mido"}


def test_the_stage_loads_no_model_and_no_numpy() -> None:
    code = "import live.stage.process, sys; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert not HEAVY & set(loaded.stdout.split())


def test_the_stage_without_ports_does_not_even_load_rtmidi() -> None:
    code = "import live.stage.rehearsal, sys; assert 'rtmidi' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
