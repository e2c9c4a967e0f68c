"""The command ``antiphon``: what it answers to, and how every error becomes one line.

Nothing heavy is imported here: each word imports what it needs when it is called.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from importlib import import_module
from typing import Annotated

import typer

from live.commands.optional_values import filled

USER_ERROR = 2
INTERRUPTED = 130
PIPE_CLOSED = 141

WORDS = {
    "continue": "continue_",
    "harmonize": "harmonize",
    "compose": "compose",
    "inspect": "inspect_",
    "live": "live",
    "serve": "serve",
    "replay": "replay",
    "ports": "ports",
    "doctor": "doctor",
    "prepare": "prepare",
    "train": "train",
    "evaluate": "evaluate",
    "novelty": "novelty",
    "export": "export",
}
"""Each word of the command, and the module here that holds a function of the module's name."""


def main() -> None:
    """The entry point of the command."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command line; the exit code. An error that the user can put right is one line.

    Such errors are those of the command line itself and every exception whose class says
    ``user_error = True``, whichever package it comes from; any other is a bug and keeps its
    traceback.
    """
    try:
        known = [word for word in arguments[:1] if word in WORDS or word == "--version"]
        app = application([word for word in known or WORDS if word in WORDS])
        code = app(filled(arguments), prog_name="antiphon", standalone_mode=False)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Nobody reads any more: keep Python from complaining when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PIPE_CLOSED
    except Exception as error:
        line = _line(error)
        if line is None:
            raise
        print(f"antiphon: {line}", file=sys.stderr)
        return USER_ERROR
    return code if isinstance(code, int) else 0


def _line(error: Exception) -> str | None:
    """What to tell the user about an error in one line; ``None`` for a bug."""
    if getattr(error, "user_error", False):
        return " ".join(str(error).split())
    if hasattr(error, "format_message"):  # typer's own, wherever its version keeps that class
        context = getattr(error, "ctx", None)
        where = context.command_path if context else "antiphon"
        said = " ".join(error.format_message().split()).rstrip(".")
        return f"{said} (see {where} --help)"
    return None


def application(words: Iterable[str]) -> typer.Typer:
    """The command with some of its words; the modules of others are not imported."""
    app = typer.Typer(
        name="antiphon",
        help="A musician's partner over MIDI: it harmonises and answers what you play, and writes on.",
        add_completion=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_no_word)
    for word in words:
        module = import_module(f"live.commands.{WORDS[word]}")
        app.command(word)(getattr(module, WORDS[word]))
    return app


def _no_word(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Say the version.")] = False,
) -> None:
    if version:
        print(f"antiphon {_version()}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        print(context.get_help())
        raise typer.Exit


def _version() -> str:
    from importlib import metadata  # noqa: PLC0415  (20 ms)

    try:
        return metadata.version("antiphon")
    except metadata.PackageNotFoundError:
        return "(run from its source, not installed)"
