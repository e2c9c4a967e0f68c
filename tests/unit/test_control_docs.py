"""The pages about control: tables are made from the code, examples run.

After a change of the table of controls, or of addresses, write the tables anew:

    pytest tests/unit/test_control_docs.py --write-golden
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from live.control_kinds import Control
from live.controls import ACTIONS, CONTROLS
from live.moods import FREE, MOODS
from live.osc.addresses import rows

DOCS = Path(__file__).parents[2] / "docs"
_TABLE = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
EXAMPLES = re.findall(r"```python\n(.*?)```", (DOCS / "api.md").read_text(encoding="utf-8"), re.DOTALL)


def table(head: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    head = list(head)
    return "".join(f"| {' | '.join(line)} |\n" for line in [head, ["---"] * len(head), *lines])


def values(control: Control) -> str:
    return f"{control.allowed}{f' {control.unit}' if control.unit else ''}"


def default(control: Control) -> str:
    return "off" if control.default is False else "on" if control.default is True else f"{control.default}"


TABLES = {
    "controls": table(
        ["control", "what it does", "values", "default", "acts"],
        ([f"`{c.name}`", c.help, values(c), default(c), c.effect] for c in CONTROLS),
    ),
    "actions": table(
        ["action", "what it does", "given with it"],
        ([f"`{a.name}`", a.help, a.argument] for a in ACTIONS),
    ),
    "osc": table(
        ["address", "argument", "meaning"],
        ([f"`{row.address}`", row.arguments, row.meaning] for row in rows()),
    ),
    "moods": table(
        ["mood", "notes a second", "around key", "mode", "temperature", "loudness"],
        (
            [
                f"`{name}`",
                *(f"{value:g}" if value else "free" for value in (each.density, each.register)),
                each.mode,
                *(f"x {factor:g}" for factor in (each.temperature, each.loudness)),
            ]
            for name, each in MOODS.items()
            if name != FREE
        ),
    ),
}


PAGES = {"control.md": {"controls", "actions", "osc"}, "character.md": {"moods"}}


@pytest.mark.parametrize("page", PAGES)
def test_the_tables_of_the_page_are_those_of_the_code(page: str, request: pytest.FixtureRequest):
    path = DOCS / page
    text = path.read_text(encoding="utf-8")
    wanted = _TABLE.sub(lambda found: found[1] + TABLES[found[2]] + found[3], text)
    if request.config.getoption("--write-golden"):
        path.write_text(wanted, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == wanted, "write the tables anew: see this file's first lines"
    assert {name for _, name, _ in _TABLE.findall(text)} == PAGES[page]


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_an_example_of_the_page_about_python_runs(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    code = EXAMPLES[number]
    if 'api="none"' not in code:  # on whatever MIDI system is there a test must not rely
        code = code.replace("Antiphon(", 'Antiphon(api="none", ')
    exec(compile(code, f"docs/api.md, example {number}", "exec"), {"__name__": "example"})


def test_there_are_examples():
    assert len(EXAMPLES) >= 5
