"""Hostile bytes through real JACK ports into the running daemon, and consumers that do not consume.

``ANTIPHON_HOSTILE_BYTES=1000000`` for a million of them; without ports: ``tests/hard/test_hostile_bytes.py``.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from daemon import Daemon, options, resident_bytes
from hostile import hostile, sysex
from jack_world import Got, JackServer, Peer, wait_until
from sounding import figures, without_end

from live.sessions.lines import decode
from live.stage.decode import Decoder
from live.stage.messages import is_note_on

pytestmark = pytest.mark.jack

BYTES = int(os.environ.get("ANTIPHON_HOSTILE_BYTES", "120000"))
RATE = 25_000
"""Bytes a second: about 10,000 messages, ten times what a cable of 1983 carries."""
TRIES = 4
"""A JACK server loses a whole period when the machine is too busy; what we lose, we lose each time."""
THRU = ("--input", "To Antiphon", "--thru")


def strikes(peer: Peer, count: int = 12) -> float:
    """Plays a melody; the median from a key press to its first voice, in milliseconds."""
    took = []
    for n in range(count):
        before = len(peer.log)
        peer.send(bytes((0x90, 67 + n % 5, 80)))
        wait_until(lambda before=before: [e for e in peer.log[before:] if _voice(e)])
        new = peer.log[before:]
        pressed = next(e.at_ns for e in new if e.what == "sent")
        took.append(next(e.at_ns for e in new if _voice(e)) - pressed)
        peer.send(bytes((0x80, 67 + n % 5, 0)))
        wait_until(lambda: not without_end(peer.log))
    return figures("key press -> first voice, port to port", took)


def _voice(entry: Got) -> bool:
    return entry.what == "got" and is_note_on(entry.message) and entry.message[0] & 0x0F > 0


def until_harmonised(peer: Peer, pitch: int = 72) -> float:
    """Strikes a key until three voices sound with it, and lets go; how many seconds that took."""
    begin = time.perf_counter()
    while time.perf_counter() < begin + 20:
        peer.send(bytes((0x90, pitch, 80)))
        until = time.perf_counter() + 0.5
        while time.perf_counter() < until and len(without_end(peer.log)) < 3:
            time.sleep(0.002)
        harmonised = len(without_end(peer.log)) >= 3
        peer.send(bytes((0x80, pitch, 0)))
        wait_until(lambda: not without_end(peer.log))
        if harmonised:
            return time.perf_counter() - begin
    raise AssertionError(f"no harmony: {peer.log[-20:]}")


def heard_by(home: Path) -> list[bytes]:
    """What the engine says that it heard."""
    lines = [decode(line) for path in home.rglob("*.jsonl") for line in path.read_bytes().splitlines()]
    return [bytes(line.values[2]) for line in lines if line is not None and line.name == "heard"]


def test_hostile_bytes_leave_nothing_stuck_nothing_lost_and_the_harmony_as_quick_as_before(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer], tmp_path: Path
) -> None:
    daemon = daemons(*options("harmonize"))
    daemon.wait_until_ready()
    peer = peers()
    quick = strikes(peer)
    family, memory = daemon.family, [resident_bytes(pid) for pid in daemon.family]
    for seed in range(TRIES):
        before = len(heard_by(tmp_path))
        packets = [*hostile(seed, BYTES)]
        begin = time.perf_counter()
        peer.pump(packets, RATE, seconds=60 + 2 * BYTES / RATE)
        took = time.perf_counter() - begin
        back = until_harmonised(peer)
        print(f"{len(packets)} packets in {took:.1f} s; harmony was back after {back:.1f} s")
        decoder = Decoder()
        valid = [m for packet in packets for m in decoder.feed(packet) if len(m) <= 3]
        time.sleep(0.2)  # until it is written
        if heard_by(tmp_path)[before : before + len(valid)] == valid:
            break
    else:
        raise AssertionError("valid messages were lost each time")
    grown = [(resident_bytes(pid) - was) / 2**20 for pid, was in zip(daemon.family, memory, strict=True)]
    print(f"memory grew by {grown} MB")
    assert max(grown) < 40
    assert strikes(peer) < 3 * quick + 20
    assert daemon.family == family
    said = [line for line in daemon.complained if "free time" not in line and "MIDI clock" not in line]
    assert said == []
    assert len(daemon.complained) < 60, "hostile clocks start and stop; that is said once a second at most"
    assert daemon.stop() == 0
    assert not without_end(peer.log)


def test_a_sysex_of_a_megabyte_goes_through_byte_for_byte_with_notes_around_it(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer]
) -> None:
    daemon = daemons(*options("harmonize", *THRU))
    daemon.wait_until_ready()
    peer = peers()
    whole = sysex(1_000_000)
    for _ in range(TRIES):
        before = len(peer.log)
        begin = time.perf_counter()
        peer.pump([b"\x90\x3c\x40", whole, b"\x80\x3c\x40"], 10**8)
        wait_until(lambda before=before: b"\x80\x3c\x40" in [e.message for e in peer.log[before:]], 30)
        print(f"a megabyte went through in {time.perf_counter() - begin:.2f} s")
        came = [e.message for e in peer.log[before:] if e.what == "got" and e.message[0] & 0x0F == 0]
        if came == [b"\x90\x3c\x40", whole, b"\x80\x3c\x40"]:
            break
    else:
        raise AssertionError("it came out otherwise each time")
    until_harmonised(peer)
    assert daemon.complained == []
    assert daemon.stop() == 0


def test_a_flood_through_thru_mutes_it_in_one_line_and_no_note_is_left(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer]
) -> None:
    daemon = daemons(*options("harmonize", *THRU))
    daemon.wait_until_ready()
    peer = peers()
    peer.send(b"\x90\x3c\x40")
    wait_until(lambda: len(without_end(peer.log)) == 4)
    peer.pump([b"\xfe"] * 10_000, 10_000)
    wait_until(lambda: daemon.complained)
    assert peer.heard.count(b"\xfe") == 200
    peer.send(b"\x80\x3c\x40")
    wait_until(lambda: not without_end(peer.log))
    assert len(daemon.complained) == 1
    assert daemon.stop() == 0


def test_a_synth_that_does_not_listen_for_two_seconds_is_no_matter(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer]
) -> None:
    daemon = daemons(*options("harmonize"))
    daemon.wait_until_ready()
    peer = peers()
    strikes(peer, 3)
    family = daemon.family
    deaf = peers()
    deaf.signal(signal.SIGSTOP)
    time.sleep(2)
    deaf.signal(signal.SIGCONT)
    deaf.close()
    strikes(peer, 3)
    assert daemon.family == family
    assert daemon.complained == []
    assert daemon.stop() == 0
