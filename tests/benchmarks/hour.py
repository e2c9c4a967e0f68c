"""An hour at 20 notes a second through the real daemon: ``python tests/benchmarks/hour.py --minutes 60``.

Needs jackd. A player in a process of its own plays chords, runs, pedal and bends; thru is on; harmonize and
answer take turns. ``--write FILE`` puts the table into a file, in place of the one that it holds.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parent / "ports")]

from captured import Kept, kept  # noqa: E402
from daemon import ToldDaemon, options, resident_bytes  # noqa: E402
from jack_world import JackServer  # noqa: E402
from section import put  # noqa: E402
from xruns import Xruns  # noqa: E402

from live.doctor.machine import describe  # noqa: E402

NAME = "hour"
PLAYER = HERE.parent / "ports" / "jack_virtuoso.py"
MODES = ("answer", "harmonize")
HEAD = (
    "| minute | mode | engine | stage | files | notes played | lost | sounding | companion notes "
    "| thru p50 / p99 / most |\n| --: | --- | --: | --: | --: | --: | --: | --: | --: | --- |"
)


def main() -> int:
    """Play, and print. 1 when a note was lost or stuck."""
    parser = argparse.ArgumentParser(description="Twenty notes a second through JACK and the daemon.")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--change", type=float, default=3, help="minutes between changes of mode")
    parser.add_argument("--write", type=Path, metavar="FILE", help="put the table into this file")
    parser.add_argument("--note", default="nothing else", help="what else the machine was doing")
    parser.add_argument("--seed", default="1")
    chosen = parser.parse_args()
    lines = [
        f"- machine: {describe()}",
        f"- date: {date.today().isoformat()}",
        f"- command: `python {shlex.join(['tests/benchmarks/hour.py', *sys.argv[1:]])}`",
        f"- beside it: {chosen.note} (load average before: {os.getloadavg()[0]:.1f})",
        "- JACK: dummy driver, 64 frames (1.3 ms), 48 kHz, real-time server",
        "- engine, stage: resident memory of the processes; files: descriptors that each has open",
        "",
    ]
    server = JackServer()
    os.environ["JACK_DEFAULT_SERVER"] = server.name
    try:
        with tempfile.TemporaryDirectory() as home, Xruns() as xruns:
            for line in _play(chosen, Path(home), xruns):
                print(line, flush=True)
                lines.append(line)
    finally:
        server.stop()
    if chosen.write:
        put(chosen.write, NAME, "tests/benchmarks/hour.py", "\n".join(lines))
    return int("stuck" in lines[-1])


def _play(chosen: argparse.Namespace, home: Path, xruns: Xruns) -> Iterator[str]:
    daemon = ToldDaemon(
        *options("harmonize", "--input", "To Antiphon", "--thru", "--seed", chosen.seed), home=home
    )
    try:
        daemon.wait_until_ready()
        first = daemon.family
        last = {}
        yield HEAD
        for minute, mode, last in _minutes(daemon, chosen):
            yield _row(daemon, minute, mode, last)
        began = time.perf_counter()
        code = daemon.stop()
        took = time.perf_counter() - began
    finally:
        daemon.close()
    yield ""
    found = kept(home)
    yield from _summary(last, found)
    yield f"- exit code {code} after {took:.2f} s; lines of complaint: {len(daemon.complained)}"
    yield from (f"    - {line}" for line in daemon.complained[:10])
    yield (
        f"- JACK: {xruns.count} xruns; companion note-ons that it did not bring to the player: "
        f"{found.sent_ons - last.get('companion', 0)}"
    )
    faults = [name for name in ("lost", "strange", "doubled", "sounding") if last.get(name)]
    faults += ["not heard"] * (found.heard != last.get("played"))
    faults += ["companion notes left"] * (found.left > 0)
    faults += ["another process"] * (len(first) != 2)
    yield "- verdict: " + (f"not passed: lost or stuck: {faults}" if faults else "nothing lost, none left")


def _minutes(daemon: ToldDaemon, chosen: argparse.Namespace) -> Iterator[tuple[float, str, dict]]:
    """Minute by minute: when, which mode, and what the player counted."""
    mode, changed = "harmonize", 0.0
    player = subprocess.Popen(
        [sys.executable, str(PLAYER), str(60 * chosen.minutes)], stdout=subprocess.PIPE, text=True
    )
    assert player.stdout is not None
    try:
        for line in player.stdout:
            counted = json.loads(line)
            minute = counted["at"] / 60
            yield minute, mode, counted
            if minute - changed >= chosen.change - 0.01:
                changed, mode = minute, MODES[MODES.index(mode) - 1]
                daemon.set("mode", mode)
    finally:
        player.kill()
        player.wait()
        player.stdout.close()


def _row(daemon: ToldDaemon, minute: float, mode: str, counted: dict) -> str:
    memory = [f"{resident_bytes(pid) / 2**20:.1f} MB" for pid in daemon.family]
    files = "+".join(str(len(os.listdir(f"/proc/{pid}/fd"))) for pid in daemon.family)
    took = " / ".join(f"{counted[f'thru_{which}_ms']:.2f}" for which in ("p50", "p99", "most"))
    cells = [f"{minute:.0f}", mode, *[*memory, "-"][:2], files, counted["notes"], counted["lost"]]
    return (
        "| " + " | ".join(map(str, [*cells, counted["sounding"], counted["companion"], took + " ms"])) + " |"
    )


def _summary(counted: dict, found: Kept) -> Iterator[str]:
    yield (
        f"- player: {counted['played']} messages, {counted['notes']} of them note-ons; came back through "
        f"thru: all but {counted['lost']}; out of turn: {counted['strange']}; struck while sounding: "
        f"{counted['doubled']}; sounding after the end: {counted['sounding']}"
    )
    yield (
        f"- session: {found.heard} messages heard; {found.sent_ons} companion note-ons and {found.sent_offs} "
        f"note-offs sent; {found.dropped} note-ons dropped as late; left sounding: {found.left}"
    )
    yield f"- notes of answers, handed to the port - due: {found.lateness('answer')}"
    yield f"- voices, handed to the port - taken up by the engine: {found.lateness('harmonize')}"
    yield f"- key press stamped -> first voice handed to the port (harmonize): {found.first_voice}"


if __name__ == "__main__":
    sys.exit(main())
