"""Several continuations of one piece, the best first: likely, and yet new.

Likely is what the model expects (nats a note, less is likelier); new is what stands neither in the prompt nor
earlier in the continuation, nor in the others. Alone each misleads: what repeats itself is the likeliest of
all, and noise is the newest. So places by both are added up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from live.files.music import Music, Part
from live.offline.continuing import Continuing, model_for
from live.offline.made import Made, Progress, share_of, unseen
from live.offline.taste import Taste
from models.step import Network, load_network

FIGURE = 5
"""Notes: a figure of so many is the same when its intervals and the proportions of its lengths are."""

Figure = tuple[int, ...]


@dataclass(frozen=True)
class Alternative:
    """``nats`` a note under the model; ``new``: the share of figures that are nowhere else."""

    made: Made
    nats: float
    new: float


def alternatives(
    music: Music,
    taste: Taste,
    count: int,
    *,
    network: Network | None = None,
    seconds: float | None = None,
    bars: int | None = None,
    part: str | None = None,
    start_at: float | None = None,
    may_end: bool = False,
    to_end: bool = False,
    progress: Progress = unseen,
) -> list[Alternative]:
    """``count`` continuations, of seeds from that of ``taste`` on, the best first. Blocks.

    See :class:`live.offline.continuing.Continuing` for what else there is to choose, and for errors.
    """
    network = network or load_network(model_for(music))
    continuings = [
        Continuing(
            music, replace(taste, seed=taste.seed + number), network=network, seconds=seconds, bars=bars,
            part=part, start_at=start_at, may_end=may_end, to_end=to_end,
        )
        for number in range(count)
    ]  # fmt: skip
    return ranked(continuings, progress)


def ranked(continuings: Sequence[Continuing], progress: Progress) -> list[Alternative]:
    """Make them all, and put the best first. Blocks."""
    for number, continuing in enumerate(continuings):
        continuing.go_on(share_of(progress, number, len(continuings)))
    mades = [continuing.made() for continuing in continuings]
    own = [_figures(made.added) for made in mades]
    found = []
    for number, (continuing, made) in enumerate(zip(continuings, mades, strict=True)):
        elsewhere = set(_figures(made.music.pitched))
        elsewhere.update(*(own[other] for other in range(len(own)) if other != number))
        notes = max(1, made.notes)
        found.append(Alternative(made, float(continuing.nats().sum()) / notes, _new(own[number], elsewhere)))
    likely = np.argsort(np.argsort([each.nats for each in found]))
    new = np.argsort(np.argsort([-each.new for each in found]))
    order = sorted(range(len(found)), key=lambda at: (likely[at] + new[at], likely[at]))
    return [found[at] for at in order]


def _new(figures: list[Figure], elsewhere: set[Figure]) -> float:
    """The share of figures that are heard for the first time."""
    known = set(elsewhere)
    first = 0
    for figure in figures:
        first += figure not in known
        known.add(figure)
    return first / len(figures) if figures else 0.0


def _figures(parts: Sequence[Part]) -> list[Figure]:
    """Intervals and, coarsely, gaps of every run of notes; the highest note of a chord stands for it."""
    found: list[Figure] = []
    for part in parts:
        notes = part.notes[np.lexsort((-part.notes[:, 1], part.notes[:, 0]))]
        if not len(notes):
            continue
        first = np.concatenate([[True], np.diff(notes[:, 0]) > 0.05])
        line = notes[first]
        intervals = np.diff(line[:, 1]).astype(int)
        gaps = np.diff(line[:, 0])
        ratios = np.rint(np.log2(gaps / np.median(gaps))).astype(int) if len(gaps) else gaps.astype(int)
        steps = np.stack([intervals, ratios], axis=1)
        found += [
            tuple(steps[at : at + FIGURE - 1].ravel().tolist()) for at in range(len(steps) - FIGURE + 2)
        ]
    return found
