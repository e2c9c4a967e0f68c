"""Keys, modes and meters as they are written on the command line. Raise typer's ``BadParameter``."""

from __future__ import annotations

import re

import typer

from models.key import Key


def key(text: str) -> Key | None:
    """The key that the user wrote; ``None`` for ``auto``."""
    if text.strip().casefold() == "auto":
        return None
    try:
        return Key.parse(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--key") from error


def mode(text: str | None, known: tuple[str, ...]) -> str | None:
    """A church mode by its name or the beginning of it, at least three letters: ``dor``."""
    if text is None:
        return None
    word = text.strip().casefold()
    found = [each for each in known if len(word) >= 3 and each.startswith(word)]
    if not found:
        raise typer.BadParameter(f"{text!r} is none; there are: {', '.join(known)}", param_hint="--mode")
    return found[0]


def plain_mode(text: str) -> str:
    """``major``, ``minor`` or ``free``, by its beginning of at least three letters."""
    return mode(text, ("free", "major", "minor")) or "free"


def meter(text: str) -> tuple[int, int]:
    """``3/4``."""
    found = re.fullmatch(r"\s*([1-9]\d?)\s*/\s*(1|2|4|8|16|32)\s*", text)
    if found is None:
        raise typer.BadParameter(f"{text!r} is no meter; write one like 3/4", param_hint="--meter")
    return int(found[1]), int(found[2])
