"""What the styles of harmony cost: ``python tests/benchmarks/styles.py --write docs/benchmarks.md``.

A player's strikes, and changes of the left hand's chord under held notes, go through a session on a manual
clock; measured is the processor time of its thread until it has ordered the first and the last voice. No
ports. Half a minute.
"""

from __future__ import annotations

import gc
import random
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from band import Band  # noqa: E402
from tables import Benchmark, table  # noqa: E402

from live.doctor.figures import Figure, milliseconds  # noqa: E402
from live.stage import records as r  # noqa: E402
from live.stage.messages import is_note_on  # noqa: E402

STYLES = ("chorale", "thirds", "sixths", "chords")
CHORDS = ((48, 52, 55), (45, 48, 52), (41, 45, 48), (43, 47, 50), (50, 53, 57))


class Timed(Band):
    """Notes when orders come, in nanoseconds of processor time since the last note-on or chord was given."""

    def __init__(self, style: str, *, split: int) -> None:
        super().__init__(style=style, key="C", split=split, time="free")
        self.orders: list[int] = []
        order, self.since = self.session._to_stage, 0

        def timed(*given: r.EngineRecord) -> None:
            now_ns = self.stage.clock.now_ns() + 3_000_000  # not what stands by for a late model
            if any(isinstance(e, r.Plan) and is_note_on(e.message) and e.due_ns < now_ns for e in given):
                self.orders.append(time.thread_time_ns() - self.since)
            order(*given)

        self.session._to_stage = timed  # type: ignore[method-assign]

    def strike(self, *messages: bytes) -> list[int]:
        """Play these now; when orders came."""
        self.orders.clear()
        self.since = time.thread_time_ns()
        self.play([(0, message) for message in messages])
        return list(self.orders)

    def settle(self) -> list[int]:
        """Let the chord be known; when orders came, by the turn in which it is."""
        self.wait(49)
        self.orders.clear()
        self.since = time.thread_time_ns()
        self.session.wake(self.stage.clock.now_ns() + 2_000_000)
        found = list(self.orders)
        self.wait(10)
        return found


def measured(style: str, strikes: int) -> list[Figure]:
    """Strikes without a split, then changes of chord under held notes."""
    chance = random.Random(5)
    player = Timed(style, split=0)
    first, last, pitch = list[int](), list[int](), 72
    for _ in range(strikes):
        pitch = min(max(pitch + chance.choice((-4, -2, -1, 1, 2, 4)), 62), 84)
        orders = player.strike(bytes((0x90, pitch, 80)))
        if orders:
            first.append(orders[0])
            last.append(orders[-1])
        player.play([(250, bytes((0x80, pitch, 0)))], rest_ms=300)
    found = [
        milliseconds("style_first", f"{style}: strike to first voice ordered", first),
        milliseconds("style_all", f"{style}: strike to all voices ordered", last),
    ]
    player = Timed(style, split=60)
    player.play([(0, bytes((0x90, key, 80))) for key in CHORDS[0]], rest_ms=100)
    player.play([(0, bytes((0x90, 76, 80)))], rest_ms=300)
    changes = []
    for number in range(strikes):
        before, now = CHORDS[number % len(CHORDS)], CHORDS[(number + 1) % len(CHORDS)]
        player.play([(0, bytes((0x80, key, 0))) for key in before])
        player.play([(0, bytes((0x90, key, 80))) for key in now])
        changes += player.settle()[-1:]
        player.wait(400)
    return [*found, milliseconds("style_change", f"{style}: chord known to all voices moved", changes)]


def main() -> None:
    """Measure and print."""
    benchmark = Benchmark("styles", "styles.py", "What the styles of harmony cost in the engine.")
    benchmark.options.add_argument("--strikes", type=int, default=300, help="of each style")
    strikes = benchmark.begin().strikes
    figures = []
    gc.disable()
    for style in STYLES:
        measured(style, 10)
        figures += measured(style, strikes)
        gc.collect()
    benchmark.say("", *table(figures))
    benchmark.end()


if __name__ == "__main__":
    main()
