"""Every way to end in the middle of a chord: each note-on ever sent has its note-off, nothing is left."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest
from daemon import Daemon, cpu_seconds, options, runs
from jack_world import JackServer, Peer, wait_until
from sounding import notes, without_end

pytestmark = pytest.mark.jack

MELODY = range(72, 80)
GONE = "antiphon: the MIDI system (jack) has gone away; trying again until it is back"


def in_a_chord(daemons: Callable[..., Daemon], peers: Callable[[], Peer]) -> tuple[Daemon, Peer]:
    """A daemon whose three voices sound, and the peer that holds the melody note."""
    daemon = daemons(*options("harmonize"))
    daemon.wait_until_ready()
    return daemon, in_harmony(peers())


def in_harmony(peer: Peer) -> Peer:
    """Holds a melody note with three voices; where a busy machine drops one as too late, the next note."""
    for pitch in MELODY:
        peer.send(bytes((0x90, pitch, 80)))
        until = time.perf_counter() + 0.5
        while time.perf_counter() < until:
            if len(without_end(peer.log)) >= 3:  # with thru there is a fourth
                return peer
            time.sleep(0.002)
        peer.send(bytes((0x80, pitch, 0)))
    raise AssertionError(f"no harmony: {peer.log}")


def milliseconds_to_end(peer: Peer, begin_ns: int) -> float:
    """Waits for the last note-off; how long after ``begin_ns`` it came."""
    wait_until(lambda: not without_end(peer.log))
    return (max(note.end_ns for note in notes(peer.log, "got")) - begin_ns) / 1e6


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_in_the_middle_of_a_chord_ends_it_and_exits_0(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer], number: int
) -> None:
    daemon, peer = in_a_chord(daemons, peers)
    family = daemon.family
    begin = time.perf_counter_ns()
    assert daemon.stop(number) == 0
    print(f"exit {(time.perf_counter_ns() - begin) / 1e6:.0f} ms after {signal.Signals(number).name}")
    took = milliseconds_to_end(peer, begin)
    print(f"notes ended {took:.1f} ms after {signal.Signals(number).name}")
    assert took < 250
    assert daemon.complained == []
    assert not any(map(runs, family))


def test_a_signal_in_the_middle_of_an_answer_ends_it_and_exits_0(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer]
) -> None:
    daemon = daemons(*options("answer"))
    daemon.wait_until_ready()
    peer = peers()
    for pitch in (60, 64, 67):
        peer.send(bytes((0x90, pitch, 80)))
        time.sleep(0.1)
        peer.send(bytes((0x80, pitch, 0)))
    wait_until(lambda: without_end(peer.log))
    begin = time.perf_counter_ns()
    assert daemon.stop() == 0
    took = milliseconds_to_end(peer, begin)
    print(f"an answer ended {took:.1f} ms after SIGTERM")
    assert took < 250
    assert daemon.complained == []


def test_kill_9_of_the_engine_in_the_middle_of_a_chord_ends_it_and_leaves_no_process(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer]
) -> None:
    daemon, peer = in_a_chord(daemons, peers)
    family = daemon.family
    assert len(family) == 2
    begin = time.perf_counter_ns()
    assert daemon.stop(signal.SIGKILL) == -signal.SIGKILL
    took = milliseconds_to_end(peer, begin)
    print(f"notes ended {took:.1f} ms after kill -9 of the engine")
    assert took < 250
    wait_until(lambda: not any(map(runs, family)))


def test_kill_9_of_the_stage_is_one_line_and_the_next_note_is_harmonised(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer]
) -> None:
    daemon, _ = in_a_chord(daemons, peers)
    first = daemon.family[1]
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: daemon.complained)
    assert daemon.complained == ["antiphon: the stage process died; another one was started"]
    again = in_harmony(peers())
    assert first not in daemon.family
    assert daemon.stop() == 0
    wait_until(lambda: not without_end(again.log))


def test_jackd_killed_while_playing_is_one_line_nobody_spins_and_sigterm_exits_0(
    mortal_jack: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer]
) -> None:
    daemon, _ = in_a_chord(daemons, peers)
    begin = time.perf_counter()
    mortal_jack.kill()
    wait_until(lambda: daemon.complained)
    print(f"said so {1000 * (time.perf_counter() - begin):.0f} ms after jackd was killed")
    time.sleep(0.5)
    used, began = _cpu(daemon), time.perf_counter()
    time.sleep(5)
    share = (_cpu(daemon) - used) / (time.perf_counter() - began)
    print(f"without jackd all processes together use {share:.1%} of a core")
    assert share < 0.5
    assert daemon.complained == [GONE]
    family = daemon.family
    assert daemon.stop() == 0
    assert daemon.complained == [GONE]
    assert not any(map(runs, family))


def test_jackd_started_again_is_taken_up_and_the_next_note_is_harmonised(
    mortal_jack: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer]
) -> None:
    daemon, peer = in_a_chord(daemons, peers)
    mortal_jack.kill()
    wait_until(lambda: daemon.complained)
    peer.close()  # a client left over would steal wake-ups from the next of its name
    mortal_jack.start()
    again = in_harmony(peers())
    assert daemon.stop() == 0
    wait_until(lambda: not without_end(again.log))
    assert daemon.complained == [GONE]


def test_the_player_is_answered_again_after_jackd_came_back_though_a_key_was_down(
    mortal_jack: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer]
) -> None:
    daemon = daemons(*options("answer"))
    daemon.wait_until_ready()
    before = peers()
    before.send(bytes((0x90, 60, 80)))  # its release will never be heard
    time.sleep(0.3)
    mortal_jack.kill()
    wait_until(lambda: daemon.complained)
    before.close()
    mortal_jack.start()
    peer = peers()
    peer.send(bytes((0x90, 64, 80)), bytes((0x80, 64, 0)))
    wait_until(lambda: notes(peer.log, "got"))
    assert daemon.stop() == 0
    wait_until(lambda: not without_end(peer.log))


def _cpu(daemon: Daemon) -> float:
    """Of all its processes, those included that it has started and waited for."""
    return sum(map(cpu_seconds, daemon.family))
