"""Options whose value may be left out, which typer does not know."""

from __future__ import annotations

from collections.abc import Iterator

MAY_BE_ALONE = frozenset({"--plan-port"})


def filled(arguments: list[str]) -> list[str]:
    """The command line with an empty value wherever one was left out: before an option, or at the end."""
    return list(_filled(arguments))


def _filled(arguments: list[str]) -> Iterator[str]:
    for argument, following in zip(arguments, [*arguments, "-"][1:], strict=True):
        yield argument
        if argument in MAY_BE_ALONE and following.startswith("-"):
            yield ""
