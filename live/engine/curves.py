"""Velocity curves: how hard a key was struck, told to somebody else more softly or more loudly."""

from __future__ import annotations

from live.voice_controls import CURVES

FIXED = "fixed"
GAMMAS = {"linear": 1.0, "soft": 0.6, "hard": 1.6}
"""``soft``: a soft touch is enough to play loud; ``hard``: only a hard one does. Both keep 127."""
assert {*GAMMAS, FIXED} == set(CURVES)


def shaped(velocity: int, curve: str, fixed: int) -> int:
    """A velocity of 1 to 127 after a curve; ``fixed`` is what the curve of that name always gives."""
    if curve == FIXED:
        return fixed
    if curve == "linear":
        return velocity
    place: float = (velocity / 127) ** GAMMAS[curve]
    return min(127, max(1, round(127 * place)))
