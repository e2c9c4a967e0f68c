"""How a model chooses, as the user said it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from live.character import CONTROL_OF, goals_of, listed
from live.controls import checked
from live.files.loudness import scaled
from live.files.music import Part
from live.moods import FREE, MOODS
from models.goals import Goals
from models.manifest import Manifest
from models.sampling import Style


@dataclass(frozen=True)
class Taste:
    """``None`` leaves it to the model. The same seed makes the same music.

    Raises ``AntiphonError`` where a mood or a goal is none; they may be written as the controls of these
    names are: ``register_goal="C3"``.
    """

    seed: int
    temperature: float | None = None
    top_p: float | None = None
    mood: str = FREE
    density_goal: float | str = 0.0
    """Notes a second; 0: as the model likes."""
    register_goal: int | str = 0
    """Mean pitch; 0: where the model likes."""
    mode_goal: str = FREE
    """``major`` or ``minor``: of the key that is found, or its relative."""

    def __post_init__(self) -> None:
        for name in ("mood", *CONTROL_OF.values()):
            object.__setattr__(self, name, checked(name, getattr(self, name)))

    def style(self, manifest: Manifest) -> Style:
        """With the model's own defaults filled in."""
        own = manifest.sampling
        temperature = own.temperature if self.temperature is None else self.temperature
        return Style(
            temperature * MOODS[self.mood].temperature,
            own.top_p if self.top_p is None else self.top_p,
            goals=self.goals.told(manifest),
        )

    def as_loud(self, parts: Sequence[Part]) -> tuple[Part, ...]:
        """What was made, as loud as the mood has it."""
        share = MOODS[self.mood].loudness
        return tuple(
            parts if share == 1 else (replace(each, notes=scaled(each.notes, share)) for each in parts)
        )

    def remarks(self, manifest: Manifest) -> tuple[str, ...]:
        """What the model does not know of all that, a line each."""
        found = []
        if unknown := replace(self, mood=FREE).goals.unknown_to(manifest):
            found.append(
                f"the model {manifest.name} does not know {listed(unknown)}, and plays as if not asked"
            )
        mood = goals_of(mood=self.mood)
        if mood.given and not mood.told(manifest):
            found.append(
                f"of the mood {self.mood} the model {manifest.name} knows temperature and loudness alone"
            )
        return tuple(found)

    @property
    def goals(self) -> Goals:
        """What the music is to be like."""
        return goals_of(
            mood=self.mood,
            density_goal=float(self.density_goal),
            register_goal=float(self.register_goal),
            mode_goal=self.mode_goal,
        )
