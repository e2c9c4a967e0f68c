"""The end of a phrase, as pages are told of it."""

from __future__ import annotations

from typing import NamedTuple


class PhraseEnd(NamedTuple):
    """When it was, in nanoseconds, and whose phrase."""

    at_ns: int
    by_player: bool
