"""The examples of docs/studio.md run, and `from live import` has what it names without importing all."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import live

PAGE = Path(__file__).parents[2] / "docs" / "studio.md"
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_examples_of_the_studio_run(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from live.files import examples

    for name in examples.EXAMPLES:
        (tmp_path / name).write_bytes(examples.located(Path(name)).read_bytes())
    monkeypatch.chdir(tmp_path)
    exec(compile(EXAMPLES[number], f"docs/studio.md, example {number}", "exec"), {"__name__": "example"})


def test_all_that_is_named_is_there_and_nothing_heavy_is_imported():
    assert len(EXAMPLES) >= 5
    for name in live.__all__:
        assert callable(getattr(live, name))
    code = "import sys, live; assert not {'numpy', 'mido', 'onnxruntime'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
