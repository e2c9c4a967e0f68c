"""Start-up, memory, and notes a second of the file commands: ``python tests/benchmarks/processes.py``.

The real commands as processes, from their start to their end; needs jackd. About a minute.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "ports")]

from daemon import COMMAND, Daemon, options, resident_bytes  # noqa: E402
from jack_world import JackServer, Peer  # noqa: E402
from tables import Benchmark, table  # noqa: E402
from under_test import model  # noqa: E402

from live.doctor.figures import Figure, number  # noqa: E402

STARTS = 10
PLAYED_NOTES = 150
OFFLINE = {
    "continue": ("piano", "example-piano.mid", "--seconds", "120"),
    "compose": ("folk", "--bars", "400", "--temperature", "1.1"),
    "harmonize": ("chorale", "compose.mid"),
}
"""Command -> model, and what it is told; the last one is given what the one before has written."""


def starts(home: Path) -> Figure:
    """From ``antiphon live`` to the line ``ready:``; the first one may find a cold disk."""
    took = []
    for _ in range(STARTS):
        daemon = Daemon(*options("harmonize"), home=home)
        took.append(daemon.wait_until_ready())
        daemon.stop()
        daemon.close()
    return Figure("start_up", "`antiphon live` -> `ready:`", tuple(took), "s")


def memory(home: Path, mode: str) -> Iterator[Figure]:
    """Of both processes, after some notes; what they share with the JACK server counts in each."""
    daemon = Daemon(*options(mode, "--seed", "1"), home=home)
    try:
        daemon.wait_until_ready()
        peer = Peer()
        peer.command(f"play {PLAYED_NOTES} 50")
        peer.wait_for_word("done", 60)
        time.sleep(3)  # time for an answer
        sizes = [resident_bytes(pid) / 2**20 for pid in daemon.family]
        peer.close()
    finally:
        daemon.stop()
        daemon.close()
    for what, size in zip(("engine", "stage"), sizes, strict=True):
        yield number(f"memory_{what}", f"resident memory of the {what}, `{mode}`", size, "MB")
    yield number("memory", f"resident memory of both together, `{mode}`", sum(sizes), "MB")


def offline(home: Path, command: str) -> Iterator[Figure]:
    """Notes that a file command makes in each second, from its start to its end."""
    name, *told = OFFLINE[command]
    begin = time.perf_counter()
    done = subprocess.run(
        [str(COMMAND), command, *told, "--model", model(name), "-o", f"{command}.mid", "--seed", "1"],
        cwd=home, capture_output=True, text=True, check=True,
    )  # fmt: skip
    seconds = time.perf_counter() - begin
    said = re.search(r"(\d+) (?:new )?notes", done.stdout)
    assert said is not None, done.stdout
    notes = int(said[1])
    yield number("", f"`antiphon {command}`, {name}: {notes} notes in", seconds, "s", digits=2)
    yield number("", f"`antiphon {command}`, {name}: start and files included", notes / seconds, "notes/s")


def main() -> None:
    """Measure and print."""
    benchmark = Benchmark("processes", "processes.py", "Start-up, memory, and notes a second offline.")
    benchmark.begin()
    server = JackServer()
    os.environ["JACK_DEFAULT_SERVER"] = server.name
    figures: list[Figure] = []
    try:
        with tempfile.TemporaryDirectory() as home:
            figures.append(starts(Path(home)))
            for mode in ("harmonize", "answer"):
                figures += memory(Path(home), mode)
            for command in OFFLINE:
                figures += offline(Path(home), command)
    finally:
        server.stop()
    benchmark.say("- JACK: dummy driver, 64 frames, 48 kHz; it shares about 100 MB with its clients", "")
    benchmark.say(*table(figures))
    benchmark.end()


if __name__ == "__main__":
    main()
