"""Files stay small enough to be read in one go, and modules say what they are for."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
LONGEST = 400
FILES = [
    path
    for folder in ("models", "training", "export", "live", "tests")
    for path in sorted((ROOT / folder).rglob("*.py"))
]


def test_no_file_is_above_400_lines():
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in FILES}
    assert not {name: length for name, length in lengths.items() if length > LONGEST}


def test_every_module_says_what_it_is():
    texts = {path: path.read_text() for path in FILES if "tests" not in path.parts}
    assert not [path.name for path, text in texts.items() if not ast.get_docstring(ast.parse(text))]


def test_tests_do_not_hide_the_packages():
    """A folder ``tests/live`` with an ``__init__.py`` would be imported in place of ``live``."""
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_every_package_is_installed():
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for folder in ("models", "training", "export", "live")
        for path in (ROOT / folder).rglob("__init__.py")
    }
    assert set(listed) == found
