"""MIDI clock in and out, on JACK: ``python tests/benchmarks/clock.py --keep FILE --period 64``.

In: jackd (dummy driver), a timebase master (``jack_transport``), ``jack_midi_clock`` of Debian, and our stage
and engine as ``antiphon live`` has them. Every 5 ms what our pulse says is compared with JACK's transport: in
a song of one tempo, then after a locate to bar 17, then with sudden changes of tempo and a ramp, where the
frames at which jack_midi_clock has its ticks are the truth. Out (``--out``): our own tempo as clock, and the
frames at which ``jack_midi_dump`` receives the ticks. ``--busy``: beside a process a core that computes.

Each call measures one of these, keeps its figures in FILE, and prints all that FILE has.
"""

from __future__ import annotations

import bisect
import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryFile

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "ports")]

from jack_transport import EXACT_BPM, RATE, Transport  # noqa: E402
from jack_world import JackServer  # noqa: E402
from tables import Benchmark, table  # noqa: E402
from under_test import model  # noqa: E402

from live.beat.pulse import Pulse  # noqa: E402
from live.doctor.daemon import MeasuredDaemon, port_names, stage_settings  # noqa: E402
from live.doctor.figures import Figure, number  # noqa: E402
from live.doctor.loopback import PortNames  # noqa: E402
from live.engine.loaded import Loaded  # noqa: E402

TEMPI = (117.0, 141.0, 93.0, 118.0, 187.0, 71.0, 119.0, 123.0, 233.0, 116.0)
"""Quarters a minute, after each other; none of them has a tick of so many periods."""
STEADY_BPM, LOCATED_BPM = 120.0, 7 * EXACT_BPM
LOOK_SECONDS = 0.005
LOCKED_MS = 3.0
BUDGET = "clock_phase"


class Watcher:
    """Looks at our pulse every 5 ms, in a thread of its own. A context manager."""

    def __init__(self, pulse: Callable[[], Pulse | None]) -> None:
        self._pulse = pulse
        self.seen: list[tuple[int, Pulse | None]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        while not self._over.wait(LOOK_SECONDS):
            self.seen.append((time.perf_counter_ns(), self._pulse()))

    def __enter__(self) -> Watcher:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


@contextlib.contextmanager
def busy_cores(wanted: bool) -> Iterator[None]:
    """A process for each core that does nothing but compute."""
    count = os.cpu_count() or 1
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count * wanted)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


@contextlib.contextmanager
def program(*command: str, **options: object) -> Iterator[None]:
    """One of JACK's programs while the block runs."""
    null = subprocess.DEVNULL
    process = subprocess.Popen(command, **({"stdout": null, "stderr": null} | options))  # type: ignore[call-overload]
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)  # jackd stalls over a client that is killed
        process.wait(10)


@contextlib.contextmanager
def daemon(names: PortNames) -> Iterator[MeasuredDaemon]:
    """The engine with its models, in mode off, and a stage whose period it knows."""
    networks = Loaded()
    with MeasuredDaemon(lambda name: networks.get(model(name)), stage_settings("jack", names)) as ours:
        ours.hear(ours.ready)
        yield ours


def steady(transport: Transport, watcher: Watcher, seconds: float) -> list[float]:
    """Phase errors in ms of a clock of one tempo."""
    transport.tempo(STEADY_BPM)
    roll(transport, 0)
    time.sleep(seconds)
    transport.stop()
    time.sleep(0.3)
    begin = next(place.at_ns for place in transport.places if place.rolling) + 10**9
    return errors_by_place(transport, watcher, begin)


def roll(transport: Transport, frame: int) -> None:
    """Locate, and start when that is known everywhere."""
    time.sleep(0.3)
    transport.locate(frame)
    time.sleep(0.3)
    transport.play()


def errors_by_place(transport: Transport, watcher: Watcher, begin_ns: int) -> list[float]:
    """Ours less the transport's, in ms, from a moment on."""
    found = []
    for at_ns, pulse in watcher.seen:
        truth = transport.quarter_at(at_ns)
        if pulse is not None and truth is not None and at_ns >= begin_ns:
            found.append((pulse.quarter_at(at_ns) - truth) * pulse.quarter_ns / 1e6)
    return found


def changing(
    transport: Transport, watcher: Watcher, seconds: float
) -> tuple[list[float], list[float], list[float]]:
    """Phase errors in ms from 8 ticks after each sudden change on, those of a ramp, ticks until locked.

    A tick that jack_midi_clock leaves out when the tempo rises may be counted, or not.
    """
    transport.tempo(TEMPI[0])
    roll(transport, 0)
    changes = []
    for bpm in TEMPI[1:]:
        time.sleep(0.75 * seconds / (len(TEMPI) - 1))
        changes.append(time.perf_counter_ns())
        transport.tempo(bpm)
    time.sleep(4)
    ramp = time.perf_counter_ns()
    steps = round(0.2 * seconds / 0.4)
    for step in range(1, steps):
        transport.tempo(TEMPI[-1] + step)
        time.sleep(0.4)
    transport.stop()
    time.sleep(0.3)
    ticks, left_out = transport.ticks()
    apart, ramped, late = [], [], dict.fromkeys(changes, 0.0)
    for at_ns, pulse in watcher.seen:
        tick = bisect.bisect_right(ticks, at_ns) - 1
        if pulse is None or not 48 <= tick < len(ticks) - 1:
            continue
        length = ticks[tick + 1] - ticks[tick]
        off = 24 * pulse.quarter_at(at_ns) - tick - (at_ns - ticks[tick]) / length
        error = min((off - n for n in range(left_out[tick] + 1)), key=abs) * length / 1e6
        change = max((each for each in changes if each < at_ns), default=None)
        since = 1e9 if change is None else tick - bisect.bisect_right(ticks, change) + 1
        if at_ns > ramp:
            ramped.append(error)
        elif since > 8:
            apart.append(error)
        if change is not None and since < 96 and at_ns < ramp and abs(error) > LOCKED_MS:
            late[change] = max(late[change], since)
    return apart, ramped, list(late.values())


