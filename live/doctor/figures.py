"""A measured figure: its values, and what is said of them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
"""Names of percentiles; ``value`` is the one of a single number."""


@dataclass(frozen=True)
class Figure:
    """``name`` is a key of the table of budgets where it has one; ``values`` are in ``unit``."""

    name: str
    what: str
    values: tuple[float, ...]
    unit: str = "ms"
    digits: int = 2
    single: bool = False
    """One number, a count or a rate, that has no percentiles."""

    def at(self, statistic: str) -> float:
        """``p50``, ``p95``, ``p99``, ``max``, ``min`` or ``spread`` (max - min).

        Percentiles are the nearest rank: a value that was measured, and the largest one for p99 of fewer
        than a hundred. Raises ``ValueError`` without values.
        """
        if not self.values:
            raise ValueError(f"{self.name} was not measured")
        ordered = sorted(self.values)
        if statistic == "spread":
            return ordered[-1] - ordered[0]
        if statistic == "min":
            return ordered[0]
        share = 1.0 if statistic == "value" else SHARES[statistic]
        return ordered[max(0, math.ceil(share * len(ordered)) - 1)]

    def said(self, statistic: str) -> str:
        """A statistic as it is printed; empty where there is none."""
        if not self.values or (self.single and statistic != "max"):
            return ""
        return f"{self.at(statistic):.{self.digits}f} {self.unit}".rstrip()


def milliseconds(name: str, what: str, nanoseconds: Iterable[int]) -> Figure:
    """A figure in milliseconds."""
    return Figure(name, what, tuple(each / 1e6 for each in nanoseconds))


def number(name: str, what: str, value: float, unit: str = "", digits: int = 0) -> Figure:
    """A figure that is one number."""
    return Figure(name, what, (float(value),), unit, digits, single=True)
