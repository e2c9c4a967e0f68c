"""Cables pulled and put back while a chord sounds: what sounded because of them ends, nothing else does."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import pytest
from daemon import Daemon, options
from jack_world import Device, JackServer, Peer, Program, wait_until
from sounding import notes, without_end

pytestmark = pytest.mark.jack

KEYS, SYNTH = "fake keys:midi", "fake synth:midi"
PROGRAM = [b"\xb1\x00\x00", b"\xb1\x20\x01", b"\xc1\x34"]
VANISHED = "antiphon: MIDI port '{}' has vanished; everything else goes on until it is back"
BACK = "antiphon: MIDI port '{}' is back"
NOT_THERE = "antiphon: MIDI port '{}' is not there; everything else plays until it comes"
GONE = "antiphon: the MIDI system (jack) has gone away; trying again until it is back"

Daemons = Callable[..., Daemon]
Devices = Callable[[str, str], Device]


def on(pitch: int) -> bytes:
    return bytes((0x90, pitch, 80))


def off(pitch: int) -> bytes:
    return bytes((0x80, pitch, 0))


def until_it_sounds(player: Program, listener: Program, count: int) -> int:
    """Strikes keys until ``count`` notes sound (a busy machine drops one now and then); the last key."""
    for pitch in range(72, 84):
        player.send(on(pitch))
        until = time.perf_counter() + 0.7
        while time.perf_counter() < until:
            if len(without_end(listener.log)) == count:
                return pitch
            time.sleep(0.002)
        player.send(off(pitch))
    raise AssertionError(f"no chord: {listener.log} {player.log}")


def ended(listener: Program, begin_ns: int, what: str) -> None:
    wait_until(lambda: not without_end(listener.log))
    took = (max(note.end_ns for note in notes(listener.log, "got")) - begin_ns) / 1e6
    print(f"notes ended {took:.1f} ms after {what}")
    assert took < 250


def test_a_keyboard_that_vanishes_with_a_key_down_ends_its_chord_alone_and_comes_back(
    jack_server: JackServer, daemons: Daemons, devices: Devices, peers: Callable[..., Peer]
) -> None:
    keys = devices("keys", "fake keys")
    daemon = daemons(*options("harmonize", "--input", "fake keys", "--input", "To Antiphon"))
    daemon.wait_until_ready()
    peer = peers()
    until_it_sounds(keys, peer, 4)  # thru is on for the named port
    keys.send(bytes((0xB0, 64, 127)))
    wait_until(lambda: bytes((0xB0, 64, 127)) in peer.heard)
    begin = time.perf_counter_ns()
    keys.kill()
    ended(peer, begin, "kill -9 of the keyboard's program")
    wait_until(lambda: bytes((0xB0, 64, 0)) in peer.heard)
    assert daemon.complained == [VANISHED.format(KEYS)]

    pitch = until_it_sounds(peer, peer, 3)  # the virtual port: no thru
    keys = devices("keys", "fake keys")
    wait_until(lambda: len(daemon.complained) == 2)
    assert daemon.complained[1] == BACK.format(KEYS)
    assert len(without_end(peer.log)) == 3
    peer.send(off(pitch))
    wait_until(lambda: not without_end(peer.log))
    pitch = until_it_sounds(keys, peer, 4)
    keys.send(off(pitch))
    wait_until(lambda: not without_end(peer.log))
    assert daemon.stop() == 0
    assert len(daemon.complained) == 2


def test_a_synth_that_vanishes_in_a_chord_is_told_its_end_when_it_is_back_and_plays_again(
    jack_server: JackServer, daemons: Daemons, devices: Devices
) -> None:
    synth, keys = devices("synth", "fake synth"), devices("keys", "fake keys")
    ports = ("--input", "fake keys", "--output", "fake synth")
    daemon = daemons(*options("harmonize", *ports, "--voice", "1:program=53,bank=1"))
    daemon.wait_until_ready()
    wait_until(lambda: [m for m in synth.heard if m in PROGRAM] == PROGRAM)
    pitch = until_it_sounds(keys, synth, 4)
    sounded = {(note.channel, note.pitch) for note in without_end(synth.log)}
    synth.kill()
    wait_until(lambda: daemon.complained)
    keys.send(off(pitch))
    synth = devices("synth", "fake synth")
    wait_until(lambda: len(daemon.complained) == 2)
    assert daemon.complained == [VANISHED.format(SYNTH), BACK.format(SYNTH)]
    wait_until(lambda: {(m[0] & 0x0F, m[1]) for m in synth.heard if m[0] & 0xF0 == 0x80} >= sounded)
    wait_until(lambda: [m for m in synth.heard if m in PROGRAM] == PROGRAM)
    pitch = until_it_sounds(keys, synth, 4)
    keys.send(off(pitch))
    wait_until(lambda: not without_end(synth.log))
    assert daemon.stop() == 0


def test_a_synth_that_is_connected_later_is_told_its_programs(
    jack_server: JackServer, daemons: Daemons, peers: Callable[..., Peer]
) -> None:
    daemon = daemons(*options("harmonize", "--voice", "1:program=53,bank=1"))
    daemon.wait_until_ready()
    peer = peers()
    wait_until(lambda: [m for m in peer.heard if m in PROGRAM] == PROGRAM)
    assert daemon.stop() == 0


def test_after_jackd_came_back_all_else_plays_while_a_named_port_is_missing(
    mortal_jack: JackServer, daemons: Daemons, devices: Devices, peers: Callable[..., Peer]
) -> None:
    keys = devices("keys", "fake keys")
    daemon = daemons(*options("harmonize", "--input", "fake keys", "--input", "To Antiphon"))
    daemon.wait_until_ready()
    peer = peers()
    until_it_sounds(keys, peer, 4)
    mortal_jack.kill()
    wait_until(lambda: daemon.complained)
    peer.close()
    keys.kill()
    mortal_jack.start()
    peer = peers()
    pitch = until_it_sounds(peer, peer, 3)
    assert daemon.complained == [GONE, NOT_THERE.format(KEYS)]
    peer.send(off(pitch))
    wait_until(lambda: not without_end(peer.log))
    keys = devices("keys", "fake keys")
    wait_until(lambda: len(daemon.complained) == 3)
    assert daemon.complained[2] == BACK.format(KEYS)
    until_it_sounds(keys, peer, 4)
    assert daemon.stop() == 0
    wait_until(lambda: not without_end(peer.log))


def test_connections_to_the_virtual_ports_are_made_again_for_a_stage_that_was_replaced(
    jack_server: JackServer, daemons: Daemons, peers: Callable[..., Peer]
) -> None:
    daemon = daemons(*options("harmonize"))
    daemon.wait_until_ready()
    peer = peers()
    pitch = until_it_sounds(peer, peer, 3)
    stage = daemon.family[1]
    os.kill(stage, signal.SIGKILL)
    wait_until(lambda: daemon.complained and not without_end(peer.log))  # the next stage has ended them
    peer.send(off(pitch))
    until_it_sounds(peer, peer, 3)
    assert stage not in daemon.family
    assert daemon.stop() == 0


def test_a_player_that_leaves_the_virtual_port_with_a_key_down_leaves_no_note_and_is_answered(
    jack_server: JackServer, daemons: Daemons, devices: Devices
) -> None:
    synth = devices("synth", "fake synth")
    daemon = daemons(*options("answer", "--input", "To Antiphon", "--output", "fake synth"))
    daemon.wait_until_ready()
    player = devices("player", "fake player")
    for pitch in (60, 64):
        player.send(on(pitch), off(pitch))
    player.send(on(67))
    time.sleep(1.5)
    assert not synth.heard  # it waits for the release
    player.kill()
    wait_until(lambda: notes(synth.log, "got"))
    assert daemon.stop() == 0
    wait_until(lambda: not without_end(synth.log))
    assert daemon.complained == []
