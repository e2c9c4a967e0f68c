"""Moods: what each asks of the companion, where nothing else is asked for. No NumPy; any thread."""

from __future__ import annotations

from typing import NamedTuple


class Mood(NamedTuple):
    """``density`` in notes a second and ``register`` as a mean pitch (0: as the model likes), ``mode`` of
    tunes, and by how much ``temperature`` and ``loudness`` are multiplied."""

    density: float = 0.0
    register: float = 0.0
    mode: str = "free"
    temperature: float = 1.0
    loudness: float = 1.0


FREE = "free"
MOODS = {
    FREE: Mood(),
    "calm": Mood(density=4.0, register=62.0, temperature=0.9, loudness=0.75),
    "bright": Mood(density=10.0, register=74.0, mode="major", loudness=1.1),
    "dark": Mood(density=6.0, register=50.0, mode="minor", loudness=0.9),
    "wild": Mood(density=20.0, temperature=1.1, loudness=1.25),
}
"""Densities and registers lie in the outer tenths of what pianists play in MAESTRO."""
