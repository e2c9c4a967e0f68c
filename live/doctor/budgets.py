"""What a figure may be: the one table of budgets, used by ``antiphon doctor`` and by the benchmarks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from live.doctor.figures import Figure


class Limit(NamedTuple):
    """A statistic of a figure and its bound, in the figure's unit; an upper one unless ``at_least``.

    ``periods`` of the MIDI system are added to the bound.
    """

    statistic: str
    bound: float
    at_least: bool = False
    periods: int = 0

    def after(self, period_ms: float) -> float:
        """The bound where the MIDI system's period is this long."""
        return self.bound + self.periods * period_ms

    def said(self, unit: str, period_ms: float) -> str:
        """Like ``p99 <= 5 ms``."""
        sign = ">=" if self.at_least else "<="
        what = "" if self.statistic == "value" else f"{self.statistic} "
        return f"{what}{sign} {self.after(period_ms):.3g} {unit}".rstrip()


BUDGETS: Mapping[str, tuple[Limit, ...]] = {
    "harmony_first": (Limit("p50", 2.0), Limit("p99", 5.0)),
    "harmony_all": (Limit("p99", 8.0),),
    "port_to_port": (Limit("p99", 10.0),),
    "clock_phase": (Limit("p99", 3.0),),
    "planned": (Limit("spread", 1.0, periods=1),),
    "planned_busy": (Limit("spread", 1.0, periods=1),),
    "lateness": (Limit("spread", 1.0),),
    "dropped": (Limit("value", 0.0),),
    "piano_rate": (Limit("value", 150.0, at_least=True),),
    "start_up": (Limit("max", 2.0),),
    "memory": (Limit("value", 350.0),),
    "notes_lost": (Limit("value", 0.0),),
}
"""Name of a figure -> its limits (design, section 9)."""


class Missed(NamedTuple):
    """A budget that a figure has not kept."""

    figure: Figure
    limit: Limit
    found: float
    period_ms: float

    def __str__(self) -> str:
        found = f"{self.found:.{self.figure.digits}f} {self.figure.unit}".rstrip()
        wanted = self.limit.said(self.figure.unit, self.period_ms)
        what = "" if self.limit.statistic == "value" else f"{self.limit.statistic} "
        return f"{self.figure.what}: {what}{found}, wanted {wanted}"


def budget(name: str, unit: str, period_ms: float) -> str:
    """The limits of a figure in words; empty where it has none."""
    return ", ".join(limit.said(unit, period_ms) for limit in BUDGETS.get(name, ()))


def missed(figure: Figure, period_ms: float) -> list[Missed]:
    """The limits that a figure has not kept. A figure without values has kept none."""
    found = []
    for limit in BUDGETS.get(figure.name, ()):
        value = figure.at(limit.statistic) if figure.values else float("nan")
        bound = limit.after(period_ms)
        if not (value >= bound if limit.at_least else value <= bound):
            found.append(Missed(figure, limit, value, period_ms))
    return found
