"""The real stage process on a real JACK server: thru, plans, and every way to end."""

import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from jack_world import JackServer, Peer, wait_until

from live.ports import choose, list_ports
from live.stage import messages
from live.stage import records as r
from live.stage.link import StageLink

pytestmark = pytest.mark.jack

CHORD = [bytes((0x91, pitch, 64)) for pitch in (48, 55, 64)]
ON, OFF = b"\x90\x3c\x40", b"\x80\x3c\x40"


class Stage:
    """A link to a stage with the virtual ports, thru on, and a peer connected to both."""

    def __init__(self, make_peer: Callable[[], Peer]) -> None:
        self.told: list = []
        self.link = StageLink(choose("jack", thru=True), self.told.append)
        self.link.start()
        self.peer = make_peer()

    def of(self, kind: type) -> list:
        return [record for record in self.told if isinstance(record, kind)]

    def plan(self, *played: bytes, after_ms: float = 0, tag: int = 1) -> int:
        due = time.perf_counter_ns() + round(after_ms * 1e6)
        self.link.send(*[r.Plan(due, message, tag) for message in played])
        return due


@pytest.fixture
def stage(jack_server: JackServer, peers: Callable[[], Peer]) -> Iterator[Stage]:
    made = Stage(peers)
    yield made
    made.link.close()


def still_sounding(heard: list[bytes]) -> set[tuple[int, int]]:
    keys: set[tuple[int, int]] = set()
    for message in heard:
        place = (message[0] & 0x0F, message[1]) if len(message) == 3 else (-1, -1)
        if messages.is_note_on(message):
            keys.add(place)
        elif messages.is_note_off(message):
            keys.discard(place)
    return keys


def test_the_virtual_ports_carry_their_names(stage: Stage) -> None:
    there = list_ports("jack")
    assert "To Antiphon:To Antiphon" in there.outputs
    assert "From Antiphon:From Antiphon" in there.inputs
    ready = stage.link.ready
    assert ready is not None
    assert (ready.period_frames, ready.sample_rate) == (64, 48_000)


def test_notes_go_through_byte_for_byte_and_the_engine_hears_them(stage: Stage) -> None:
    said = [ON, b"\xb0\x01\x10", b"\xf0\x7e\x7f\x09\x01\xf7", b"\x90\x3c\x00", b"\xc2\x05", b"\xf8"]
    stage.peer.send(*said)
    wait_until(lambda: len(stage.peer.heard) >= len(said))
    assert stage.peer.heard == said
    wait_until(lambda: len(stage.of(r.Heard)) == len(said) - 1)  # all but the sysex
    stamps = [heard.stamp_ns for heard in stage.of(r.Heard)]
    assert stamps == sorted(stamps)


def test_planned_notes_arrive_when_they_are_due(stage: Stage) -> None:
    due = stage.plan(*CHORD, after_ms=50)
    wait_until(lambda: len(stage.peer.heard) == 3)
    arrivals = [entry.at_ns for entry in stage.peer.log if entry.what == "got"]
    assert min(arrivals) >= due
    assert max(arrivals) - due < 50e6  # loose: the machine may be busy
    assert sorted(stage.peer.heard) == CHORD


def test_stop_in_the_middle_of_a_chord_ends_it(stage: Stage) -> None:
    stage.plan(*CHORD)
    stage.peer.send(ON)
    wait_until(lambda: len(stage.peer.heard) == 4)
    stage.link.close()
    wait_until(lambda: not still_sounding(stage.peer.heard))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_stage_in_the_middle_of_a_chord_ends_it(stage: Stage, number: int) -> None:
    stage.plan(*CHORD)
    stage.peer.send(ON)
    wait_until(lambda: len(stage.peer.heard) == 4)
    begin = time.perf_counter_ns()
    os.kill(stage.link.pid, number)
    wait_until(lambda: not still_sounding(stage.peer.heard))
    ended = stage.peer.log[-1].at_ns - begin
    print(f"notes ended {ended / 1e6:.1f} ms after the signal")
    assert ended < 250e6
    wait_until(lambda: stage.of(r.PortLost))
    assert stage.of(r.PortLost)[0].reason is r.LostReason.ENDED


