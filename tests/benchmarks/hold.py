"""The companion held to a scale or a chord: ``python tests/benchmarks/hold.py --write docs/benchmarks.md``.

A chromatic melody is played to the shipped models in zero time, and what they strike is counted. About a
minute.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from band import Band, tune  # noqa: E402
from sounded import sounded  # noqa: E402
from tables import Benchmark  # noqa: E402

from models.chord import Chord  # noqa: E402
from models.hold import SOFT_NATS, scale_of  # noqa: E402
from models.key import Key  # noqa: E402

WAYS = (("harmonize", "chorale"), ("harmonize", "piano"), ("answer", "piano"), ("answer", "folk"))
HELD = (("C", "off"), ("Em", "off"), ("C", "Dm7"))
SEEDS = range(6)
PHRASES, LENGTH = 6, 10


def melody(seed: int) -> Iterator[int]:
    """Steps of one to three semitones, anywhere."""
    chance, pitch = random.Random(seed), 67
    for _ in range(PHRASES * LENGTH):
        pitch = min(80, max(58, pitch + chance.choice([-3, -2, -1, -1, 1, 1, 2, 3])))
        yield pitch


def struck(mode: str, model: str, hold: str, key: str, chord: str) -> list[int]:
    """Pitch classes of what the companion strikes."""
    found: list[int] = []
    for seed in SEEDS:
        player = Band(mode=mode, model=model, hold=hold, key=key, chord=chord, seed=seed)
        notes = list(melody(seed))
        for begin in range(0, len(notes), LENGTH):
            rest = 4000 if mode == "answer" else 300
            player.play(tune(notes[begin : begin + LENGTH], length_ms=280), rest_ms=rest)
        found += [each.pitch % 12 for each in sounded(player.sent)]
    return found


def main() -> None:
    """Measure and print."""
    benchmark = Benchmark("hold", "hold.py", "The companion held to a scale or a chord.")
    benchmark.begin()
    benchmark.say(
        f"- {len(SEEDS)} chromatic melodies of {PHRASES * LENGTH} notes; soft takes {SOFT_NATS:g} nats",
        "",
        "Notes of the companion that are of the scale or the chord (of how many):",
        "",
        "| mode | model | held to | off | soft | hard |",
        "| --- | --- | --- | --: | --: | --: |",
    )
    for mode, model in WAYS:
        for key, chord in HELD:
            inside = scale_of(Key.parse(key)) if chord == "off" else Chord.parse(chord).classes
            cells = []
            for hold in ("off", "soft", "hard"):
                found = struck(mode, model, hold, key, chord)
                share = sum(each in inside for each in found) / max(1, len(found))
                cells.append(f"{share:.1%} ({len(found)})")
            name = f"scale of {key}" if chord == "off" else chord
            benchmark.say(f"| {mode} | {model} | {name} | {' | '.join(cells)} |")
    benchmark.end()


if __name__ == "__main__":
    main()
