"""How much of music21's corpus comes back exactly from each format that is written.

    python tests/benchmarks/round_trips.py [--files 300] [--seed 1]

Files are drawn from the kern, ABC and MusicXML files of the corpus, a third of each. A file comes back
exactly where everything that ``tests/round_trip.py`` compares is equal: notes, bar lines, tempo, key,
signatures, repeats, endings, lyrics, names, programs, chord symbols, as far as the format has them.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1])]

from round_trip import again, corpus, differences  # noqa: E402

from live.errors import FileError  # noqa: E402
from live.files.read import read  # noqa: E402

ENDINGS = (".musicxml", ".abc", ".krn", ".mid")


def drawn(count: int, seed: int) -> list[Path]:
    """So many files of the corpus, a third of each kind."""
    folder = corpus("")
    chance = random.Random(seed)
    found: list[Path] = []
    for kinds in (("krn",), ("abc",), ("mxl", "xml")):
        files = sorted(path for kind in kinds for path in folder.rglob(f"*.{kind}"))
        found += chance.sample(files, min(len(files), count // 3))
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    exact: Counter[str] = Counter()
    lost: dict[str, Counter[str]] = {ending: Counter() for ending in ENDINGS}
    readable = 0
    for path in drawn(asked.files, asked.seed):
        name = path.relative_to(corpus(""))
        try:
            music = read(path)
        except FileError as error:
            print(f"{name}: {str(error).rpartition(': ')[2]}", flush=True)
            continue
        readable += 1
        for ending in ENDINGS:
            try:
                found = differences(music, again(music, ending), ending)
            except Exception as error:  # a benchmark goes on
                found = [f"{type(error).__name__}: {str(error)[:80]}"]
            exact[ending] += not found
            lost[ending].update(found)
            if found:
                print(f"{name} {ending}: {', '.join(found)}", flush=True)
    for ending in ENDINGS:
        print(f"{ending}: {exact[ending]} of {readable} exactly; {dict(lost[ending])}")


if __name__ == "__main__":
    main()
