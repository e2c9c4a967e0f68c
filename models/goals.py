"""What is to come, as a player asks for it: how dense, how high, in which mode."""

from __future__ import annotations

from typing import NamedTuple

from models.conditions import MODES, levels
from models.manifest import Manifest


class Goals(NamedTuple):
    """``density`` in notes a second, ``register`` as a mean pitch; 0, and ``unknown``: as the model likes."""

    density: float = 0.0
    register: float = 0.0
    mode: str = MODES[0]

    def told(self, manifest: Manifest, shift: int = 0) -> dict[str, int]:
        """What the model is told of them: the goals that it knows and that are given.

        ``shift``: semitones from real pitch to the model's.
        """
        found = {}
        for name, value in (("density", self.density), ("register", self.register)):
            if value and name in manifest.conditions:
                there = value + (shift if name == "register" else 0)
                found[name] = int(levels(there, manifest.edges[name]))
        if self.mode != MODES[0] and "mode" in manifest.conditions:
            found["mode"] = MODES.index(self.mode)
        return found

    @property
    def given(self) -> list[str]:
        """Names of the goals that are not free."""
        return [name for name, free in self._field_defaults.items() if getattr(self, name) != free]

    def unknown_to(self, manifest: Manifest) -> list[str]:
        """Names of the goals that are given, but that the model does not know."""
        return [name for name in self.given if name not in manifest.conditions]


FREE = Goals()
"""Nothing is asked for."""
