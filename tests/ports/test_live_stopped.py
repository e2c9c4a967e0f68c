"""A process that stands still, or is killed over and over: playing goes on, nothing sticks, nothing leaks."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from daemon import Daemon, options, runs
from jack_world import JackServer, Peer, wait_until
from sounding import notes, without_end
from test_live_hostile import THRU, until_harmonised

from live.errors import PortError
from live.ports import list_ports

pytestmark = pytest.mark.jack

KILLS = int(os.environ.get("ANTIPHON_KILLS", "4"))
DIED = "antiphon: the stage process died; another one was started"
STUCK = "antiphon: a MIDI port did not answer for 500 ms; the stage process was replaced"


def files(pid: int) -> int:
    """Descriptors that a process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def jack_answers() -> bool:
    """A server stalls for up to two seconds over a client that was killed."""
    try:
        return bool(list_ports("jack"))
    except PortError:
        return False


def test_an_engine_that_stood_still_for_three_seconds_missed_them_and_goes_on(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer]
) -> None:
    daemon = daemons(*options("harmonize", *THRU))
    daemon.wait_until_ready()
    peer = peers()
    until_harmonised(peer)
    daemon.tell(signal.SIGSTOP)
    stopped, family = len(peer.log), daemon.family
    begin = time.perf_counter_ns()
    for n in range(60):  # three seconds at twenty notes a second
        peer.send(bytes((0x90, 60 + n % 12, 80)))
        time.sleep(0.03)
        peer.send(bytes((0x80, 60 + n % 12, 0)))
        time.sleep(0.02)
    meanwhile = [e.message for e in peer.log[stopped:] if e.what == "got"]
    assert len(meanwhile) >= 118, "thru goes on"
    daemon.tell(signal.SIGCONT)
    again = time.perf_counter_ns()
    took = until_harmonised(peer)
    print(f"stood still for {(again - begin) / 1e9:.1f} s; harmony was back {took:.2f} s after that")
    burst = [note for note in notes(peer.log, "got") if note.begin_ns > again and note.channel > 0]
    assert len(burst) <= 20, "old notes were harmonised"
    assert daemon.family == family
    assert daemon.complained == []
    assert daemon.stop() == 0
    wait_until(lambda: not without_end(peer.log))


def test_a_stage_that_stands_still_is_replaced(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer]
) -> None:
    daemon = daemons(*options("harmonize"))
    daemon.wait_until_ready()
    until_harmonised(peers())
    stage = daemon.family[1]
    os.kill(stage, signal.SIGSTOP)
    begin = time.perf_counter()
    wait_until(lambda: daemon.complained)
    print(f"noticed after {time.perf_counter() - begin:.2f} s")
    assert daemon.complained == [STUCK]
    peer = peers()
    until_harmonised(peer)
    assert not runs(stage)
    assert daemon.stop() == 0
    wait_until(lambda: not without_end(peer.log))
    wait_until(jack_answers)


def test_kill_9_of_the_stage_again_and_again_while_chords_sound(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer]
) -> None:
    daemon = daemons(*options("harmonize"), "--no-panel")
    daemon.wait_until_ready()
    opened: list[int] = []
    begin = time.perf_counter()
    for n in range(KILLS):
        peer = peers()
        until_harmonised(peer)
        peer.send(bytes((0x90, 72, 80)))
        wait_until(lambda peer=peer: len(without_end(peer.log)) == 3)
        os.kill(daemon.family[1], signal.SIGKILL)
        wait_until(lambda n=n: len(daemon.complained) == n + 1)
        opened.append(files(daemon.process.pid))
        peer.close()
    peer = peers()
    until_harmonised(peer)
    print(f"{KILLS} times in {time.perf_counter() - begin:.1f} s")
    assert daemon.complained == [DIED] * KILLS
    assert len(daemon.family) == 2
    wait_until(lambda: files(daemon.process.pid) < min(opened) + KILLS - 1)  # a leak: one more each time
    assert daemon.stop() == 0
    wait_until(lambda: not without_end(peer.log))
    wait_until(jack_answers)
