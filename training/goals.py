"""Goals of a piece: what comes after each of its events, as a player could have asked for it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.conditions import LEVELS, MEASURED, MODES, levels
from models.events import KIND, PITCH, TIME, EventArray, Kind
from models.grid import TICK_SECONDS
from models.piece import Piece
from training.errors import TrainingError
from training.settings import ModelSettings

AHEAD_SECONDS = 4.0
"""So much of what comes next is measured; less at the end of a piece, but not less than half."""
AHEAD = round(AHEAD_SECONDS / TICK_SECONDS)
PIECES = 200
"""So many pieces say where the edges are."""
STRETCH = 192
"""Events for which a goal is given, or not given, on average."""


def coming(events: EventArray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Onsets a second and their mean pitch in what begins with each event, ``[n]`` each; NaN: not known.

    Time counts from the event before, when this one was chosen, so that a long wait is part of it.
    """
    times = events[:, TIME].astype(np.int64)
    onsets = np.concatenate([[0], np.cumsum(events[:, KIND] == Kind.ON)])
    pitches = np.concatenate([[0], np.cumsum(np.where(events[:, KIND] == Kind.ON, events[:, PITCH], 0))])
    chosen = np.concatenate([times[:1], times[:-1]])
    ahead = np.minimum(AHEAD, times[-1] - chosen)
    first = np.arange(len(events))
    last = np.maximum(np.searchsorted(times, chosen + AHEAD), first)
    count = onsets[last] - onsets[first]
    enough = ahead >= AHEAD / 2
    density = np.where(enough, count / np.maximum(1, ahead) / TICK_SECONDS, np.nan)
    mean = (pitches[last] - pitches[first]) / np.maximum(1, count)
    return density, np.where(enough & (count > 0), mean, np.nan)


def goal_of(name: str, events: EventArray, piece: Piece, settings: ModelSettings) -> NDArray[np.int32]:
    """What the network is told of one goal beside each event: its level, 0 where it is not known."""
    if name not in MEASURED:
        return np.full(len(events), MODES.index(piece.mode) if piece.mode in MODES else 0, np.int32)
    values = coming(events)[MEASURED.index(name)]
    told = levels(np.nan_to_num(values), settings.edges[name])
    return np.where(np.isnan(values), 0, told).astype(np.int32)


def given(count: int, share: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """For which events a goal is given: it comes and goes, ``share`` of the time."""
    turned = np.flatnonzero(rng.random(count) < 1 / STRETCH)
    stretches = np.concatenate([[0], turned, [count]])
    return np.repeat(rng.random(len(stretches) - 1) < share, np.diff(stretches))


def with_edges(settings: ModelSettings, pieces: Sequence[Piece]) -> ModelSettings:
    """The settings with the edges of their measured goals: tenths of the time of the training split.

    Raises :class:`TrainingError` on the score grid, which has no seconds.
    """
    wanted = [name for name in MEASURED if name in settings.conditions and name not in settings.edges]
    if not wanted:
        return settings
    if settings.grid != "performance":
        raise TrainingError(f"{wanted[0]} is measured on the performance grid alone")
    chosen = np.unique(np.linspace(0, len(pieces) - 1, PIECES).astype(int))
    found: list[list[NDArray[np.float64]]] = [[], []]
    for index in chosen:
        events = pieces[index].events(settings.grid_object, settings.voices)
        moments = np.arange(0, events[-1, TIME], round(1 / TICK_SECONDS))
        at = np.minimum(np.searchsorted(events[:, TIME], moments), len(events) - 1)
        for values, place in zip(coming(events), found, strict=True):
            place.append(values[at])
    edges = dict(settings.edges)
    for name in wanted:
        values = np.concatenate(found[MEASURED.index(name)])
        tenths = np.nanquantile(values, np.arange(1, LEVELS) / LEVELS)
        edges[name] = tuple(round(float(each), 2) for each in tenths)
    return settings.model_copy(update={"edges": edges})
