"""What a duet's controls do: how its companion goes with the player, at -1, 0 and 1 of each.

    python tests/benchmarks/duet_controls.py --asap ASAP --write docs/benchmarks.md

On the pieces of ``duets.py``, in zero time.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1])]

import duet_pieces  # noqa: E402
from duet_figures import densities, loudnesses, registers, slope  # noqa: E402
from duets import GIVEN, Measured, excerpts, measure, spread  # noqa: E402
from tables import Benchmark  # noqa: E402

FOLLOWING = ("follow_density", "follow_register", "follow_loudness")
WINDOWS = {"density": densities, "register": registers, "loudness": loudnesses}


def following(found: list[Measured]) -> str:
    """Cells of one setting: how many notes, and how what is played goes with the player."""
    slopes: dict[str, list[float]] = {name: [] for name in WINDOWS}
    for each in found:
        seconds = each.player.seconds
        for name, of in WINDOWS.items():
            slopes[name].append(slope(of(each.companion.notes, seconds), of(each.player.keys, seconds)))
    ratio = spread(each.figures.density / each.own_figures.density for each in found)
    correlations = (
        spread(getattr(each.figures, f"{name}_r") for each in found)
        for name in ("density", "register", "loudness")
    )
    cells = [ratio, *correlations, *(spread(each) for each in slopes.values())]
    return " | ".join(cells)


def main() -> None:
    """Measure and print."""
    benchmark = Benchmark("duet-controls", "duet_controls.py", "What a duet's controls do.")
    add = benchmark.options.add_argument
    add("--asap", type=Path, required=True)
    add("--split", default="validation", choices=("validation", "test"))
    add("--seconds", type=float, default=30.0, help="of each piece, from its first note on")
    add("--pieces", type=int, default=8)
    add("--jobs", type=int, default=1)
    chosen = benchmark.begin()
    duets = excerpts(duet_pieces.known(chosen.asap, chosen.split), chosen.pieces, chosen.seconds)
    benchmark.say(
        f"- {len(duets)} pieces of MAESTRO's {chosen.split} split, {chosen.seconds:g} s of each, each hand "
        "given in turn; r: correlation with the player's over windows of 2 s; slope: how much more for one "
        "more of the player's (notes a second, semitones, velocities); median and quartiles",
        "",
        "| control | density / own | density r | register r | loudness r | density slope | register slope | "
        "loudness slope |",
        "| --- |" + " --: |" * 7,
    )
    with ProcessPoolExecutor(chosen.jobs) as pool:
        for name, value in [("all", 0.0), *((name, way) for name in FOLLOWING for way in (-1.0, 1.0))]:
            settings: dict[str, object] = {} if name == "all" else {name: value}
            found: list[Measured] = []
            for given in GIVEN:
                job = partial(measure, given=given, seconds=chosen.seconds, settings=settings)
                found += pool.map(job, duets)
            benchmark.say(f"| {name} {value:g} | {following(found)} |")
    benchmark.end()


if __name__ == "__main__":
    main()
