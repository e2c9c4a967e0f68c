"""Conditioning inputs: small integers told to a network beside each event; 0 always means unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.grid import TICKS_PER_QUARTER
from models.meter import METERS, QUARTERS_IN_BAR, Meter, positions


class Condition(NamedTuple):
    """``size`` counts unknown; ``placed`` inputs belong to a time, so heads see those of the choice.

    A ``goal`` says what is to come. Heads alone see it, so it never enters a memory: another goal changes
    what is said next, and nothing has to be heard again. Goals stand after all others.
    """

    name: str
    size: int
    placed: bool
    goal: bool = False


TICK_IN_QUARTER = Condition("tick_in_quarter", TICKS_PER_QUARTER + 1, placed=True)
QUARTER_IN_BAR = Condition("quarter_in_bar", QUARTERS_IN_BAR + 1, placed=True)
METER = Condition("meter", len(METERS), placed=False)
ROLE = Condition("role", 5, placed=False)
"""Which voice is given: 1 soprano, 2 alto, 3 tenor, 4 bass."""

LEVELS = 10
"""Steps of a measured goal: tenths of the training split, parted by the edges of the manifest."""
DENSITY = Condition("density", LEVELS + 1, placed=False, goal=True)
"""Onsets per second of what comes next."""
REGISTER = Condition("register", LEVELS + 1, placed=False, goal=True)
"""Mean pitch of what comes next."""
MODES = ("unknown", "major", "minor")
MODE = Condition("mode", len(MODES), placed=False, goal=True)
"""Mode of the piece; church modes count by their third."""
MEASURED = (DENSITY.name, REGISTER.name)
"""Goals that are numbers, told by level."""

CONDITIONS = {
    each.name: each for each in (TICK_IN_QUARTER, QUARTER_IN_BAR, METER, ROLE, DENSITY, REGISTER, MODE)
}

Told = Mapping[str, int]
"""What a model is told of goals: their levels by name; one that is missing is free."""
NO_GOALS: Told = MappingProxyType({})

ConditionArray = NDArray[np.int32]
"""``[n, conditions]`` in the order that the manifest names."""


def conditions_at(
    names: Sequence[str], ticks: NDArray[np.int32], meters: list[Meter], role: int = 0
) -> ConditionArray:
    """What a step is told beside events at these ticks; goals, which memories are not told, are unknown."""
    if not names:
        return np.zeros((len(ticks), 0), np.int32)
    places = positions(ticks, meters)
    columns = {
        "tick_in_quarter": places[:, 0],
        "quarter_in_bar": places[:, 1],
        "meter": places[:, 2],
        "role": np.full(len(ticks), role, np.int32),
    }
    unknown = np.zeros(len(ticks), np.int32)
    return np.stack([columns.get(name, unknown) for name in names], axis=1).astype(np.int32)


def told_to_step(names: Sequence[str]) -> int:
    """How many of the inputs a step is told: the first ones, all but the goals."""
    return sum(not CONDITIONS[name].goal for name in names)


def levels(values: ArrayLike, edges: Sequence[float]) -> NDArray[np.int64]:
    """The level of each value of a measured goal, 1 to :data:`LEVELS`."""
    return np.asarray(np.searchsorted(edges, values, side="right") + 1)


def fault_in(names: Sequence[str], edges: Mapping[str, Sequence[float]] | None = None) -> str | None:
    """What is wrong with a list of conditioning inputs, if anything; ``edges`` are those of the measured."""
    if unknown := [name for name in names if name not in CONDITIONS]:
        return f"no conditioning input is named {unknown[0]!r}: there are {', '.join(CONDITIONS)}"
    goals = [CONDITIONS[name].goal for name in names]
    if goals != sorted(goals):
        return "goals stand after the other conditioning inputs"
    for name in [name for name in MEASURED if name in names and edges is not None]:
        own = list((edges or {}).get(name, ()))
        if len(own) != LEVELS - 1 or own != sorted(own):
            return f"{name} needs {LEVELS - 1} rising edges"
    return None
