"""The directive ``command-help``: what ``antiphon WORD --help`` says, made from the command itself."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive


class CommandHelp(Directive):
    """``{command-help} WORD``: what the command does, its arguments and its options."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Paragraphs and a list. A word that there is not fails the build."""
        command = commands()[self.arguments[0]]
        arguments = [each for each in command.params if each.param_type_name == "argument"]
        options = [each for each in command.params if each.param_type_name == "option" and not each.hidden]
        names = [each.metavar or each.name.upper() for each in arguments]
        usage = " ".join(["antiphon", self.arguments[0], *names, *(["[OPTIONS]"] if options else [])])
        block = nodes.literal_block(usage, usage)
        block["language"] = "none"
        found: list[nodes.Node] = [block, *_text(command.help or ""), _list([*arguments, *options])]
        return [*found, *_text(getattr(command, "epilog", None) or "")]


@cache
def commands() -> dict[str, Any]:
    """Every command by its word."""
    import typer.main  # noqa: PLC0415

    from live.commands.main import WORDS, application  # noqa: PLC0415

    found: dict[str, Any] = typer.main.get_command(application(WORDS)).commands  # type: ignore[attr-defined]
    return found


def _text(written: str) -> list[nodes.Node]:
    """Paragraphs, what stands in backticks as code; a paragraph of indented lines as a block."""
    found: list[nodes.Node] = []
    close = re.sub(r"(\n  .*)\n\s*(?=\n  )", r"\1", written.replace("\b", "").strip("\n"))
    for each in re.split(r"\n\s*\n", close):
        if each.startswith("  "):
            block = nodes.literal_block(each, each)
            block["language"] = "none"
            found.append(block)
        elif each.strip():
            found.append(nodes.paragraph("", "", *_inline(" ".join(each.split()))))
    return found


def _inline(text: str) -> list[nodes.Node]:
    parts = re.split(r"`+([^`]+)`+", text)
    return [nodes.literal(part, part) if odd % 2 else nodes.Text(part) for odd, part in enumerate(parts)]


def _list(params: list[Any]) -> nodes.Node:
    """Each argument or option with its help."""
    found = nodes.definition_list(classes=["options"])
    for each in params:
        names = [*each.opts, *each.secondary_opts]
        if each.param_type_name == "argument":
            names = [each.metavar or each.name.upper()]
        elif each.metavar:
            names[-1] += f" {each.metavar}"
        said = each.help or ""
        if each.required and each.param_type_name == "option":
            said += " Required."
        term = nodes.term("", "", *_inline(", ".join(f"`{name}`" for name in names)))
        about = nodes.definition("", nodes.paragraph("", "", *_inline(said)))
        found += nodes.definition_list_item("", term, about)
    return found


def setup(app: Any) -> dict[str, bool]:
    """Tell Sphinx about the directive."""
    app.add_directive("command-help", CommandHelp)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
