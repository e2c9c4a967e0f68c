"""All figures of a set of samples, beside those of the real music that they stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from models.grid import Grid
from models.piece import Piece
from training.listening import features, overlap, repetition
from training.listening.excerpt import Excerpt
from training.listening.overlap import Values
from training.listening.passages import at_strikes
from training.listening.repetition import Extremes, extremes
from training.novelty.index import NoveltyIndex, Run
from training.novelty.sequence import lines

MOST_COPIED = 16
"""Notes: the target for the longest run of a sample that stands in the training split."""
TONICS = {"major": 0, "minor": 9}


@dataclass(frozen=True)
class Overlap:
    """Of one feature: ``same`` pieces, all samples pooled; ``distances``: Yang and Lerch's area, against real
    music of other pieces. Each beside what one half of the real music reaches against the other.
    """

    same: float
    same_ceiling: float
    distances: float
    distances_ceiling: float


@dataclass(frozen=True)
class Copied:
    """Longest runs that stand in the training split, over all excerpts."""

    median: float
    most: int
    above: int
    """So many have more than :data:`MOST_COPIED` notes."""
    worst: str


@dataclass(frozen=True)
class Degenerate:
    """The longest of the training split and of the excerpts, and how many of these are longer than that."""

    training: Extremes
    played: Extremes
    above: dict[str, int]


@dataclass
class Listening:
    """What the command prints. ``means``: of each number, played and real."""

    samples: int
    pieces: int
    seconds: bool
    """Whether times are seconds, not quarters."""
    overlaps: dict[str, Overlap] = field(default_factory=dict)
    means: dict[str, tuple[float, float]] = field(default_factory=dict)
    degenerate: Degenerate | None = None
    copied: dict[str, Copied] = field(default_factory=dict)


def listen(
    played: list[Excerpt], real: list[Excerpt], train: Sequence[Piece], index: NoveltyIndex, grid: Grid
) -> Listening:
    """Compare samples with the real music of the same passages, number by number."""
    found = Listening(len(played), len({each.piece for each in real}), not grid.monophonic)
    singles = distinct(real)
    chords = any(features.mean_polyphony(each) > 1.0 for each in singles[:50])
    for name in features.features_of(velocities=grid.has_velocity, chords=chords):
        found.overlaps[name] = _overlap(name, played, real)
    ours, theirs = means(played), means(singles)
    found.means = {name: (value, theirs[name]) for name, value in ours.items() if name in theirs}
    found.degenerate = degenerate(played, train, grid)
    for who, music in (("played", played), ("real", singles)):
        found.copied[who] = copied(music, index, grid)
        found.copied[f"{who}, figures once"] = copied(music, index, grid, figures_once=True)
    return found


def distinct(real: Iterable[Excerpt]) -> list[Excerpt]:
    """Each stretch of real music once, though several samples stand for it."""
    return list({(each.piece, each.notes.tobytes()): each for each in real}.values())


def means(music: list[Excerpt]) -> dict[str, float]:
    """Of all numbers; where a number says nothing about an excerpt, that is left out."""
    found: dict[str, list[float]] = {}
    for each in music:
        for name, value in _numbers(each).items():
            found.setdefault(name, []).append(value)
    return {name: float(np.mean(values)) for name, values in found.items()}


def _numbers(music: Excerpt) -> dict[str, float]:
    unit = "quarter" if music.grid.monophonic else "second"
    found = {"plays nothing": float(not len(music.notes))}
    if not len(music.notes):
        return found
    found |= {f"notes a {unit}": features.density(music), "share of notes in the key": features.in_key(music)}
    if music.grid.has_velocity:
        found["notes sounding together"] = features.mean_polyphony(music)
        found["velocity"] = float(music.notes[:, 2].mean())
        found["spread of velocity"] = float(music.notes[:, 2].std())
        found |= {"pitch": float(music.notes[:, 1].mean()), "spread of pitch": float(music.notes[:, 1].std())}
        return found | repetition.of_windows(music)
    found |= repetition.at_bars(music)
    if music.notes[:, 4].any():  # added voices have no phrases and no ends of their own
        return found
    found |= repetition.at_phrases(music)
    if counts := repetition.phrase_notes(music):
        found["notes in a phrase"] = float(np.mean(counts))
    found["ends before the limit"] = float(music.ended)
    if music.ended:
        last = int(music.notes[music.notes[:, 0].argmax(), 1]) % 12
        found["ends on the tonic"] = float(last == TONICS[music.mode or "major"])
    return found


def degenerate(played: list[Excerpt], train: Sequence[Piece], grid: Grid) -> Degenerate:
    """Loops, drones and silences beyond all that stand in the training split."""
    voices = any(len(piece.notes) and piece.notes[:, 4].any() for piece in train)
    known = _most(extremes(at_strikes(each.notes) if voices else each.notes, grid) for each in train)
    each = [extremes(music.notes, grid) for music in played]
    above = {name: sum(getattr(one, name) > getattr(known, name) for one in each) for name in known._fields}
    return Degenerate(known, _most(each), above)


def copied(music: list[Excerpt], index: NoveltyIndex, grid: Grid, *, figures_once: bool = False) -> Copied:
    """The longest run of each excerpt, of all its lines."""
    runs: list[tuple[Run, str]] = []
    for each in music:
        own = [index.longest(line, figures_once=figures_once) for line in lines(each.notes, grid)]
        runs.append((max(own, key=lambda run: run.notes, default=Run(0)), each.piece))
    counts = np.array([run.notes for run, _ in runs])
    worst, piece = max(runs, key=lambda each: each[0].notes)
    source = worst.piece.name if worst.piece is not None else "nothing"
    return Copied(
        float(np.median(counts)), int(counts.max()), int((counts > MOST_COPIED).sum()),
        f"{worst.notes} notes after {piece}: {source}",
    )  # fmt: skip


def _most(each: Iterable[Extremes]) -> Extremes:
    loops, drones, silences = zip(*each, strict=True)
    return Extremes(max(loops), max(drones), max(silences))


def _overlap(name: str, played: list[Excerpt], real: list[Excerpt]) -> Overlap:
    """Halves are drawn by piece, so that a piece is never compared with itself."""
    names = sorted({each.piece for each in real})
    half = set(np.random.default_rng(1).permutation(names)[: len(names) // 2].tolist())
    values = {
        (kind, side): _values(name, [each for each in music if (each.piece in half) == side])
        for kind, music in (("played", played), ("real", distinct(real)))
        for side in (True, False)
    }
    if any(len(each) < 2 for each in values.values()):
        return Overlap(np.nan, np.nan, np.nan, np.nan)
    whole = {kind: np.concatenate([values[kind, True], values[kind, False]]) for kind in ("played", "real")}
    sides = [(True, False), (False, True)]
    return Overlap(
        overlap.pooled(whole["played"], whole["real"]),
        overlap.pooled(values["real", True], values["real", False]),
        float(np.mean([overlap.of_distances(values["played", a], values["real", b]) for a, b in sides])),
        float(np.mean([overlap.of_distances(values["real", a], values["real", b]) for a, b in sides])),
    )


def _values(name: str, music: list[Excerpt]) -> Values:
    count: Callable[[Excerpt], Values | float] = features.HISTOGRAMS.get(name) or features.NUMBERS[name]
    return overlap.stacked(count(each) for each in music if len(each.notes) > 1)
