"""A network without ONNX that does what its goals ask for, so that what is told to it shows in the music."""

from __future__ import annotations

import numpy as np
from babbler import Babbler, babbler

from models.vocabulary import OFF_TOKENS, ON_TOKENS

EDGES = {
    "density": (2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 20.0),
    "register": (48.0, 52.0, 56.0, 60.0, 64.0, 68.0, 72.0, 76.0, 80.0),
}
PITCHES = np.arange(128)


class Obedient(Babbler):
    """``piano`` with the goals density and register, or ``folk`` with a mode: minor has an A where major has
    a C."""

    def __init__(self, name: str = "piano") -> None:
        own = babbler(name).manifest
        goals = ("density", "register") if name == "piano" else ("mode",)
        edges = EDGES if name == "piano" else {}
        super().__init__(own.model_copy(update={"conditions": (*own.conditions, *goals), "edges": edges}))

    def logits(
        self, hidden: np.ndarray, choices: np.ndarray, conditions: np.ndarray
    ) -> dict[str, np.ndarray]:
        found = super().logits(hidden, choices, 0 * conditions)
        for row, told in enumerate(conditions):
            goals = dict(zip(self.manifest.conditions, told.tolist(), strict=True))
            if level := goals.get("register"):
                ons = found["token"][row, ON_TOKENS:OFF_TOKENS]
                ons[:] = -(((PITCHES - (44 + 4 * level)) / 3.0) ** 2)
            if level := goals.get("density"):
                waits = found["wait"][row]
                waits[:] = -(((np.arange(len(waits)) - (44 - 4 * level)) / 3.0) ** 2)
            if mode := goals.get("mode"):
                ons = found["token"][row, ON_TOKENS:OFF_TOKENS]
                ons[{1: 0, 2: 9}[mode] == PITCHES % 12] += 20.0
        return found
