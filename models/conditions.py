"""Conditioning inputs: small integers told to a network beside each event; 0 always means unknown."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.grid import TICKS_PER_QUARTER
from models.meter import METERS, QUARTERS_IN_BAR


class Condition(NamedTuple):
    """``size`` counts unknown; ``placed`` inputs belong to a time, so heads see those of the choice."""

    name: str
    size: int
    placed: bool


TICK_IN_QUARTER = Condition("tick_in_quarter", TICKS_PER_QUARTER + 1, placed=True)
QUARTER_IN_BAR = Condition("quarter_in_bar", QUARTERS_IN_BAR + 1, placed=True)
METER = Condition("meter", len(METERS), placed=False)
ROLE = Condition("role", 5, placed=False)
"""Which voice is given: 1 soprano, 2 alto, 3 tenor, 4 bass."""

CONDITIONS = {each.name: each for each in (TICK_IN_QUARTER, QUARTER_IN_BAR, METER, ROLE)}

ConditionArray = NDArray[np.int32]
"""``[n, conditions]`` in the order that the manifest names."""
