"""How well what comes after a gap follows from what it is filled with: on held-out performances, beside the
first fill that comes and beside the music that was there. The fill is chosen by the first notes behind the
gap, so the notes after those are the fairer measure.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from joints import interval, validation
from tables import Benchmark

from live.files.cut import until
from live.files.read import read
from live.offline.replacing import FOLLOWING, Gap
from live.offline.taste import Taste
from models.step import load_network


def main() -> None:
    bench = Benchmark("gaps", "gaps.py", __doc__ or "")
    bench.options.add_argument("--data", type=Path, required=True, help="MAESTRO, unpacked")
    bench.options.add_argument("--pieces", type=int, default=16)
    bench.options.add_argument("--candidates", type=int, default=12)
    bench.options.add_argument("--seconds", type=float, default=5.0, help="length of the gap")
    chosen = bench.begin()
    network = load_network("piano")
    rows = []
    for number, path in enumerate(validation(chosen.data, chosen.pieces)):
        music = read(path)
        first = float(music.tempo.seconds_at(min(part.notes[0, 0] for part in music.pitched)))
        music = until(music, float(music.tempo.quarters_at(first + 60)))
        begin = first + 30
        gap = Gap(music, begin, begin + chosen.seconds, taste=Taste(number), network=network)
        best, tried = gap.best(chosen.candidates)
        whole = Gap(music, begin, begin + 1e-6, taste=Taste(number), network=network).prompt.piece.notes
        real = whole[(whole[:, 0] >= gap.start) & (whole[:, 0] < gap.end)]
        rows.append(
            [
                gap.nats_behind(notes, at)
                for at in (0, FOLLOWING)
                for notes in (tried[0].notes, best.notes, real)
            ]
        )
    found = np.array(rows)
    bench.say(
        "",
        f"{len(found)} performances, gaps of {chosen.seconds:g} s, {chosen.candidates} candidates, half as",
        "many again from the middle of the best:",
        "",
        "| nats a note behind the gap | first fill | chosen | the real music | chosen - first, 95 % |",
        "| --- | --: | --: | --: | --: |",
    )
    names = f"notes 1 to {FOLLOWING}", f"notes {FOLLOWING + 1} to {2 * FOLLOWING}"
    for name, three in zip(names, (found[:, :3], found[:, 3:]), strict=True):
        low, high = interval(three[:, 1] - three[:, 0])
        means = " | ".join(f"{each:.3f}" for each in three.mean(axis=0))
        bench.say(f"| {name} | {means} | {low:+.3f} to {high:+.3f} |")
    bench.end()


if __name__ == "__main__":
    main()
