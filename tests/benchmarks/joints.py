"""Whether the joints between the chunks of a continuation are heard: in real music by what the network
expects, in its own by loudness, density and key on both sides, beside places in the middle of chunks.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
from tables import Benchmark

from live.files.cut import until
from live.files.performance import performance_prompt
from live.files.read import read
from live.offline.continuing import Continuing
from live.offline.growing import CHUNK_SECONDS
from live.offline.heard_last import REMEMBERED
from live.offline.taste import Taste
from models.events import TIME
from models.likelihood import score_events, score_piece
from models.sounding import trace
from models.step import Network, load_network
from models.vocabulary import choices

SIDE = 4.0
"""Seconds on each side of a place that are compared."""
TICKS = 100
"""A second."""
DRAWS = 2000


def main() -> None:
    bench = Benchmark("joints", "joints.py", __doc__ or "")
    bench.options.add_argument("--data", type=Path, required=True, help="MAESTRO, unpacked")
    bench.options.add_argument("--pieces", type=int, default=12)
    bench.options.add_argument("--seconds", type=float, default=180.0)
    bench.options.add_argument(
        "--prompt", type=float, default=8.0, help="seconds of each piece that are given"
    )
    chosen = bench.begin()
    network = load_network("piano")
    paths = validation(chosen.data, chosen.pieces)
    bench.say(
        "", "| real music, 10 s after a place, nats an event | mean | difference |", "| --- | --: | --: |"
    )
    rolling, anew, twenty = np.concatenate([heard_anew(network, path) for path in paths]).T
    bench.say(f"| the context rolls on | {rolling.mean():.3f} | |")
    for name, nats in ((f"made anew there from the last {REMEMBERED} events", anew), ("from 20 s", twenty)):
        low, high = interval(nats - rolling)
        gain = (nats - rolling).mean()
        bench.say(f"| {name} | {nats.mean():.3f} | {gain:+.4f} ({low:+.4f} to {high:+.4f}) |")
    joints, elsewhere = [], []
    for number, path in enumerate(paths):
        at_joints, between = played(network, path, chosen.prompt, chosen.seconds, number)
        joints.append(at_joints)
        elsewhere.append(between)
    found, others = np.concatenate(joints), np.concatenate(elsewhere)
    bench.say(
        "",
        f"{len(paths)} continuations of {chosen.seconds:g} s after {chosen.prompt:g} s of held-out pieces:"
        f" {len(found)} joints, {len(others)} places halfway between.",
        "",
        f"| {SIDE:g} s before and after differ by, on average | at joints | elsewhere | difference, 95 % |",
        "| --- | --: | --: | --: |",
    )
    names = "velocity", "notes a second", "pitch classes, 1 - correlation", "notes held across"
    for name, here, there in zip(names, found.T, others.T, strict=True):
        low, high = interval_of_two(here, there)
        bench.say(f"| {name} | {here.mean():.3f} | {there.mean():.3f} | {low:+.3f} to {high:+.3f} |")
    bench.end()


def validation(data: Path, count: int) -> list[Path]:
    with next(data.glob("maestro*.csv")).open(encoding="utf-8") as file:
        names = [row["midi_filename"] for row in csv.DictReader(file) if row["split"] == "validation"]
    return [data / name for name in sorted(names)[:: max(1, len(names) // count)][:count]]


def heard_anew(network: Network, path: Path) -> np.ndarray:
    """``[places, 3]``: nats an event in the ten seconds after each place, by how the context came about."""
    music = read(path)
    events = performance_prompt(music).piece.events(network.manifest.grid_object, 1)
    last_tick = int(events[-1, TIME])
    events = events[events[:, TIME] < min(last_tick, 200 * TICKS)]
    whole = score_piece(network, events, np.zeros((len(events), 0), np.int32)).total
    rows = []
    for second in range(40, 180, 20):
        first, stop = np.searchsorted(events[:, TIME], [second * TICKS, (second + 10) * TICKS])
        if stop - first < 20:
            continue
        early = np.searchsorted(events[:, TIME], (second - 20) * TICKS)
        found = [
            nats_after(network, events, first, stop, since) for since in (max(0, first - REMEMBERED), early)
        ]
        rows.append([whole[first : stop - 1].mean(), *found])
    return np.array(rows).reshape(-1, 3)


def nats_after(network: Network, events: np.ndarray, first: int, stop: int, since: int) -> float:
    """Nats an event of ``events[first + 1 : stop]`` after ``events[since : first + 1]`` alone."""
    grid, model = network.manifest.grid_object, network.start()
    before = int(events[since - 1, TIME]) if since else 0
    told = choices(events[since : stop - 1], grid, before)
    rows = trace(events, since, stop - 1, grid, 1).rows()
    hidden = model.feed(told, np.zeros((len(told), 0), np.int32), rows)[first - since :]
    coming = choices(events[first + 1 : stop], grid, int(events[first, TIME]))
    free = np.zeros((len(coming), len(network.manifest.conditions)), np.int32)
    logits = network.logits(hidden, coming, free)
    return float(score_events(logits, events, first, stop - 1, network).total.mean())


def played(
    network: Network, path: Path, prompt: float, seconds: float, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """What differs at each joint of a continuation, and halfway between joints."""
    music = read(path)
    start = float(music.tempo.seconds_at(min(part.notes[0, 0] for part in music.pitched))) + prompt
    music = until(music, float(music.tempo.quarters_at(start)))
    continuing = Continuing(music, Taste(seed), network=network, seconds=seconds)
    continuing.go_on()
    part = continuing.made().added[0]
    onset = music.tempo.seconds_at(part.notes[:, 0])
    ends = music.tempo.seconds_at(part.notes[:, 0] + part.notes[:, 3])
    begin = float(music.tempo.seconds_at(music.end))
    notes = np.stack([onset - begin, ends - begin, part.notes[:, 1], part.notes[:, 2]], axis=1)
    lines = np.arange(CHUNK_SECONDS, seconds - SIDE, CHUNK_SECONDS)
    return differences(notes, lines), differences(notes, lines - CHUNK_SECONDS / 2)


def differences(notes: np.ndarray, places: np.ndarray) -> np.ndarray:
    """``[n, 4]`` at each place: velocity, density, pitch classes, and how many notes go on across it."""
    rows = []
    for place in places:
        sides = [notes[(notes[:, 0] >= low) & (notes[:, 0] < low + SIDE)] for low in (place - SIDE, place)]
        if min(len(side) for side in sides) < 3:
            continue
        classes = [np.bincount(side[:, 2].astype(int) % 12, minlength=12) for side in sides]
        rows.append(
            [
                abs(sides[0][:, 3].mean() - sides[1][:, 3].mean()),
                abs(len(sides[0]) - len(sides[1])) / SIDE,
                1 - np.corrcoef(*classes)[0, 1],
                ((notes[:, 0] < place) & (notes[:, 1] > place)).sum(),
            ]
        )
    return np.array(rows).reshape(-1, 4)


def interval(values: np.ndarray) -> tuple[float, float]:
    """95 % of the means of so many drawn with replacement."""
    rng = np.random.default_rng(1)
    means = [rng.choice(values, len(values)).mean() for _ in range(DRAWS)]
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def interval_of_two(here: np.ndarray, there: np.ndarray) -> tuple[float, float]:
    """The same for a difference of two means."""
    rng = np.random.default_rng(1)
    means = [rng.choice(here, len(here)).mean() - rng.choice(there, len(there)).mean() for _ in range(DRAWS)]
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


if __name__ == "__main__":
    main()
