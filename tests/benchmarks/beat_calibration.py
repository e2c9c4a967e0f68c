"""The weights of `live/beat/confidence.py`: a logistic regression on validation pieces and steady patterns.

`python tests/benchmarks/beat_calibration.py --data asap` prints them; put them there by hand.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from beat_run import ALWAYS, POLL_NS, excerpt, told_between
from beat_scores import right

from live.beat.confidence import Confidence
from live.beat.tracker import SECOND_NS, Tracker
from training.beats.asap import Played, read
from training.beats.patterns import pattern
from training.beats.samples import evenly

LEAST = 1e-2
"""Ridge."""


class Remembering(Confidence):
    """Remembers what it weighed."""

    weighed: tuple[float, ...] = ()

    def sure(self, beat: float, here: float, beat_s: float, uneven_s: float) -> float:
        self.weighed = self.features(beat, here, beat_s, uneven_s)
        return super().sure(beat, here, beat_s, uneven_s)


def weighed(played: Played) -> tuple[list[tuple[float, ...]], list[bool]]:
    """What was weighed when each beat was told, and whether that beat was right."""
    tracker, features, at = Tracker(lock=ALWAYS), [], []
    tracker._confidence = memory = Remembering()
    struck = [
        (round((at + 1) * SECOND_NS), int(pitch), int(velocity)) for at, pitch, velocity in played.notes
    ]
    now, pulse, told, place = struck[0][0], None, memory.weighed, 0
    while now < struck[-1][0]:
        if pulse is not None:
            for each in told_between(pulse, now - POLL_NS, now):
                features.append(told)
                at.append(each.at)
        while place < len(struck) and struck[place][0] <= now:
            tracker.strike(*struck[place])
            place += 1
        pulse, told = tracker.pulse(now), memory.weighed
        now += POLL_NS
    moments = np.array(at)
    known = (moments > played.beats[0]) & (moments < played.beats[-1])
    hit = right(played.beats, moments)
    return [each for each, own in zip(features, known, strict=True) if own], hit[known].tolist()


def fit(features: np.ndarray, hit: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Newton's method."""
    found = np.zeros(features.shape[1])
    for _ in range(40):
        sure = 1 / (1 + np.exp(-features @ found))
        slope = features.T @ (weights * (hit - sure)) - LEAST * found
        curve = (features * (weights * sure * (1 - sure))[:, None]).T @ features
        found += np.linalg.solve(curve + LEAST * np.eye(len(found)), slope)
    return found


def main() -> None:
    """The command."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--data", type=Path, required=True, help="the unpacked ASAP")
    options.add_argument("--seconds", type=float, default=120, help="of each performance")
    options.add_argument("--patterns", type=int, default=40)
    options.add_argument("--weight", type=float, default=1.0, help="of a beat of a pattern")
    options.add_argument("--keep", type=Path, help="write the features here")
    chosen = options.parse_args()
    random = np.random.default_rng(11)
    held = [each for each in read(chosen.data) if each.split == "validation"]
    by_piece: dict[str, list[Played]] = {}
    for each in held:
        by_piece.setdefault(each.piece, []).append(each)
    taken = [excerpt(each, chosen.seconds) for own in by_piece.values() for each in own[:4]]
    taken += [evenly(pattern(random, 16), random) for _ in range(chosen.patterns)]
    rows, hits, steady = [], [], []
    for each in taken:
        shift = 1 - each.notes[0, 0]
        moved = each._replace(notes=each.notes + np.array([shift, 0, 0]), beats=each.beats + shift)
        features, hit = weighed(moved)
        rows += [(1.0, *own) for own in features]
        hits += hit
        steady += [each.piece == "pattern"] * len(hit)
    table, right_, made = np.array(rows), np.array(hits, float), np.array(steady)
    if chosen.keep:
        np.savez(chosen.keep, table=table, hit=right_, made=made)
    found = fit(table, right_, np.where(made, chosen.weight, 1.0))
    sure = 1 / (1 + np.exp(-table @ found))
    print("WEIGHTS =", tuple(float(each) for each in found.round(2)))
    for name, own in (("performances", ~made), ("patterns", made)):
        print(
            name,
            len(right_[own]),
            "beats: sure",
            sure[own].mean().round(3),
            "right",
            right_[own].mean().round(3),
        )


if __name__ == "__main__":
    main()