def located(transport: Transport, watcher: Watcher, period: int) -> list[float]:
    """Phase errors in ms after a locate to a period behind bar 17, apart from that period.

    For jack_midi_clock says ``continue`` with the first tick of a period that begins at or behind the 16th.
    """
    transport.tempo(LOCATED_BPM)
    time.sleep(0.3)
    first = len(transport.places)
    roll(transport, round(64 * 60 / LOCATED_BPM * RATE) + period + 1)
    time.sleep(6)
    transport.stop()
    time.sleep(0.3)
    begin = next(place.at_ns for place in transport.places[first:] if place.rolling)
    late_ms = 1000 * (period + 1) / RATE
    return [error + late_ms for error in errors_by_place(transport, watcher, begin)]


def clock_in(period: int, busy: bool, seconds: float) -> Iterator[Figure]:
    """What comes in."""
    where = f"in, {period} frames{', every core busy' * busy}"
    names = port_names()
    port = f"{names.to}:{names.to}"
    for part in ("steady", "changing"):
        with (
            daemon(names) as ours,
            Watcher(lambda: ours.session.time.pulse) as watcher,
            Transport() as transport,
            program("jack_midi_clock", "-d", "0.5", port),
            busy_cores(busy),
        ):
            time.sleep(0.5)
            if part == "steady":
                yield figure(f"{where}: phase, one tempo", steady(transport, watcher, seconds), BUDGET)
                errors = located(transport, watcher, period)
                yield figure(f"{where}: phase after a locate to bar 17", errors)
            else:
                apart, ramped, late = changing(transport, watcher, seconds)
                yield figure(f"{where}: phase, from 8 ticks after each change of tempo on", apart, BUDGET)
                yield figure(f"{where}: phase, a ramp of 2.5 bpm a second", ramped)
                what = f"{where}: ticks from a change of tempo until within 3 ms"
                yield Figure("", what, tuple(late), "ticks", 0)


def clock_out(period: int, busy: bool, seconds: float) -> Iterator[Figure]:
    """What goes out: its frames, from the line through all of them."""
    where = f"out, {period} frames{', every core busy' * busy}"
    names = port_names()
    with TemporaryFile("w+") as out, daemon(names) as ours:
        with program("jack_midi_dump", "-a", stdout=out):
            time.sleep(0.5)
            subprocess.run(["jack_connect", f"{names.from_}:{names.from_}", "midi-monitor:input"], check=True)
            time.sleep(0.5)
            with busy_cores(busy):
                ours.engine.set_all({"tempo": 120.0, "time": "tempo", "clock_out": True})
                time.sleep(seconds)
                ours.engine.set("clock_out", False)
                time.sleep(0.3)
        out.seek(0)
        words = [line.split() for line in out if ":" in line]
    frames = [int(each[0].rstrip(":")) for each in words if each[1:2] == ["f8"]]
    lengths = [(b - a) / RATE * 1000 - 1000 / 48 for a, b in pairwise(frames)]
    yield figure(f"{where}: a tick's length from the tempo's", lengths)
    yield number("", f"{where}: ticks received, {round(seconds * 48)} due", len(frames))


def figure(what: str, values: list[float], name: str = "") -> Figure:
    """Of errors: how large they are. The mean is said too, for what is always late."""
    mean = statistics.fmean(values) if values else float("nan")
    return Figure(name, f"{what} (mean {mean:+.2f})", tuple(map(abs, values)))


def kept(file: Path, fresh: list[Figure]) -> list[Figure]:
    """All figures measured so far; the fresh ones in place of older ones of the same kind."""
    rows = json.loads(file.read_text()) if file.exists() else []
    new = [[each.name, each.what, each.values, each.unit, each.digits, each.single] for each in fresh]
    begun = {what.partition(" (mean")[0] for _, what, *_ in new}
    rows = [row for row in rows if row[1].partition(" (mean")[0] not in begun] + new
    rows.sort(key=lambda row: (row[1].split()[0], int(row[1].split()[1])))
    file.write_text(json.dumps(rows))
    return [Figure(row[0], row[1], tuple(row[2]), *row[3:]) for row in rows]


def main() -> None:
    """Measure and print."""
    benchmark = Benchmark("clock", "clock.py", "MIDI clock in and out, on JACK.")
    benchmark.options.add_argument("--keep", type=Path, required=True, metavar="FILE")
    benchmark.options.add_argument("--period", type=int, default=64)
    benchmark.options.add_argument("--busy", action="store_true")
    benchmark.options.add_argument("--out", action="store_true")
    benchmark.options.add_argument("--seconds", type=float, default=120)
    chosen = benchmark.begin()
    server = JackServer(chosen.period)
    os.environ["JACK_DEFAULT_SERVER"] = server.name
    measure = clock_out if chosen.out else clock_in
    try:
        fresh = list(measure(chosen.period, chosen.busy, chosen.seconds))
    finally:
        server.stop()
    benchmark.say(
        f"- JACK: dummy driver, 48 kHz; {chosen.seconds:g} seconds of each; one call a period and load",
        "- phase errors are those of our pulse at any moment, not of ticks; without sign",
        "",
        *table(kept(chosen.keep, fresh)),
    )
    benchmark.end()


if __name__ == "__main__":
    main()
