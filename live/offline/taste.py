"""How a model chooses, as the user said it."""

from __future__ import annotations

from dataclasses import dataclass

from models.manifest import Manifest
from models.sampling import Style


@dataclass(frozen=True)
class Taste:
    """``None`` leaves it to the model. The same seed makes the same music."""

    seed: int
    temperature: float | None = None
    top_p: float | None = None

    def style(self, manifest: Manifest) -> Style:
        """With the model's own defaults filled in."""
        own = manifest.sampling
        return Style(
            own.temperature if self.temperature is None else self.temperature,
            own.top_p if self.top_p is None else self.top_p,
        )
