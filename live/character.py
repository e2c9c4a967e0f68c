"""The character that the controls ask for, as models are told it; and what a model cannot do of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from live.controls import Settings
from live.moods import FREE, MOODS
from models.conditions import MODES
from models.goals import Goals
from models.manifest import Manifest

LINES = ("answer", "duet", "loop")
"""Modes in which the companion plays lines of its own."""
CONTROL_OF = {"density": "density_goal", "register": "register_goal", "mode": "mode_goal"}


class Idle(NamedTuple):
    """Controls that are set, but do nothing now; and the line that says so, or nothing."""

    names: tuple[str, ...] = ()
    line: str = ""


def goals_of(
    *, mood: str = FREE, density_goal: float = 0.0, register_goal: float = 0.0, mode_goal: str = FREE
) -> Goals:
    """What is asked for itself, and what the mood asks for beside it."""
    also = MOODS[mood]
    mode = also.mode if mode_goal == FREE else mode_goal
    return Goals(
        density_goal or also.density, register_goal or also.register, MODES[0] if mode == FREE else mode
    )


def goals_now(settings: Settings) -> Goals:
    """By the controls."""
    return goals_of(
        mood=settings.mood,
        density_goal=settings.density_goal,
        register_goal=settings.register_goal,
        mode_goal=settings.mode_goal,
    )


def idle(settings: Settings, manifest: Manifest | None) -> Idle:
    """Which controls of character do nothing in this mode, or with this model. Quick; any thread."""
    asked = goals_of(
        density_goal=settings.density_goal,
        register_goal=settings.register_goal,
        mode_goal=settings.mode_goal,
    )
    names = [CONTROL_OF[name] for name in asked.given]
    if settings.mode not in LINES or manifest is None:
        names += ["mood"] if settings.mood != FREE else []
        works = "works" if len(names) == 1 else "work"
        line = f"{listed(names)} only {works} in {listed(LINES)}" if names else ""
        return Idle(tuple(names), line)
    unknown = asked.unknown_to(manifest)
    names = [CONTROL_OF[name] for name in unknown]
    said = [f"{listed(names)}: the model {manifest.name} does not know {listed(unknown)}"] if names else []
    also = goals_of(mood=settings.mood)
    if also.given and not also.told(manifest):
        said.append(f"mood: with the model {manifest.name} only temperature and loudness change")
    return Idle(tuple(names), "; ".join(said))


def listed(words: Sequence[str]) -> str:
    """``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if words[1:] else words)
