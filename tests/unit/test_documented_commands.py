"""Every command that README and docs tell people to type is understood by the command's own parser."""

from __future__ import annotations

import re
import shlex
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main

from live.commands.main import WORDS, application
from live.commands.optional_values import filled

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
_FENCE = re.compile(r"^```(?:sh|bash|console|)\n(.*?)^```", re.MULTILINE | re.DOTALL)
_INLINE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_SYNOPSIS = re.compile(r"\[|\||\.\.\.|\bWORD\b|--help")
_PLACE = re.compile(r"(?<=\s)[A-Z](?=\s|$)")
"""A number that the reader is to choose, like ``--minutes M``."""
_OPTION = re.compile(r"^(--[a-z][a-z0-9-]*)")
OTHERS = {"--help", "--no-deps", "--most", "--speeds", "--use"}
"""Options of the project's scripts that stand alone in a text."""
NOT_BUILT = {"design.md": {"--tls"}}


@cache
def parsers() -> dict[str, Any]:
    """The parser of each word."""
    found: dict[str, Any] = typer.main.get_command(application(WORDS)).commands  # type: ignore[attr-defined]
    return found


def shown(page: Path) -> list[str]:
    """The command lines of a page, without prompts, comments and what they are piped into."""
    text = page.read_text(encoding="utf-8")
    blocks = _FENCE.findall(text)
    rest = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    lines = [line[4:] for line in rest.splitlines() if line.startswith("    ")]
    lines += [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    lines += [" ".join(code.split()) for code in _INLINE.findall(rest)]
    return [found for line in lines for found in commands_of(line)]


def commands_of(line: str) -> list[str]:
    """The calls of ``antiphon`` in a line of a shell."""
    found = []
    for part in re.split(r"&&|;", line):
        words = part.split("#")[0].split(" > ")[0].strip()
        words = re.sub(r"^(\$ )?(?:[A-Z_]+=\S+ )*", "", words)
        called = re.match(r"(?:\S*/)?antiphon (?=[a-z])(.*)", words)
        if called and called[1].split()[0] in WORDS and not _SYNOPSIS.search(called[1]):
            found.append(called[1].strip())
    return found


def typed() -> list[Any]:
    return [
        pytest.param(page, line, id=f"{page.name}: {line[:60]}")
        for page in PAGES
        for line in dict.fromkeys(shown(page))
    ]


@pytest.mark.parametrize(("page", "line"), typed())
def test_a_documented_command_is_understood(page: Path, line: str):
    word, *arguments = filled(shlex.split(_PLACE.sub("1", line)))
    parser = parsers()[word]
    if any(each.required and each.param_type_name == "argument" for each in parser.params) and not arguments:
        return  # the word alone, in a sentence
    required = [each.opts[0] for each in parser.params if each.required and each.opts[0].startswith("--")]
    for option in required:  # a sentence may leave out what is required
        if option not in line and "-o" not in line:
            arguments += [option, "PATH"]
    parser.make_context(word, list(arguments))


def test_there_are_commands_to_check():
    assert len(typed()) > 80
    assert commands_of("pip install . && .venv/bin/antiphon ports  # lists") == ["ports"]
    assert commands_of("antiphon live [--mode NAME]") == []


def test_every_command_has_its_place_in_the_reference():
    text = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^```\{command-help\} (\S+)$", text, re.MULTILINE)) == set(WORDS)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_an_option_that_stands_alone_is_one_of_ours(page: Path):
    known = {
        name
        for each in parsers().values()
        for one in each.params
        for name in (*one.opts, *one.secondary_opts)
    }
    named = {
        found[1]
        for code in _INLINE.findall(page.read_text(encoding="utf-8"))
        if (found := _OPTION.match(code))
    }
    assert named - known - OTHERS - NOT_BUILT.get(page.name, set()) == set()
