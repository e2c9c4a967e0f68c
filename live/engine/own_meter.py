"""The meter that an answer in free time has of its own, since nobody knows where the player's bars are."""

from __future__ import annotations

from collections.abc import Sequence

from models.meter import Meter


def with_own_meter(meters: Sequence[Meter], asked: str, start: int) -> list[Meter]:
    """``meters`` (by tick), and the one asked for ("3/4"; "auto" asks for none) from ``start`` on."""
    if asked == "auto":
        return list(meters)
    above, below = (int(part) for part in asked.split("/"))
    return [*(meters or [Meter.unknown(0)]), Meter(start, above, below, start)]