ENGINE = """
import sys, time
from live.ports import choose
from live.stage import records as r
from live.stage.link import StageLink
link = StageLink(choose("jack", thru=True), lambda record: None)
link.start()
print(link.pid, flush=True)
sys.stdin.readline()
link.send(*[r.Plan(time.perf_counter_ns(), bytes((0x91, p, 64)), 1) for p in (48, 55, 64)])
time.sleep(60)
"""


def test_kill_9_of_the_engine_in_the_middle_of_a_chord_ends_it(
    jack_server: JackServer, peers: Callable[[], Peer]
) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ENGINE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as engine:
        assert engine.stdin is not None
        assert engine.stdout is not None
        stage_pid = int(engine.stdout.readline())
        peer = peers()
        engine.stdin.write("\n")
        engine.stdin.flush()
        peer.send(ON)
        wait_until(lambda: len(peer.heard) == 4)
        begin = time.perf_counter_ns()
        engine.kill()
    wait_until(lambda: not still_sounding(peer.heard))
    ended = peer.log[-1].at_ns - begin
    print(f"notes ended {ended / 1e6:.1f} ms after kill -9 of the engine")
    assert ended < 250e6
    wait_until(lambda: not _runs(stage_pid))


def _runs(pid: int) -> bool:
    """Whether the process is there and no zombie (its parent is dead, so init reaps it)."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _comes_through(stage: Stage, peer: Peer) -> bool:
    """Whether a chord arrives: a JACK server just started loses some, so this is asked until one does."""
    stage.plan(*CHORD)
    stage.plan(*(bytes((0x81, on[1], 64)) for on in CHORD), after_ms=50)
    time.sleep(0.2)
    return set(CHORD) <= set(peer.heard)


def test_jackd_killed_while_playing_is_one_line_and_it_comes_back(
    mortal_jack: JackServer, peers: Callable[[], Peer]
) -> None:
    stage = Stage(peers)
    try:
        stage.plan(*CHORD)
        stage.peer.send(ON)
        wait_until(lambda: len(stage.peer.heard) == 4)
        first = stage.link.pid
        begin = time.perf_counter_ns()
        mortal_jack.kill()
        wait_until(lambda: stage.of(r.Text))
        print(f"said so {(time.perf_counter_ns() - begin) / 1e6:.1f} ms after jackd was killed")
        for _ in range(50):  # the engine goes on for a while: nobody is to spin over it
            stage.plan(*CHORD)
            time.sleep(0.01)
        assert not _runs(first)
        assert stage.of(r.PortLost) == [r.PortLost(r.LostReason.SERVER)]
        assert [text.text for text in stage.of(r.Text) if text.topic is r.Topic.ERROR] == [
            "the MIDI system (jack) has gone away; trying again until it is back"
        ]
        mortal_jack.start()
        wait_until(lambda: stage.of(r.Ready))
        peer = peers()
        wait_until(lambda: _comes_through(stage, peer))
        assert len(stage.of(r.PortLost)) == 1
    finally:
        stage.link.close()


def test_a_port_call_that_never_comes_back_costs_the_stage_its_life(
    mortal_jack: JackServer, peers: Callable[[], Peer]
) -> None:
    stage = Stage(peers)
    try:
        first = stage.link.pid
        mortal_jack.signal(signal.SIGSTOP)  # RtMidi's ring fills up, then it spins with the GIL
        for n in itertools.count():
            stage.plan(*[b"\xe1\x00\x40"] * 8)
            time.sleep(0.001)
            if stage.of(r.PortLost):
                break
            assert n < 5000, "nobody noticed"
        assert stage.of(r.PortLost) == [r.PortLost(r.LostReason.CALL_STUCK)]
        assert not _runs(first)
        mortal_jack.signal(signal.SIGCONT)
        wait_until(lambda: stage.of(r.Ready))
        assert len([text for text in stage.of(r.Text) if text.topic is r.Topic.ERROR]) == 1
    finally:
        stage.link.close()


def test_a_hundred_phrases_and_the_port_still_listens(stage: Stage) -> None:
    for n in range(100):
        pitch = 40 + n % 40
        stage.peer.send(bytes((0x90, pitch, 64)), bytes((0x80, pitch, 64)))
        wait_until(lambda n=n: len(stage.peer.heard) == 2 * n + 2)
    assert not still_sounding(stage.peer.heard)
