"""How fast it is on this machine, as a Markdown table: ``python tests/benchmarks/latency.py``.

Takes about four minutes; needs jackd. ``--write FILE`` puts the table into a file, in place of the one that
it holds; ``--note TEXT`` says what else the machine was doing.
"""

from __future__ import annotations

import argparse
import os
import platform
import shlex
import sys
import tempfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "ports")]

import through_jack  # noqa: E402
from figures import HEAD, Row  # noqa: E402
from jack_world import JackServer  # noqa: E402
from steps import steps  # noqa: E402

BEGIN, END = "<!-- latency: written by tests/benchmarks/latency.py -->", "<!-- end of latency -->"


def rows(home: Path) -> Iterator[Row]:
    """All measurements, one after the other."""
    yield from steps()
    server = JackServer()
    os.environ["JACK_DEFAULT_SERVER"] = server.name
    try:
        yield through_jack.starts(home / "starts")
        yield through_jack.echo()
        yield from through_jack.harmonize(home / "harmonize")
        yield from through_jack.answers(home / "answers")
        yield through_jack.planned("the machine as it was")
        with through_jack.busy_cores():
            yield through_jack.planned("every core busy")
    finally:
        server.stop()


def machine() -> str:
    """The processor, its cores, and what runs on it."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass
    return f"{name}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure latencies through JACK at 64 frames, 48 kHz.")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the table into this file")
    parser.add_argument("--note", default="nothing else", help="what else the machine was doing")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    lines = [
        BEGIN,
        f"- machine: {machine()}",
        f"- date: {date.today().isoformat()}",
        f"- command: `python {shlex.join(['tests/benchmarks/latency.py', *sys.argv[1:]])}`",
        f"- beside it: {options.note} (load average before: {load:.1f})",
        "- JACK: dummy driver, 64 frames (1.3 ms), 48 kHz, real-time server",
        "- resident memory of a process on JACK counts what it shares with the server (about 100 MB)",
        "",
        HEAD,
    ]
    with tempfile.TemporaryDirectory() as home:
        for each in rows(Path(home)):
            print(each, file=sys.stderr, flush=True)
            lines.append(str(each))
    text = "\n".join([*lines, "", END])
    print(text)
    if options.write:
        _put(options.write, text)


def _put(path: Path, text: str) -> None:
    """Replace the table of a file, or append one."""
    old = path.read_text() if path.exists() else "# Benchmarks\n\n"
    before, _, rest = old.partition(BEGIN)
    path.write_text(before + text + (rest.partition(END)[2] if rest else "\n"))


if __name__ == "__main__":
    main()
