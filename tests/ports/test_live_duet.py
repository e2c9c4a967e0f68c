"""``duet`` on real ports: a busy player, a companion beside him that is in time, and nothing sounds on."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

import pytest
from daemon import Daemon, options
from jack_world import JackServer, Peer, wait_until
from sounding import figures, notes, without_end

from live.engine.alone import ENDS_NS, RINGS_NS

pytestmark = pytest.mark.jack

GAP, LENGTH = 0.07, 0.06
"""Seconds: fourteen notes a second."""
SECONDS = 8.0
FIGURE = (76, 79, 84, 79, 77, 74, 72, 79, 81, 77, 74, 71)


def play(peer: Peer, seconds: float) -> None:
    due = time.perf_counter()
    for pitch in islice(cycle(FIGURE), round(seconds / GAP)):
        peer.send(bytes((0x90, pitch, 80)))
        time.sleep(max(0.0, due + LENGTH - time.perf_counter()))
        peer.send(bytes((0x80, pitch, 0)))
        due += GAP
        time.sleep(max(0.0, due - time.perf_counter()))


def lateness(home: Path) -> list[int]:
    """Nanoseconds from due to sent, of the companion's note-ons."""
    records = (json.loads(line) for path in home.rglob("*.jsonl") for line in path.read_text().splitlines())
    return [
        values[1] - values[0]
        for name, _, *values in records
        if name == "sent" and bytes(values[2])[0] & 0xF0 == 0x90
    ]


def test_a_busy_player_is_accompanied_in_time_and_to_an_end(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer], tmp_path: Path
) -> None:
    daemon = daemons(*options("duet", "--time", "free", "--seed", "2"))
    daemon.wait_until_ready()
    peer = peers()
    play(peer, SECONDS)
    stopped = time.perf_counter_ns()
    during = len(notes(peer.log, "got"))
    wait_until(lambda: not without_end(peer.log), (ENDS_NS + RINGS_NS) / 1e9 + 2)
    time.sleep(max(0.0, (stopped + ENDS_NS + RINGS_NS - time.perf_counter_ns()) / 1e9 + 1))
    found = notes(peer.log, "got")
    assert daemon.stop() == 0
    assert all("their time had passed" in line for line in daemon.complained)  # on a busy machine
    assert without_end(peer.log) == []
    assert during > SECONDS
    assert all(note.pitch not in FIGURE for note in found)
    assert max(note.begin_ns for note in found) < stopped + ENDS_NS + 200_000_000
    late = lateness(tmp_path)
    assert len(late) >= len(found)
    assert figures("sent - due of the companion's notes", late) < 20_000_000


def test_a_player_silenced_in_its_midst_ends_all(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer]
) -> None:
    """SIGTERM while both play."""
    daemon = daemons(*options("duet", "--seed", "3"))
    daemon.wait_until_ready()
    peer = peers()
    for _ in range(5):  # it may rest at first
        play(peer, 3)
        if notes(peer.log, "got"):
            break
    assert notes(peer.log, "got")
    assert daemon.stop() == 0
    wait_until(lambda: not without_end(peer.log), 1)
