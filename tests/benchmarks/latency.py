"""Latencies through JACK at 64 frames: ``python tests/benchmarks/latency.py --write docs/benchmarks.md``.

What ``antiphon doctor`` measures, with more notes (about three minutes), and planned notes beside busy
cores; needs jackd.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "ports")]

from jack_world import JackServer  # noqa: E402
from tables import Benchmark, table  # noqa: E402
from under_test import model  # noqa: E402

from live.doctor import measures  # noqa: E402
from live.doctor.daemon import MeasuredDaemon, port_names, stage_settings  # noqa: E402
from live.doctor.examine import Amounts, examine  # noqa: E402
from live.doctor.figures import Figure  # noqa: E402
from live.doctor.loopback import LoopPeer  # noqa: E402
from live.engine.loaded import Loaded  # noqa: E402

THOROUGH = Amounts(events=600, trips=1000, echoes=250, planned=1000, strikes=400, phrases=20)
SHORT = Amounts(events=60, trips=100, echoes=25, planned=100, strikes=40, phrases=2)


@contextmanager
def busy_cores() -> Iterator[None]:
    """A process on every core that does nothing but count."""
    code = "while True: pass"
    spinners = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for spinner in spinners:
            spinner.kill()
            spinner.wait()


def planned_beside_busy_cores(count: int) -> Figure:
    """Planned notes while every core has something to do."""
    names = port_names()
    what = "planned notes: arrival - due, every core busy"
    with (
        MeasuredDaemon(Loaded().get, stage_settings("jack", names)) as daemon,
        LoopPeer("jack", names) as peer,
        busy_cores(),
    ):
        return measures.planned(daemon, peer, count, "planned_busy", what)


def main() -> None:
    """Measure and print."""
    benchmark = Benchmark("latency", "latency.py", "Latencies through JACK at 64 frames, 48 kHz.")
    benchmark.options.add_argument("--short", action="store_true", help="a tenth of the notes")
    amounts = SHORT if benchmark.begin().short else THOROUGH
    server = JackServer()
    os.environ["JACK_DEFAULT_SERVER"] = server.name
    try:
        found = examine("jack", "cpu", amounts, lambda words: print(words, file=sys.stderr), model)
        found.figures.append(planned_beside_busy_cores(amounts.planned))
    finally:
        server.stop()
    granted = "granted" if found.realtime else "not granted"
    benchmark.say(
        f"- JACK: dummy driver, {found.period_frames} frames ({found.period_ms:.1f} ms), 48 kHz, real-time "
        f"server; real-time priority {granted} to Antiphon; {found.runtime}, one thread, CPU",
        "",
        *table(found.figures, found.period_ms),
    )
    benchmark.end()


if __name__ == "__main__":
    main()
