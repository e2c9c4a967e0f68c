"""MIDI controllers that were learned, as pages are told of them."""

from __future__ import annotations

from typing import NamedTuple


class Knobs(NamedTuple):
    """What each controller does, by its name, and what the next one that moves is for."""

    places: dict[str, str]
    waiting: str | None


def no_knobs() -> Knobs:
    """Where nothing can be learned."""
    return Knobs({}, None)
