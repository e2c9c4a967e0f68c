"""The key that is heard.

    python tests/benchmarks/keys.py --essen PATH --chorales PATH --asap PATH --write docs/benchmarks.md

On the halves of the corpora that nothing was learned from; beside it the follower before, and music21's
analyses of the same notes. About five minutes.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path[:0] = [str(Path(__file__).parent)]

from key_trails import Joined, Trail, before, joined, mirex, music21_key, now  # noqa: E402
from tables import Benchmark  # noqa: E402

from live.engine.key_follower import KeyFollower  # noqa: E402
from models.key_filter import SHIFTS  # noqa: E402
from training.key_evidence import pieces  # noqa: E402
from training.key_evidence.pieces import Keyed  # noqa: E402

AFTER = (8, 16, 32)
WHITE = (0, 2, 4, 5, 7, 9, 11)
FOLLOWERS: dict[str, Callable[[NDArray[np.int64]], Trail]] = {"the follower": now, "before": before}
MUSIC21 = {"music21 Krumhansl": "krumhansl", "music21 `analyze('key')`": "aarden"}


def accuracy(corpus: str, found: list[Keyed]) -> Iterator[str]:
    """Exact key, the same transposition and MIREX score after so many strikes."""
    trails = {
        name: [follow(each.notes[: max(AFTER)]) for each in found] for name, follow in FOLLOWERS.items()
    }
    for name in (*FOLLOWERS, *MUSIC21):
        cells = []
        for count in AFTER:
            scores = []
            for index, piece in enumerate(found):
                if len(piece.notes) < count:
                    continue
                if name in MUSIC21:
                    key = music21_key(MUSIC21[name], piece.notes[:count])
                    shift = int(SHIFTS[key]) % 12
                else:
                    trail = trails[name][index]
                    key, shift = int(trail.keys[count - 1]), int(trail.shifts[count - 1])
                right = shift == piece.shifts[count - 1]
                exact = (
                    (np.nan, np.nan)
                    if key < 0 or piece.key < 0
                    else (key == piece.key, mirex(key, piece.key))
                )
                scores.append((exact[0], right, exact[1]))
            cells += [said(share) for share in np.mean(scores, axis=0)]
        yield f"| {corpus} ({len(found)}) | {name} | {' | '.join(cells)} |"


def said(share: float) -> str:
    """A percentage."""
    return "" if np.isnan(share) else f"{share:.1%}"


def calm(found: list[Keyed], follow: Callable[[NDArray[np.int64]], Trail]) -> tuple[float, float]:
    """Changes a piece after the eighth strike: all of them, and those that leave the right transposition."""
    every, false = [], []
    for piece in found:
        shifts = follow(piece.notes[:200]).shifts
        changed = np.flatnonzero(np.diff(shifts[7:])) + 8
        every.append(len(changed))
        false.append(sum(shifts[at - 1] == piece.shifts[at] for at in changed.tolist()))
    return float(np.mean(every)), float(np.mean(false))


def turns(made: list[Joined], follow: Callable[[NDArray[np.int64]], Trail]) -> Iterator[str]:
    """How soon another key is followed, and how many changes more there were after it than that one."""
    strikes, bars, more = [], [], []
    for piece in made:
        shifts = follow(piece.notes).shifts
        right = np.flatnonzero(shifts[piece.turn :] == piece.shifts[1])
        strikes.append(int(right[0]) + 1 if len(right) else len(piece.notes))
        waited = piece.bars_until(piece.turn + strikes[-1] - 1) if len(right) else np.inf
        if waited is not None:
            bars.append(waited)
        more.append(max(0, int(np.count_nonzero(np.diff(shifts[piece.turn - 1 :]))) - 1))
    within = [float(np.mean(np.array(strikes) <= most)) for most in (8, 12, 16)]
    yield f"{np.median(strikes):.0f}"
    yield from (said(share) for share in within)
    yield f"{np.median(bars):.1f}"
    yield said(float(np.mean(np.array(bars) <= 2)))
    yield f"{np.mean(more):.2f}"


def first_strange(made: list[Joined]) -> Iterator[str]:
    """When the second piece first leaves the scale of the first: nobody can know of another key before."""
    strikes, bars = [], []
    for piece in made:
        degrees = (piece.notes[piece.turn :, 1] + piece.shifts[0]) % 12
        strange = np.flatnonzero(~np.isin(degrees, WHITE))
        strikes.append(int(strange[0]) + 1 if len(strange) else len(piece.notes))
        waited = piece.bars_until(piece.turn + strikes[-1] - 1) if len(strange) else np.inf
        if waited is not None:
            bars.append(waited)
    yield f"{np.median(strikes):.0f}"
    yield from (said(float(np.mean(np.array(strikes) <= most))) for most in (8, 12, 16))
    yield f"{np.median(bars):.1f}"
    yield said(float(np.mean(np.array(bars) <= 2)))
    yield ""


def signatures(found: list[Keyed], follow: Callable[[NDArray[np.int64]], Trail]) -> Iterator[str]:
    """Piano pieces, 1000 strikes each: how often the transposition told is that of the key signature."""
    right, changed, true = [], [], []
    for piece in found:
        shifts = follow(piece.notes[:1000]).shifts
        right.append(float(np.mean(shifts == piece.shifts[:1000])))
        changed.append(100 * float(np.mean(np.diff(shifts) != 0)))
        true.append(100 * float(np.mean(np.diff(piece.shifts[:1000]) != 0)))
    yield said(float(np.mean(right)))
    yield f"{np.mean(changed):.2f}"
    yield f"{np.mean(true):.2f}"


def calibration(corpora: dict[str, list[Keyed]]) -> Iterator[str]:
    """How often the key was right, by how sure the follower said it was; after 4, 8, 16 and 32 strikes."""
    told: list[tuple[float, bool]] = []
    for found in corpora.values():
        for piece in found:
            trail = now(piece.notes[: max(AFTER)])
            places = [count - 1 for count in (4, *AFTER) if count <= len(piece.notes)]
            told += [(float(trail.confidence[at]), bool(trail.keys[at] == piece.key)) for at in places]
    sure, right = np.array(told).T
    error = 0.0
    for low in np.arange(0.0, 1.0, 0.1):
        here = (sure >= low) & (sure < low + 0.1 + (low > 0.85))
        if here.sum() > 20:
            error += here.mean() * abs(right[here].mean() - sure[here].mean())
            share = f"{said(right[here].mean())} | {int(here.sum())}"
            yield f"| {low:.0%} to {low + 0.1:.0%} | {said(sure[here].mean())} | {share} |"
    yield ""
    yield f"- expected calibration error (ten parts): {error:.3f}"


def cost() -> str:
    """Time of a strike, one at a time with a rest before it as in playing, and in a loop."""
    follower, took, at = KeyFollower(), {0.0: [], 0.012: []}, 0  # type: ignore[var-annotated]
    for rest, seconds in took.items():
        for _ in range(400):
            at += 200_000_000
            time.sleep(rest)
            begun = time.perf_counter()
            follower.strike(at, random.randint(48, 84))
            follower.follow()
            seconds.append((time.perf_counter() - begun) * 1000)
    loop, rested = (
        f"p50 {np.median(each):.3f}, p99 {np.percentile(each, 99):.3f} ms" for each in took.values()
    )
    return f"{loop} in a loop, {rested} after 12 ms of rest"


def main() -> None:
    """Measure and print."""
    benchmark = Benchmark("keys", "keys.py", "The key that is heard.")
    for name in ("essen", "chorales", "asap"):
        benchmark.options.add_argument(f"--{name}", type=Path, required=True)
    chosen = benchmark.begin()
    rng = np.random.default_rng(11)
    corpora = {
        "Essen": pieces.essen(chosen.essen),
        "chorale melodies": pieces.chorale_melodies(chosen.chorales),
        "chorales, four voices": pieces.chorale_voices(chosen.chorales),
    }
    corpora = {
        name: [each for each in found if each.half == pieces.REPORT] for name, found in corpora.items()
    }
    piano = [each for each in pieces.asap(chosen.asap) if each.half == pieces.REPORT]
    benchmark.say(
        "- the halves of the corpora that nothing was learned from; scores at 120 quarters a minute",
        f"- a strike costs {cost()}",
        "",
        "The key after the first n strikes (music21 sees how long the nth lasts, the follower does not).",
        "*Exact*: tonic and mode; *same*: a key and its relative are one; *MIREX*: a fifth off counts half,",
        "the relative 0.3, the parallel 0.2.",
        "",
        "| corpus (pieces) | by | " + " | ".join(f"{n}: exact | same | MIREX" for n in AFTER) + " |",
        "| --- | --- |" + " --: |" * 9,
    )
    for name, found in {**corpora, "ASAP, piano": piano}.items():
        benchmark.say(*accuracy(name, found))
    benchmark.say(
        "",
        "Changes of the transposition told within a piece in one key, after the eighth strike (200 at most):",
        "",
    )
    benchmark.say("| corpus | by | changes a piece | away from the right one |", "| --- | --- | --: | --: |")
    for name, found in corpora.items():
        some = [found[index] for index in rng.permutation(len(found))[:1500].tolist()]
        for by, follow in FOLLOWERS.items():
            every, false = calm(some, follow)
            benchmark.say(f"| {name} | {by} | {every:.2f} | {false:.2f} |")
    benchmark.say(
        "",
        "Two pieces joined, the second in another key (mostly a near one): strikes until the right",
        "transposition is told, and changes after the turn beyond that one. Bars of the second piece.",
        "",
        "| pieces | by | median strikes | within 8 | within 12 | within 16 | median bars | within 2 bars | "
        "more changes |",
        "| --- | --- |" + " --: |" * 7,
    )
    for name, found in corpora.items():
        made = list(joined(found, 1000 if name == "Essen" else 300, 160 if "voices" in name else 64, rng))
        for by, follow in FOLLOWERS.items():
            benchmark.say(f"| {name} ({len(made)}) | {by} | {' | '.join(turns(made, follow))} |")
        benchmark.say(f"| {name} ({len(made)}) | a strange note | {' | '.join(first_strange(made))} |")
    benchmark.say(
        "",
        "Piano performances beside the key signatures of their scores (music leaves its signature often):",
        "",
    )
    benchmark.say(
        "| by | strikes in the signature's transposition | changes in 100 strikes | of the signature |",
        "| --- | --: | --: | --: |",
    )
    for by, follow in FOLLOWERS.items():
        benchmark.say(f"| {by} | {' | '.join(signatures(piano, follow))} |")
    benchmark.say("", "The confidence, beside how often the key (tonic and mode) was right:", "")
    benchmark.say("| told | mean | right | n |", "| --- | --: | --: | --: |", *calibration(corpora))
    benchmark.end()


if __name__ == "__main__":
    main()
