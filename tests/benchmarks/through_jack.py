"""What a player would measure: the real daemon between real ports of a JACK server at 64 frames."""

from __future__ import annotations

import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from daemon import Daemon, options, resident_bytes
from figures import Row, milliseconds, row
from jack_world import Got, Peer, wait_until

from live.ports import choose
from live.stage import records as r
from live.stage.link import StageLink
from live.stage.messages import is_note_on

STRIKES, PLANNED, PHRASES, STARTS = 400, 1000, 20, 7
GAP, LENGTH = 0.2, 0.08
"""Seconds from strike to strike, and of a key: voices have ended (60 ms later) before the next strike."""
PITCHES = (67, 69, 71, 72, 74, 72, 71, 69)


def _play(peer: Peer, strikes: int) -> None:
    due = time.perf_counter()
    for _, pitch in zip(range(strikes), itertools.cycle(PITCHES)):
        peer.send(bytes((0x90, pitch, 80)))
        time.sleep(max(0.0, due + LENGTH - time.perf_counter()))
        peer.send(bytes((0x80, pitch, 0)))
        due += GAP
        time.sleep(max(0.0, due - time.perf_counter()))
    time.sleep(0.5)


def _first_after(starts: list[int], found: list[int], nth: int = 0) -> list[int]:
    """From each start to the ``nth`` of what follows it before the next start."""
    took = []
    for start, until in itertools.pairwise([*starts, sys.maxsize]):
        own = [each for each in found if start <= each < until]
        if len(own) > nth:
            took.append(own[nth] - start)
    return took


def _ons(log: list[Got], what: str) -> list[int]:
    return [each.at_ns for each in log if each.what == what and is_note_on(each.message)]


def _captured(home: Path) -> list[list]:
    return [json.loads(line) for path in home.rglob("*.jsonl") for line in path.read_text().splitlines()]


def harmonize(home: Path) -> Iterator[Row]:
    """Strikes of a melody, each of which has three new voices."""
    daemon = Daemon(*options("harmonize", "--seed", "1"), home=home)
    try:
        daemon.wait_until_ready()
        peer = Peer()
        _play(peer, STRIKES)
        memory = [resident_bytes(pid) / 2**20 for pid in daemon.family]
        peer.close()
    finally:
        daemon.stop()
        daemon.close()
    lines = _captured(home)
    strikes = [line[2] for line in lines if line[0] == "heard" and is_note_on(bytes(line[4]))]
    sent = [line[3] for line in lines if line[0] == "sent" and is_note_on(bytes(line[4]))]
    dropped = sum(line[0] == "dropped" for line in lines)
    first, third = _first_after(strikes, sent), _first_after(strikes, sent, 2)
    budget = "p50 <= 2, p99 <= 5 ms"
    yield row(
        "key press stamped -> first harmony note handed to the port", milliseconds(first), budget=budget
    )
    yield row(
        "key press stamped -> third harmony note handed to the port",
        milliseconds(third),
        budget="p99 <= 8 ms",
    )
    yield Row("harmony notes dropped as more than 50 ms late", "-", "-", str(dropped), str(3 * len(strikes)))
    took = _first_after(_ons(peer.log, "sent"), _ons(peer.log, "got"))
    yield row("port to port: key press -> first harmony note", milliseconds(took), budget="p99 <= 10 ms")
    yield row("resident memory of the engine", memory[:1], "MB", digits=0)
    yield row("resident memory of the stage", memory[1:], "MB", digits=0)


def echo() -> Row:
    """The same player and synth with nothing between them but a loop."""
    script = Path(__file__).with_name("echo.py")
    process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        assert process.stdout.readline().startswith("ready")
        peer = Peer()
        _play(peer, STRIKES)
        peer.close()
    finally:
        process.kill()
        process.wait()
    took = _first_after(_ons(peer.log, "sent"), _ons(peer.log, "got"))
    return row("port to port: bare echo through the same ports", milliseconds(took))


def answers(home: Path) -> Iterator[Row]:
    """Phrases of three notes, each answered to its end."""
    daemon = Daemon(*options("answer", "--seed", "1", "--longest-answer", "1"), home=home)
    try:
        daemon.wait_until_ready()
        peer = Peer()
        for _ in range(PHRASES):
            _play(peer, 3)
            wait_until(lambda: time.perf_counter_ns() - peer.log[-1].at_ns > 0.7e9)
        memory = resident_bytes(daemon.process.pid) / 2**20
        peer.close()
    finally:
        daemon.stop()
        daemon.close()
    lines = [line for line in _captured(home) if line[0] == "sent" and is_note_on(bytes(line[4]))]
    late = milliseconds([line[3] - line[2] for line in lines])
    yield row("answer: handed to the port - due", late)
    yield row("resident memory of the engine, answering", [memory], "MB", digits=0)


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


def planned(what: str) -> Row:
    """Notes that were planned ahead: when they reach the synth. The last column but one is the spread."""
    told: list = []
    with StageLink(choose("jack"), told.append) as link:
        peer = Peer()
        first = time.perf_counter_ns() + 100_000_000
        due = {bytes((0x91, n % 128, 1 + n // 128)): first + n * 10_137_000 for n in range(PLANNED)}
        for message, at in due.items():
            link.send(r.Plan(at, message, 1), r.Plan(at + 8_000_000, bytes((0x81, message[1], 64)), 1))
        wait_until(lambda: len(peer.heard) >= 2 * PLANNED, PLANNED * 0.01 + 20)
        peer.close()
    late = [each.at_ns - due[each.message] for each in peer.log if each.message in due]
    return row(f"arrival - due of planned notes, {what}", milliseconds(late), budget="spread <= 2.3 ms")


def starts(home: Path) -> Row:
    """From ``antiphon live`` to the line ``ready:``."""
    took = []
    for _ in range(STARTS):
        daemon = Daemon(*options("harmonize"), home=home)
        took.append(daemon.wait_until_ready())
        daemon.stop()
        daemon.close()
    return row("`antiphon live` -> `ready:`", took, "s", budget="<= 2 s")
