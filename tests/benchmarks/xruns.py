"""Xruns of a real-time JACK server with us and without: ``python tests/benchmarks/xruns.py --minutes 10``.

jackd, dummy driver, 64 frames, 48 kHz. A player plays 20 notes a second to Antiphon with three voices while
controls change, modes take turns, answers are played in short silences and garbage collections are forced in
the engine. For as long, before that, the same player plays the same through a bare echo on the same server.
Takes twice the minutes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "ports")]

from busy_engine import BusyEngine  # noqa: E402
from jack_world import JackServer  # noqa: E402
from tables import Benchmark, table  # noqa: E402
from under_test import model  # noqa: E402

from live.doctor.daemon import MeasuredDaemon, port_names, stage_settings  # noqa: E402
from live.doctor.figures import Figure, milliseconds, number  # noqa: E402
from live.doctor.loopback import Echo, LoopPeer, Stroke  # noqa: E402
from live.doctor.playing import first_after  # noqa: E402
from live.engine.loaded import Loaded  # noqa: E402
from live.stage import records as r  # noqa: E402

GAP_NS, LENGTH_NS = 50_000_000, 40_000_000
"""20 notes a second."""
HARMONY_SECONDS, PHRASE_SECONDS, SILENCE_SECONDS = 21.0, 5.0, 4.0
SETTLE_SECONDS = 1.0


class Xruns:
    """The process of ``xrun_watch.py``. A context manager."""

    def __enter__(self) -> Xruns:
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / "xrun_watch.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"
        self.count = 0
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        return self

    def _read(self) -> None:
        assert self._process.stdout is not None
        for _ in self._process.stdout:
            self.count += 1

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._thread.join()
        self._process.stdout.close()


def notes(seconds: float) -> list[Stroke]:
    """A melody that wanders up and down, 20 notes a second."""
    played: list[Stroke] = []
    for n in range(round(seconds * 1e9 / GAP_NS)):
        pitch = 64 + (n * 5 + n // 7) % 17
        played.append((n * GAP_NS, bytes((0x90, pitch, 60 + n % 50))))
        played.append((n * GAP_NS + LENGTH_NS, bytes((0x80, pitch, 0))))
    return played


class CountedDaemon(MeasuredDaemon):
    """Counts what its stage says, whichever measurement it belongs to. ``counts``: by record."""

    counts: Counter[str]

    def hear(self, record: r.StageRecord) -> None:
        """Count, too."""
        merged = isinstance(record, r.Sent) and bool(record.flags & r.SentFlag.MERGED)
        self.counts["Merged" if merged else type(record).__name__] += 1
        super().hear(record)


def through_echo(minutes: float) -> Iterator[Figure]:
    """Without us."""
    names = port_names()
    sent = got = 0
    with Echo("jack", names), LoopPeer("jack", names) as peer, Xruns() as xruns:
        for _ in range(_cycles(minutes)):
            for seconds, silence in ((HARMONY_SECONDS, 0.0), (PHRASE_SECONDS, SILENCE_SECONDS)):
                heard = peer.perform(notes(seconds), silence)
                sent, got = sent + len(heard.sent), got + len(heard.got)
        got += len(peer.perform([], SETTLE_SECONDS).got)
        count = xruns.count
    yield number("", "bare echo: xruns", count)
    yield number("", "bare echo: messages played", sent)
    yield number("notes_lost", "bare echo: messages lost", sent - got)


def through_us(minutes: float) -> Iterator[Figure]:
    """With us."""
    names = port_names()
    got = 0
    first: list[int] = []
    networks = Loaded()
    daemon = CountedDaemon(lambda name: networks.get(model(name)), stage_settings("jack", names))
    counts = daemon.counts = Counter()
    for name in ("chorale", "piano"):
        networks.get(model(name))
    with daemon, LoopPeer("jack", names) as peer, Xruns() as xruns, BusyEngine(daemon.engine) as busy:
        for _ in range(_cycles(minutes)):
            daemon.turn_to("harmonize")
            got += len(peer.perform(notes(HARMONY_SECONDS)).got)
            first += first_after(daemon.strikes, [each.actual_ns for each in daemon.struck])
            daemon.turn_to("answer")
            got += len(peer.perform(notes(PHRASE_SECONDS), SILENCE_SECONDS).got)
        daemon.turn_to("off")
        got += len(peer.perform([], SETTLE_SECONDS).got)
        count = xruns.count
    played = _cycles(minutes) * len([*notes(HARMONY_SECONDS), *notes(PHRASE_SECONDS)])
    yield number("", "Antiphon: xruns", count)
    yield number("", "Antiphon: messages played", played)
    yield number("notes_lost", "Antiphon: messages lost on the way in", played - counts["Heard"])
    yield number("", "Antiphon: messages of the companion", counts["Sent"])
    yield number("notes_lost", "Antiphon: messages lost on the way out", counts["Sent"] - got)
    yield number("", "Antiphon: voices dropped as more than 50 ms late", counts["Dropped"])
    yield number("", "Antiphon: strikes that a rule answered", len(daemon.noted("deadline")))
    yield number("", "Antiphon: answers", len(daemon.noted("answer")))
    yield number("", "Antiphon: changes of controls", busy.changes)
    yield milliseconds("", "Antiphon: key -> first voice sent", first)
    yield Figure("", "Antiphon: forced garbage collections", tuple(busy.pauses_ms))


def _cycles(minutes: float) -> int:
    return max(1, round(60 * minutes / (HARMONY_SECONDS + PHRASE_SECONDS + SILENCE_SECONDS)))


def main() -> None:
    """Measure and print."""
    benchmark = Benchmark("xruns", "xruns.py", "Xruns of a real-time JACK server, with us and without.")
    benchmark.options.add_argument("--minutes", type=float, default=10)
    minutes = benchmark.begin().minutes
    server = JackServer()
    os.environ["JACK_DEFAULT_SERVER"] = server.name
    try:
        without, with_us = list(through_echo(minutes)), list(through_us(minutes))
    finally:
        server.stop()
    benchmark.say(
        f"- JACK: dummy driver, 64 frames (1.3 ms), 48 kHz, real-time server; {minutes:g} minutes each",
        "",
        *table([*without, *with_us]),
        "",
        f"Xruns with Antiphon {with_us[0].at('value'):.0f}, without {without[0].at('value'):.0f}.",
    )
    benchmark.end()


if __name__ == "__main__":
    main()
