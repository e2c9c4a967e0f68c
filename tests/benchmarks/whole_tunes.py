"""Whether what ``antiphon compose`` makes are whole tunes: by itself at the end, on the tonic, how long, how
many phrases; in major, minor and two church modes.
"""

from __future__ import annotations

import time
from collections import Counter

import numpy as np
from tables import Benchmark

from live.offline.composing import compose_music
from live.offline.taste import Taste
from models.key import Key
from models.step import load_network

KINDS = (
    (Key(0, "major"), None),
    (Key(9, "minor"), None),
    (Key(2, "minor"), "dorian"),
    (Key(7, "major"), "mixolydian"),
)


def main() -> None:
    bench = Benchmark("whole tunes", "whole_tunes.py", __doc__ or "")
    bench.options.add_argument("--tunes", type=int, default=25, help="of each kind")
    bench.options.add_argument("--bars", type=int, default=16)
    bench.options.add_argument("--meter", default="4/4")
    chosen = bench.begin()
    over, under = (int(each) for each in chosen.meter.split("/"))
    network = load_network("folk")
    bench.say(
        "",
        f"{chosen.tunes} tunes of each kind, {chosen.bars} bars of {chosen.meter} asked for:",
        "",
        "| key | ended by the model | on the tonic | bars | phrases | s a tune |",
        "| --- | --: | --: | --- | --- | --: |",
    )
    for key, mode in KINDS:
        start = time.monotonic()
        made = [
            compose_music(
                "tune",
                Taste(number),
                network=network,
                key=key,
                mode=mode,
                meter=(over, under),
                bars=chosen.bars,
            )
            for number in range(chosen.tunes)
        ]
        took = (time.monotonic() - start) / len(made)
        ended = np.mean([each.ended for each in made])
        tonic = np.mean([each.facts["ends_on_tonic"] for each in made])
        bars, phrases = (counted([each.facts[name] for each in made]) for name in ("bars", "phrases"))
        bench.say(
            f"| {key.name} {mode or ''} | {ended:.0%} | {tonic:.0%} | {bars} | {phrases} | {took:.1f} |"
        )
    bench.end()


def counted(values: list[int]) -> str:
    """``16 (24), 15 (1)``."""
    return ", ".join(f"{value} ({count})" for value, count in sorted(Counter(values).items(), reverse=True))


if __name__ == "__main__":
    main()
