"""The port that shows the plan, on JACK: lights before notes, none stuck whatever is killed, and the veto."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable

import pytest
from daemon import Daemon, options
from jack_world import Device, JackServer, Peer, Program, wait_until
from sounded import controller, off, on
from sounding import Note, notes, without_end
from synth import OURS, Synth, connections

from live.osc import plan
from live.ports import list_ports

pytestmark = pytest.mark.jack

PHRASE = (60, 64, 67, 72, 71, 67)
Daemons = Callable[..., Daemon]
Peers = Callable[..., Peer]
Devices = Callable[[str, str], Device]


def play_a_phrase(peer: Peer) -> None:
    for pitch in PHRASE:
        peer.send(on(pitch))
        time.sleep(0.12)
        peer.send(off(pitch))


def until_it_answers(peer: Peer, count: int = 1) -> None:
    """Plays phrases until ``count`` notes of one answer have come: some are short, some are late."""
    for _ in range(6):
        play_a_phrase(peer)
        before = len(notes(peer.log, "got"))
        with contextlib.suppress(AssertionError):
            wait_until(lambda before=before: len(notes(peer.log, "got")) >= before + count, 5)  # type: ignore[misc]
            return
    raise AssertionError(f"no answer: {peer.log}")


def all_dark(lamps: Program, seconds: float = 3) -> None:
    wait_until(lambda: not without_end(lamps.log), seconds)


def lights(lamps: Program) -> list[Note]:
    return notes(lamps.log, "got")


def test_lights_come_before_the_notes_and_go_when_they_begin(
    jack_server: JackServer, daemons: Daemons, peers: Peers, devices: Devices
) -> None:
    daemon = daemons(*options("answer", "--plan-port", "--seed", "3"))
    daemon.wait_until_ready()
    assert ", plan on Antiphon Plan" in daemon.said[0]
    assert "To Antiphon -> From Antiphon (jack)" in daemon.said[0]
    peer, lamps = peers(), devices("lamps", "lamps")
    for _ in range(2):
        until_it_answers(peer, 3)
        peer.send(on(60), off(60))
    all_dark(lamps)
    wait_until(lambda: not without_end(peer.log))
    lit, played = lights(lamps), notes(peer.log, "got")
    assert {light.channel for light in lit} == {0}, "an answer is committed from the first"
    shown = 0
    ahead = []
    for note in played:
        before = [light for light in lit if light.pitch == note.pitch and light.begin_ns < note.begin_ns]
        near = [light for light in before if abs((light.end_ns or 0) - note.begin_ns) < 200e6]
        shown += bool(near)
        ahead += [note.begin_ns - light.begin_ns for light in near[:1]]
    print(f"{shown} of {len(played)} notes were shown, {sorted(ahead)[len(ahead) // 2] / 1e6:.0f} ms ahead")
    assert shown >= 0.5 * len(played) > 0
    heard = [entry.message for entry in lamps.log if entry.what == "got"]
    assert {message[0] & 0xF0 for message in heard} <= {0x80, 0x90}
    assert daemon.stop() == 0


@pytest.mark.parametrize("how", ["SIGTERM", "kill -9 of the engine", "kill -9 of the stage", "panic"])
def test_no_light_is_left_on(
    jack_server: JackServer, daemons: Daemons, peers: Peers, devices: Devices, how: str
) -> None:
    daemon = daemons(*options("answer", "--plan-port", "--osc", "0"))
    daemon.wait_until_ready()
    peer, lamps = peers(), devices("lamps", "lamps")
    play_a_phrase(peer)
    wait_until(lambda: without_end(lamps.log), 20)
    begin = time.perf_counter_ns()
    if how == "SIGTERM":
        assert daemon.stop() == 0
    elif how == "kill -9 of the engine":
        daemon.tell(signal.SIGKILL)
    elif how == "kill -9 of the stage":
        os.kill(daemon.family[1], signal.SIGKILL)
    else:
        client = daemon.osc()
        client.ask("/antiphon/action/panic")
    all_dark(lamps)
    took = (max(light.end_ns or 0 for light in lights(lamps)) - begin) / 1e6
    print(f"dark {took:.1f} ms after {how}")
    if how == "kill -9 of the stage":  # the one in its place is connected again, and shows on
        wait_until(lambda: any("another one was started" in line for line in daemon.complained))
        before = len(lights(lamps))
        until_it_answers(peer)
        wait_until(lambda: len(lights(lamps)) > before)
        peer.send(on(60), off(60))
        all_dark(lamps)


def test_a_named_port_that_vanishes_takes_nothing_with_it(
    jack_server: JackServer, daemons: Daemons, peers: Peers, devices: Devices
) -> None:
    lamps = devices("synth", "light keys")
    daemon = daemons(*options("answer", "--plan-port", "light keys"))
    daemon.wait_until_ready()
    assert ", plan on light keys:midi" in daemon.said[0]
    peer = peers()
    play_a_phrase(peer)
    wait_until(lambda: without_end(lamps.log), 20)
    lamps.kill()
    until_it_answers(peer)
    assert any("'light keys:midi' has vanished" in line for line in daemon.complained)
    again = devices("synth", "light keys")
    wait_until(lambda: "antiphon: MIDI port 'light keys:midi' is back" in daemon.complained)
    peer.send(on(60), off(60))
    wait_until(lambda: not without_end(peer.log))
    until_it_answers(peer)
    wait_until(lambda: lights(again), 20)
    peer.send(on(60), off(60))
    all_dark(again)
    assert daemon.stop() == 0


def test_a_second_daemon_numbers_it_and_a_name_that_is_none_is_one_line(
    jack_server: JackServer, daemons: Daemons
) -> None:
    first = daemons(*options("off", "--plan-port"))
    first.wait_until_ready()
    second = daemons(*options("off", "--plan-port"))
    second.wait_until_ready()
    assert ", plan on Antiphon Plan 2" in second.said[0]
    assert second.complained == [
        "antiphon: another Antiphon is playing; the ports of this one are 'To Antiphon 2' and "
        "'From Antiphon 2' and 'Antiphon Plan 2'"
    ]
    assert "Antiphon Plan 2:Antiphon Plan 2" in list_ports("jack").inputs
    third = daemons(*options("off", "--plan-port", "lamp of Aladdin"))
    assert third.wait() == 2
    assert len(third.complained) == 1
    assert third.complained[0].startswith(
        "antiphon: there is no MIDI plan port 'lamp of Aladdin'; there are: "
    )


def test_a_pedal_is_learned_for_the_veto_and_takes_an_answer_back(
    jack_server: JackServer, daemons: Daemons, peers: Peers, devices: Devices
) -> None:
    daemon = daemons(*options("answer", "--plan-port", "--osc", "0", "--learn", "veto"))
    daemon.wait_until_ready()
    peer, lamps, client = peers(), devices("lamps", "lamps"), daemon.osc()
    peer.send(controller(67, 127), controller(67, 0))
    wait_until(lambda: "antiphon: learned: veto is CC 67 on channel 1" in daemon.complained)
    client.send((plan.SUBSCRIBE, []))
    for number, veto in enumerate((lambda: peer.send(controller(67, 127), controller(67, 0)), None)):
        until_it_answers(peer, 3)
        if veto is None:
            desk = daemon.osc()
            assert desk.ask("/antiphon/action/veto") == ("/antiphon/action/veto", [])
        else:
            veto()
        wait_until(lambda: not without_end(peer.log))
        all_dark(lamps)
        count = len(notes(peer.log, "got"))
        time.sleep(1.2)
        assert len(notes(peer.log, "got")) == count, f"answer {number + 1} is over"
    told: list[tuple[str, list[object]]] = []
    while not client.silent():
        told.append(client.receive())
    where = [address.rpartition("/")[2] for address, _ in told]
    assert where.count("sounding") == where.count("ended") == len(notes(peer.log, "got"))
    assert where.count("cancelled") > 0
    ahead = [values[4] for address, values in told if address.endswith("committed")]
    print(f"committed {sorted(ahead)[len(ahead) // 2]:.0f} ms ahead")  # type: ignore[type-var, str-format]
    assert max(ahead) > 0  # type: ignore[type-var, operator]
    assert daemon.stop() == 0


@pytest.mark.synth
def test_beside_a_synth_of_our_own_the_plan_is_not_sounded(
    synth: Synth, daemons: Daemons, devices: Devices
) -> None:
    daemon = daemons(*options("answer", "--sound", "--plan-port"))
    daemon.wait_until_ready()
    assert ", plan on Antiphon Plan, sound: " in daemon.said[0]
    client = f"Antiphon sound {daemon.process.pid}"
    wait_until(lambda: connections(OURS) == [f"{client}:midi_00"])
    assert connections("Antiphon Plan:Antiphon Plan") == []
    player, lamps = devices("player", "player"), devices("lamps", "lamps")
    for pitch in PHRASE:
        player.send(on(pitch))
        time.sleep(0.12)
        player.send(off(pitch))
    wait_until(lambda: lights(lamps), 20)
    assert daemon.stop() == 0
    all_dark(lamps)
