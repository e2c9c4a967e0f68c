"""One note of notochord beside ours: ``python tests/benchmarks/beside_notochord.py --notochord PYTHON``.

PYTHON is that of a virtual environment with the package, which needs PyTorch and so is none of ours:

    python3 -m venv NC && NC/bin/pip install notochord

(a CPU build of PyTorch does; where pip finds none that notochord's metadata allows, install ``torch``,
``pandas``, ``mido``, ``tqdm``, ``joblib``, ``appdirs``, ``toml-file``, ``sf2utils`` and ``iipyper`` first and
``notochord`` with ``--no-deps``; the versions stand in the table). Random weights cost what trained ones do.
They take turns, so that all have the same machine. Notochord: feed the player's note, query, feed what was
found, once as its simple harmonizer does it and once without any wish. Ours: hear an event, choose one, hear
that; and, of the live engine, all three voices under a melody note.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from tables import Benchmark, table  # noqa: E402
from under_test import model  # noqa: E402

from live.doctor.figures import Figure, milliseconds  # noqa: E402
from live.engine.harmony import Harmonist  # noqa: E402
from models.context import Context, Limits  # noqa: E402
from models.events import Event, Kind  # noqa: E402
from models.sampling import Draws, Style  # noqa: E402
from models.step import load_network  # noqa: E402

WARM_UP = 20
LONGEST_TICKS = 100
MELODY = (67, 69, 71, 72, 74, 72, 71, 69)
TICKS = 12
PAIRS = (
    ("notochord, a note of harmony", "chorale, one event"),
    ("notochord, a note of harmony", "chorale, three voices under a note"),
    ("notochord, any note", "piano, one event"),
    ("notochord, any note", "folk, one event"),
)
"""What is divided by what."""


class Notochord:
    """The other process."""

    def __init__(self, python: str) -> None:
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
        self._process = subprocess.Popen(
            [python, "-W", "ignore", str(HERE / "notochord_worker.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            env={**environment, "OMP_NUM_THREADS": "1"},
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout
        self.version = self._out.readline().strip()
        if not self.version:
            sys.exit("notochord did not start; its own words are above")

    def note(self, what: str) -> int:
        """Nanoseconds of feed, query, feed."""
        self._in.write(what + "\n")
        return sum(map(int, self._out.readline().split()))

    def close(self) -> None:
        """End it."""
        self._in.close()
        self._process.wait(10)


def harmony() -> Callable[[int], int]:
    """Hear a staccato melody note, choose three voices for it, hear them: nanoseconds."""
    context = Context(load_network(model("chorale")), role=1)
    context.hear(Event(0, Kind.START))
    harmonist = Harmonist(context, voices=3, style=Style(), seed=1)

    def note(number: int) -> int:
        event = Event((number + 1) * TICKS, Kind.ON, MELODY[number % len(MELODY)], 0, 0)
        begin = time.perf_counter_ns()
        struck = sum(each.kind == Kind.ON for each in harmonist.strike(event))
        took = time.perf_counter_ns() - begin
        assert struck == 3
        assert len(list(harmonist.rest(event.time))) == 3
        return took

    return note


def own(name: str) -> Callable[[int], int]:
    """Hear an event, choose the next, hear it: nanoseconds."""
    context = Context(load_network(model(name)))
    context.hear(Event(0, Kind.START))

    def choose(number: int) -> Event:
        choice = context.choose(Limits(most=LONGEST_TICKS), Style(), Draws(1, number))
        assert choice is not None
        return choice.event

    def note(number: int) -> int:
        player = choose(2 * number)
        begin = time.perf_counter_ns()
        context.hear(player)
        context.hear(choose(2 * number + 1))
        return time.perf_counter_ns() - begin

    return note


def main() -> None:
    """Take turns, and print."""
    benchmark = Benchmark("notochord", "beside_notochord.py", "One note of notochord beside one of ours.")
    benchmark.options.add_argument("--notochord", required=True, metavar="PYTHON", help="its Python")
    benchmark.options.add_argument("--notes", type=int, default=400)
    chosen = benchmark.begin()
    other = Notochord(chosen.notochord)
    who = {
        "notochord, a note of harmony": lambda _: other.note("harmonize"),
        "chorale, one event": own("chorale"),
        "chorale, three voices under a note": harmony(),
        "notochord, any note": lambda _: other.note("continue"),
        "piano, one event": own("piano"),
        "folk, one event": own("folk"),
    }
    took: dict[str, list[int]] = {name: [] for name in who}
    for number in range(WARM_UP + chosen.notes):
        for name, note in who.items():
            nanoseconds = note(number)
            if number >= WARM_UP:
                took[name].append(nanoseconds)
    other.close()
    figures = {name: milliseconds("", name, each) for name, each in took.items()}
    benchmark.say(f"- {other.version} parameters, random weights; one thread each; taking turns", "")
    benchmark.say(*table(figures.values()), "")
    for theirs, ours in PAIRS:
        benchmark.say(_ratio(figures[theirs], figures[ours]))
    benchmark.end()


def _ratio(theirs: Figure, ours: Figure) -> str:
    p50, p99 = (theirs.at(each) / ours.at(each) for each in ("p50", "p99"))
    return f"- {theirs.what} : {ours.what} = {p50:.1f} at p50, {p99:.1f} at p99"


if __name__ == "__main__":
    main()
