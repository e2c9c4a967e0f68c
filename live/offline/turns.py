"""Every place of every control of character, for measuring what it does to the music."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from live.character import goals_of
from live.moods import FREE, MOODS
from live.offline.taste import Taste
from models.conditions import DENSITY, LEVELS, MEASURED, MODE, MODES
from models.goals import Goals
from models.manifest import Manifest
from models.sampling import Style

SHOWN = (1, 3, 5, 6, 8, 10)
"""Levels of a measured goal that are tried."""


class Turn(NamedTuple):
    """One control at one place (``value`` is ``None`` where it is a word); the style that it makes."""

    control: str
    place: str
    value: float | None
    style: Style


def turns(manifest: Manifest, style: Style) -> list[Turn]:
    """Free first; then each goal that the model knows from low to high; then the moods."""
    found = [Turn("free", "", None, style)]
    for name in (name for name in MEASURED if name in manifest.conditions):
        for level in SHOWN:
            value = middle(manifest.edges[name], level)
            goals = (Goals(density=value) if name == DENSITY.name else Goals(register=value)).told(manifest)
            found.append(Turn(name, f"{value:.3g}", value, replace(style, goals=goals)))
    if MODE.name in manifest.conditions:
        for mode in MODES[1:]:
            goals = Goals(mode=mode).told(manifest)
            found.append(Turn(MODE.name, mode, None, replace(style, goals=goals)))
    for mood in MOODS:
        told = goals_of(mood=mood).told(manifest)
        if mood != FREE and told:
            own = Taste(0, style.temperature, style.top_p, mood=mood).style(manifest)
            found.append(Turn("mood", mood, None, own))
    return found


def middle(edges: tuple[float, ...], level: int) -> float:
    """A value well inside a level: the first and the last are taken as wide as their neighbours."""
    low = edges[level - 2] if level > 1 else max(0.0, 2 * edges[0] - edges[1])
    high = edges[level - 1] if level < LEVELS else 2 * edges[-1] - edges[-2]
    return (low + high) / 2
