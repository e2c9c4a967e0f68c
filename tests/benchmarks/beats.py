"""The pulse of the playing on ASAP: performances that are not in MAESTRO, pieces that were not learned from.

`pip install .[train,beats]`, then `python tests/benchmarks/beats.py --data asap`. For the row of madmom also
`pip install cython` and `pip install --no-build-isolation madmom`.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
from beat_beside import libraries
from beat_run import ALWAYS, Run, excerpt, run
from beat_scores import (
    NEAR,
    RATIOS,
    between,
    continuity,
    f_measure,
    foreseen,
    levels,
    locked_f,
    reliability,
    right,
    times,
)
from tables import Benchmark

from live.beat.tracker import Lock, Tracker
from training.beats.asap import Floats, Played, read

Pairs = list[tuple[Played, Run]]


def mean(values: list[float]) -> float:
    """Over the pieces that have a value."""
    known = [each for each in values if not np.isnan(each)]
    return float(np.mean(known)) if known else float("nan")


def at_most(played: list[Played], most: int | None) -> list[Played]:
    """The first so many performances of each piece."""
    taken: Counter[str] = Counter()
    kept = []
    for each in played:
        taken[each.piece] += 1
        if most is None or taken[each.piece] <= most:
            kept.append(each)
    return kept


def scores(name: str, played: list[Played], found: list[Floats], downs: list[Floats] | None) -> str:
    """A row: means over performances."""
    pairs = list(zip(played, found, strict=True))
    beats = mean([f_measure(each.beats, own) for each, own in pairs])
    trimmed = mean([f_measure(each.beats[each.beats > 5], own[own > 5]) for each, own in pairs])
    kept = [continuity(each.beats, own) for each, own in pairs]
    bars = (
        ""
        if downs is None
        else f"{mean([f_measure(p.downbeats, d) for p, d in zip(played, downs, strict=True)]):.3f}"
    )
    lines = (f"{each:.3f}" for each in (beats, trimmed, *np.mean(kept, 0)))
    return f"| {name} | {' | '.join(lines)} | {bars} |"


def downbeats(found: Run) -> Floats:
    """Told beginnings of bars."""
    return times(each for each in found.beats if each.downbeat)


def locking(pairs: Pairs) -> list[str]:
    """What the musician sees: how soon, how long, how good while it lasts."""
    first = [found.locked[0][0] - played.notes[0, 0] for played, found in pairs if found.locked]
    counted = [
        float(((played.beats >= played.notes[0, 0]) & (played.beats < found.locked[0][0])).sum())
        for played, found in pairs
        if found.locked
    ]
    lengths = [played.notes[-1, 0] - played.notes[0, 0] for played, _ in pairs]
    spans = [sum(last - begun for begun, last in found.locked) for _, found in pairs]
    inside = [locked_f(played, found) for played, found in pairs if found.locked]
    told = [
        right(played.beats, times(between(played, found.beats))) for played, found in pairs if found.beats
    ]
    told = [each for each in told if len(each)]
    changes = sum(len(found.locked) for _, found in pairs) / (sum(lengths) / 60)
    return [
        f"- a pulse is told in {sum(spans) / sum(lengths):.1%} of the time",
        f"- it is told at all in {len(first)} of {len(pairs)} performances",
        f"- first told after {np.median(first):.1f} s (median; quartiles {np.percentile(first, 25):.1f} and "
        f"{np.percentile(first, 75):.1f} s), {np.median(counted):.0f} annotated beats",
        f"- it comes {changes:.1f} times a minute",
        f"- told beats that are right: {np.concatenate(told).mean():.1%} of {sum(map(len, told))}",
        f"- F within the time told: beats {mean([each[0] for each in inside]):.3f}, "
        f"downbeats {mean([each[1] for each in inside]):.3f} (mean over performances)",
    ]


def octaves(pairs: Pairs) -> list[str]:
    """Tables of levels: of told beats, and of performances by their commonest level."""
    by_beat: Counter[str] = Counter()
    by_piece: Counter[str] = Counter()
    for played, found in pairs:
        own = Counter(levels(played, between(played, found.beats)))
        by_beat += own
        if own:
            by_piece[own.most_common(1)[0][0]] += 1
    names = [*RATIOS, "other"]
    shares = (f"{by_beat[name] / by_beat.total():.1%}" for name in names)
    pieces = (f"{by_piece[name] / by_piece.total():.1%}" for name in names)
    return [
        "| told length of a beat / annotated | " + " | ".join(names) + " |",
        "| --- |" + " --: |" * len(names),
        "| told beats | " + " | ".join(shares) + " |",
        "| performances, by their commonest | " + " | ".join(pieces) + " |",
    ]


def calibration(pairs: Pairs) -> list[str]:
    """Is the confidence the share of beats that are right?"""
    sure, hit = [], []
    for played, found in pairs:
        told = between(played, found.beats)
        if told:
            sure += [each.sure for each in told]
            hit += right(played.beats, np.array([each.at for each in told])).tolist()
    rows, error = reliability(np.array(sure), np.array(hit))
    return [
        "| confidence | " + " | ".join(f"{each:.2f}" for each, _, _ in rows) + " |",
        "| --- |" + " --: |" * len(rows),
        "| right within 70 ms | " + " | ".join(f"{each:.2f}" for _, each, _ in rows) + " |",
        "| beats | " + " | ".join(str(each) for _, _, each in rows) + " |",
        "",
        f"Expected calibration error {error:.3f} over {len(sure)} beats.",
    ]


def main() -> None:
    """The command."""
    benchmark = Benchmark("beats", "beats.py", __doc__ or "")
    benchmark.options.add_argument("--data", type=Path, required=True, help="the unpacked ASAP")
    benchmark.options.add_argument("--split", default="test", choices=("test", "validation"))
    benchmark.options.add_argument(
        "--excerpt", type=float, default=60, help="seconds of each for the libraries"
    )
    benchmark.options.add_argument(
        "--every", type=int, default=1, help="take each so manieth performance only"
    )
    benchmark.options.add_argument("--most", type=int, help="take so many performances of a piece at most")
    chosen = benchmark.begin()
    say = benchmark.say
    all_of = [each for each in read(chosen.data) if each.split == chosen.split and not each.in_maestro]
    all_of = at_most(all_of, chosen.most)[:: chosen.every]
    pieces = len({each.piece for each in all_of})
    beats = sum(len(each.beats) for each in all_of)
    say(f"- data: {len(all_of)} performances of {pieces} pieces, {beats} annotated beats ({chosen.split})")
    always = [(each, run(each, Tracker(lock=ALWAYS))) for each in all_of]
    shipped = [(each, run(each, Tracker())) for each in all_of]
    say("", header("whole performances"))
    for name, pairs in (("Antiphon, always told", always), ("Antiphon, as shipped: told when sure", shipped)):
        say(
            scores(name, all_of, [times(own.beats) for _, own in pairs], [downbeats(own) for _, own in pairs])
        )
    known = mean([foreseen(each) for each in all_of])
    say(f"\n{known:.1%} of the annotated beats come within 70 ms of where the two before put them.")
    say("", f"As shipped (told above {Lock().on}, until below {Lock().off}):", "", *locking(shipped))
    say("", *octaves(always), "", "Confidence, always told:", "", *calibration(always))
    say("", "Confidence, as shipped:", "", *calibration(shipped))
    spent, struck = sum(own.seconds for _, own in shipped), sum(own.strikes for _, own in shipped)
    say(f"\nComputing: {1000 * spent / struck:.2f} ms a strike in the mean, questions every 10 ms included.")
    if chosen.excerpt:
        beside(benchmark, all_of, chosen.excerpt)
    benchmark.end()


def beside(benchmark: Benchmark, all_of: list[Played], seconds: float) -> None:
    """A table of libraries, which hear the beginnings of the performances."""
    short = [excerpt(each, seconds) for each in all_of]
    benchmark.say("", header(f"the first {seconds:.0f} s"))
    runs = [run(each, Tracker(lock=ALWAYS)) for each in short]
    told = [times(own.beats) for own in runs]
    benchmark.say(scores("Antiphon, always told (causal)", short, told, [*map(downbeats, runs)]))
    for name, track in libraries().items():
        benchmark.say(scores(name, short, [np.unique(track(each)) for each in short], None))


def header(name: str) -> str:
    """Of the tables of :func:`scores`."""
    columns = (name, f"F beats, {NEAR * 1000:.0f} ms", "F without 5 s", "CMLt", "AMLt", "F downbeats")
    return "| " + " | ".join(columns) + " |\n| --- |" + " --: |" * (len(columns) - 1)


if __name__ == "__main__":
    main()
