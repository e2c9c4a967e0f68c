"""The instrument: stage process, engine process, files and commands; :class:`Antiphon` is all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from live.antiphon import Antiphon

__all__ = ["Antiphon"]


def __getattr__(name: str) -> Any:
    """The class, imported when it is asked for: ``import live`` alone stays light."""
    if name == "Antiphon":
        from live.antiphon import Antiphon  # noqa: PLC0415

        return Antiphon
    raise AttributeError(f"module 'live' has no attribute {name!r}")
