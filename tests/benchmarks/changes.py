"""Changes while a player plays: ``python tests/benchmarks/changes.py --write docs/benchmarks.md``.

Key, meter, tempo, model or mode change every second while twenty notes a second are harmonised, through JACK
and the real processes; beside the same without changes, in the same run. Needs jackd; about three minutes.
"""

from __future__ import annotations

import itertools
import os
import random
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "ports")]

from jack_world import JackServer  # noqa: E402
from tables import Benchmark, table  # noqa: E402

from live.doctor.daemon import MeasuredDaemon, port_names, stage_settings  # noqa: E402
from live.doctor.figures import Figure, milliseconds, number  # noqa: E402
from live.doctor.loopback import LoopPeer, Stroke  # noqa: E402
from live.doctor.playing import first_after, melody  # noqa: E402
from live.engine.loaded import Loaded  # noqa: E402
from live.stage import records as r  # noqa: E402

RATE = 20
LENGTH = 0.03
STACCATO = 0.1217
"""From strike to strike where each is to need three new voices."""
EVERY = 1.0
LOOK = 0.001

Change = dict[str, object]


class Part(NamedTuple):
    """What is played for how long, and what changes meanwhile."""

    what: str
    begin: Change
    changes: Sequence[Change] = ()
    staccato: bool = False


FREE: Change = {"mode": "harmonize", "model": "chorale", "key": "C", "time": "free"}
ON_BEAT: Change = {**FREE, "time": "tempo", "tempo": 100.0, "meter": "4/4"}
PIANO: Change = {**FREE, "model": "piano"}
KEYS = [{"key": key} for key in ("Eb", "D", "F#m", "C")]
PARTS = (
    Part("chorale, nothing changes", FREE),
    Part("chorale, key every second", FREE, KEYS),
    Part("chorale, meter every second", ON_BEAT, [{"meter": meter} for meter in ("3/4", "6/8", "4/4")]),
    Part("chorale, tempo every second", ON_BEAT, [{"tempo": tempo} for tempo in (140.0, 73.0, 100.0)]),
    Part("chorale, on a beat and free every second", ON_BEAT, [{"time": "free"}, {"time": "tempo"}]),
    Part("model every second, chorale and piano", FREE, [{"model": "piano"}, {"model": "chorale"}]),
    Part("piano, nothing changes", PIANO),
    Part("piano, to answer and back every second", PIANO, [{"mode": "answer"}, {"mode": "harmonize"}]),
    Part("chorale staccato, nothing changes", FREE, staccato=True),
    Part("chorale staccato, key every second", FREE, KEYS, staccato=True),
)


class Changer:
    """Changes controls, and measures until the context that was fed again has been taken up."""

    def __init__(self, daemon: MeasuredDaemon, changes: Sequence[Change]) -> None:
        self._daemon, self._changes = daemon, changes
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="changer")
        self.taken_ns: list[int] = []

    def __enter__(self) -> Changer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        feeding = self._daemon.session.feeding
        for change in itertools.cycle(self._changes):
            if self._over.wait(EVERY / 2):
                return
            exchanged, begin = feeding.exchanged, time.perf_counter_ns()
            self._daemon.engine.set_all(change)
            until = begin + round(EVERY / 2 * 1e9)
            while feeding.exchanged == exchanged and time.perf_counter_ns() < until:
                time.sleep(LOOK)
            if feeding.exchanged > exchanged:
                self.taken_ns.append(time.perf_counter_ns() - begin)
            if self._over.wait(max(0, until - time.perf_counter_ns()) / 1e9):
                return


def tune(seconds: float) -> list[Stroke]:
    """Twenty notes a second that wander about."""
    chance, pitch, strokes = random.Random(3), 69, []
    for number_ in range(round(seconds * RATE)):
        pitch = min(max(pitch + chance.choice((-4, -3, -2, -1, 1, 2, 3, 4)), 62), 79)
        at = round(number_ * 1e9 / RATE)
        strokes.append((at, bytes((0x90, pitch, 80))))
        strokes.append((at + round(LENGTH * 1e9), bytes((0x80, pitch, 0))))
    return strokes


def measured(daemon: MeasuredDaemon, peer: LoopPeer, part: Part, seconds: float) -> list[Figure]:
    """Play a part."""
    daemon.engine.set_all({"voices": 3, **part.begin})
    time.sleep(1.0)  # networks are loaded, the context is fed
    daemon.records.clear()
    late = len(daemon.noted("deadline"))
    play = melody(round(seconds / STACCATO), STACCATO, 0.04) if part.staccato else tune(seconds)
    with Changer(daemon, part.changes) as changer:
        peer.perform(play, 0.3)
    struck = [each.actual_ns for each in daemon.struck]
    found = [milliseconds("harmony_first", f"{part.what}: first voice", first_after(daemon.strikes, struck))]
    if part.staccato:
        third = first_after(daemon.strikes, struck, 2)
        found.append(milliseconds("harmony_all", f"{part.what}: all three voices", third))
    if changer.taken_ns:
        found.append(milliseconds("exchanged", f"{part.what}: change to fed context", changer.taken_ns))
    missed = len(daemon.noted("deadline")) - late + len(daemon.of(r.Dropped))
    found.append(number("late", f"{part.what}: dropped, or by the rule", missed))
    return found


def main() -> None:
    """Measure and print."""
    benchmark = Benchmark("changes", "changes.py", "Changes while a player plays, through JACK.")
    benchmark.options.add_argument("--seconds", type=float, default=13.0, help="of each part")
    seconds = benchmark.begin().seconds
    server = JackServer()
    os.environ["JACK_DEFAULT_SERVER"] = server.name
    names, figures = port_names(), []
    try:
        with (
            MeasuredDaemon(Loaded().get, stage_settings("jack", names)) as daemon,
            LoopPeer("jack", names) as peer,
        ):
            daemon.turn_to("harmonize")
            for model in ("piano", "chorale"):
                daemon.engine.set_all({"model": model})
                time.sleep(1.5)
            peer.perform(tune(10.0), 0.3)  # there is as much to be heard again as ever
            for part in PARTS:
                print(part.what, file=sys.stderr)
                figures += measured(daemon, peer, part, seconds)
            period = daemon.period_ms
    finally:
        server.stop()
    benchmark.say(
        f"- JACK: dummy driver, {period:.1f} ms a period; {RATE} notes a second, staccato "
        f"{1 / STACCATO:.1f}; a change every {EVERY:.0f} s",
        "",
        *table(figures, period),
    )
    benchmark.end()


if __name__ == "__main__":
    main()
