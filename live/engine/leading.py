"""Voice leading: voices that must go into another chord go there together by the shortest way."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise, product

import numpy as np

from models.at_once import Pitches

_EACH_WAY = 3
"""So many tones above and below a voice are thought of."""


def lead(held: Mapping[int, int], allowed: Pitches, melody: int) -> dict[int, int]:
    """A pitch of ``allowed [128]`` below ``melody`` for each voice that sounds, as ``held`` says where.

    The voices together move as little as they can; none crosses another, two come to share a pitch only where
    there is no other way, and of equal ways the one is taken that doubles the melody least. Voices for which
    there is nothing below so low a melody are left out. Pure.
    """
    tones = np.flatnonzero(allowed[: max(0, melody)]).tolist()
    if not tones:
        return {}
    voices = sorted(held, key=lambda voice: (-held[voice], voice))
    apart = [held[upper] != held[lower] for upper, lower in pairwise(voices)]
    choices = [_near(held[voice], tones) for voice in voices]
    best: tuple[int, ...] | None = None
    least: tuple[int, int, int] | None = None
    for pitches in product(*choices):
        steps = list(pairwise(pitches))
        if any(upper < lower for upper, lower in steps):
            continue
        cost = (
            sum(upper == lower and were for (upper, lower), were in zip(steps, apart, strict=True)),
            sum(abs(pitch - held[voice]) for pitch, voice in zip(pitches, voices, strict=True)),
            sum((melody - pitch) % 12 == 0 for pitch in pitches),
        )
        if least is None or cost < least:
            best, least = pitches, cost
    return {} if best is None else dict(zip(voices, best, strict=True))


def _near(pitch: int, tones: list[int]) -> list[int]:
    """The tones nearest to a pitch, on either side; its own first."""
    below = [tone for tone in tones if tone <= pitch][-_EACH_WAY:]
    above = [tone for tone in tones if tone > pitch][:_EACH_WAY]
    return sorted(below + above, key=lambda tone: (abs(tone - pitch), tone))
