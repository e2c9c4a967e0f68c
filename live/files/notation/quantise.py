"""What was played, made readable: onsets to a grid that is chosen anew for each beat."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

GRIDS = {1: 0.0, 2: 0.004, 4: 0.012, 3: 0.018, 6: 0.04, 8: 0.05}
"""Places in a beat, and what it costs to use them, beside the mean distance (in beats) of the onsets."""
_CROWDED = 0.08
"""What it costs when onsets that are this far apart, in beats, and farther come to the same place."""


def snapped(onsets: Floats) -> Floats:
    """The onsets ``[n]`` (quarters) on sixteenths or triplets (or finer), whichever its beat asks for."""
    places = np.empty(len(onsets))
    # An onset a little early belongs to the beat that it anticipates.
    beats = np.floor(onsets + 1 / 16)
    for beat in np.unique(beats).tolist():
        inside = beats == beat
        places[inside] = beat + _on_best_grid(onsets[inside] - beat)
    return places


def _on_best_grid(inside: Floats) -> Floats:
    """Places in one beat: 0 to 1."""
    best, found = np.inf, inside
    for parts, cost in GRIDS.items():
        places = np.rint(inside * parts) / parts
        crowded = _squeezed(inside, places)
        total = float(np.abs(places - inside).mean()) + cost + _CROWDED * crowded
        if total < best:
            best, found = total, places
    return found


def _squeezed(inside: Floats, places: Floats) -> int:
    """How many onsets lost their own place."""
    order = np.argsort(inside, kind="stable")
    apart = np.diff(inside[order]) > _CROWDED
    return int((apart & (np.diff(places[order]) < 1e-9)).sum())


def line_ends(starts: Floats, ends: Floats, beat: float = 1.0) -> Floats:
    """Where notes of one line end: at the next onset, or earlier where a rest is heard.

    ``starts`` ``[n]`` are places on the grid, rising, each once; ``ends`` are as played.
    """
    following = np.append(starts[1:], np.inf)
    early = np.minimum(following, np.ceil(starts / beat + 1e-9) * beat)
    rounded = np.rint(ends * 4 / beat) * beat / 4
    wanted = np.maximum(rounded, np.minimum(early, following))
    wanted = np.where(np.isinf(following), np.maximum(np.ceil(ends / beat - 0.25) * beat, early), wanted)
    found = np.where(following - wanted < beat / 2 - 1e-9, following, wanted)
    least: Floats = np.minimum(starts + beat / 8, following)
    return np.asarray(np.maximum(np.minimum(found, following), least))
