"""How a model chooses, as the user said it."""

from __future__ import annotations

from dataclasses import dataclass

from live.character import goals_of
from live.moods import FREE, MOODS
from models.goals import Goals
from models.manifest import Manifest
from models.sampling import Style


@dataclass(frozen=True)
class Taste:
    """``None`` leaves it to the model. The same seed makes the same music."""

    seed: int
    temperature: float | None = None
    top_p: float | None = None
    mood: str = FREE
    density_goal: float = 0.0
    """Notes a second; 0: as the model likes."""
    register_goal: float = 0.0
    """Mean pitch; 0: where the model likes."""
    mode_goal: str = FREE

    def style(self, manifest: Manifest) -> Style:
        """With the model's own defaults filled in."""
        own = manifest.sampling
        temperature = own.temperature if self.temperature is None else self.temperature
        return Style(
            temperature * MOODS[self.mood].temperature,
            own.top_p if self.top_p is None else self.top_p,
            goals=self.goals.told(manifest),
        )

    @property
    def goals(self) -> Goals:
        """What the music is to be like."""
        return goals_of(
            mood=self.mood,
            density_goal=self.density_goal,
            register_goal=self.register_goal,
            mode_goal=self.mode_goal,
        )
