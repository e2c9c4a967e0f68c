"""How good told beats are: the measures of the field (mir_eval), octave errors, calibration."""

from __future__ import annotations

from collections.abc import Iterable

import mir_eval
import numpy as np
from beat_run import Run, Told, inside

from training.beats.asap import Floats, Played

NEAR = 0.07
"""Seconds: a beat that misses by no more is right."""
RATIOS = {
    "1/4": 0.25,
    "1/3": 1 / 3,
    "1/2": 0.5,
    "2/3": 2 / 3,
    "right": 1.0,
    "3/2": 1.5,
    "2": 2.0,
    "3": 3.0,
    "4": 4.0,
}
"""A told beat's length over the annotated one's."""


def times(beats: Iterable[Told]) -> Floats:
    """Moments in order, equal ones once."""
    return np.unique(np.array([each.at for each in beats], float))


def f_measure(wanted: Floats, found: Floats) -> float:
    """The F-measure at 70 ms, over everything: nothing is trimmed. NaN where nothing is wanted."""
    if not len(wanted):
        return float("nan")
    return float(mir_eval.beat.f_measure(wanted, found)) if len(found) else 0.0


def continuity(wanted: Floats, found: Floats) -> tuple[float, float]:
    """CMLt and AMLt: the share of beats in runs that are right, at this level, and at any that is usual."""
    if len(found) < 2 or len(wanted) < 2:
        return 0.0, 0.0
    _, right, _, any_level = mir_eval.beat.continuity(wanted, found)
    return float(right), float(any_level)


def right(wanted: Floats, found: Floats) -> np.ndarray:
    """Whether each told beat lies near an annotated one."""
    at = np.clip(np.searchsorted(wanted, found), 1, len(wanted) - 1)
    away = np.minimum(np.abs(wanted[at] - found), np.abs(wanted[at - 1] - found))
    return away <= NEAR


def between(played: Played, beats: Iterable[Told]) -> list[Told]:
    """Told beats where there are annotations."""
    return [each for each in beats if played.beats[0] - NEAR <= each.at <= played.beats[-1] + NEAR]


def levels(played: Played, beats: list[Told]) -> list[str]:
    """At which multiple of the annotated beat each was told; ``other`` beyond 12 % of all."""
    middles, lengths = (played.beats[1:] + played.beats[:-1]) / 2, np.diff(played.beats)
    found = []
    for each in beats:
        ratio = each.period / max(float(np.interp(each.at, middles, lengths)), 1e-3)
        name, value = min(RATIOS.items(), key=lambda pair: abs(np.log(ratio / pair[1])))
        found.append(name if abs(np.log(ratio / value)) < 0.12 else "other")
    return found


def locked_f(played: Played, run: Run) -> tuple[float, float]:
    """F of beats and downbeats in the time in which a pulse was told."""
    downs = times(each for each in run.beats if each.downbeat)
    return (
        f_measure(inside(played.beats, run.locked), times(run.beats)),
        f_measure(inside(played.downbeats, run.locked), downs),
    )


def reliability(
    sure: np.ndarray, hit: np.ndarray, bins: int = 10
) -> tuple[list[tuple[float, float, int]], float]:
    """Mean confidence, share right and beats of each tenth of confidence; expected calibration error."""
    place = np.minimum((sure * bins).astype(int), bins - 1)
    rows, error = [], 0.0
    for index in np.unique(place):
        own = place == index
        rows.append((float(sure[own].mean()), float(hit[own].mean()), int(own.sum())))
        error += abs(rows[-1][0] - rows[-1][1]) * own.mean()
    return rows, float(error)


def foreseen(played: Played) -> float:
    """The share of beats that come where one would wait for them who knew all the earlier ones.

    That is, as long after the last one as that came after the one before.
    """
    beats = played.beats
    return float((np.abs(2 * beats[1:-1] - beats[:-2] - beats[2:]) <= NEAR).mean())
