"""One line of a table of figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Row(NamedTuple):
    """What was measured, the figures as they are printed, and the budget that it has (or nothing)."""

    what: str
    p50: str
    p99: str
    most: str
    count: str
    budget: str = ""

    def __str__(self) -> str:
        return "| " + " | ".join(self) + " |"


HEAD = f"{Row('what', 'p50', 'p99', 'most', 'n', 'budget')}\n| --- | --: | --: | --: | --: | --- |"


def row(what: str, values: Sequence[float], unit: str = "ms", budget: str = "", digits: int = 2) -> Row:
    """A row of values in ``unit``."""
    ordered = sorted(values)
    if not ordered:
        return Row(what, "-", "-", "-", "0", budget)

    def at(share: float) -> str:
        return f"{ordered[min(len(ordered) - 1, int(len(ordered) * share))]:.{digits}f} {unit}"

    return Row(what, at(0.5), at(0.99), at(1.0), str(len(ordered)), budget)


def milliseconds(nanoseconds: Sequence[int]) -> list[float]:
    """Nanoseconds in milliseconds."""
    return [each / 1e6 for each in nanoseconds]
