"""A running daemon under control: by a knob through JACK, by OSC, by program change; kept over a restart."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from daemon import Daemon, options
from jack_world import JackServer, Peer, wait_until
from served import Client
from sounded import controller, on

pytestmark = pytest.mark.jack


def value(client: Client, name: str) -> object:
    return client.ask(f"/antiphon/{name}")[1][0]


def test_a_knob_is_learned_moves_its_control_is_not_sent_on_and_is_known_after_a_restart(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer]
) -> None:
    daemon = daemons(*options("off", "--thru", "--osc", "0", "--learn", "temperature"))
    daemon.wait_until_ready()
    peer, client = peers(), daemon.osc()
    peer.send(*[controller(21, at) for at in (40, 45, 50)])
    wait_until(lambda: "antiphon: learned: temperature is CC 21 on channel 1" in daemon.complained)
    wait_until(lambda: len(peer.heard) == 3)  # while it was learned, it was sent on
    peer.send(controller(21, 127), controller(22, 99))
    wait_until(lambda: value(client, "temperature") == 2.0)
    wait_until(lambda: len(peer.heard) > 3)
    assert peer.heard[3:] == [controller(22, 99)]
    peer.close()
    assert daemon.stop() == 0
    file = daemon.home / "config" / "antiphon" / "midi.json"
    assert json.loads(file.read_text()) == {
        "learned": [{"channel": 1, "controller": 21, "does": "temperature"}]
    }

    again = daemons(*options("off", "--thru", "--osc", "0"))
    again.wait_until_ready()
    peer, client = peers(), again.osc()
    assert value(client, "temperature") == 1.0
    peer.send(*[controller(21, at) for at in (0, 127)], controller(22, 5))  # past the value: it takes over
    wait_until(lambda: value(client, "temperature") == 2.0)
    wait_until(lambda: peer.heard)
    assert peer.heard == [controller(22, 5)]
    assert again.stop() == 0
    assert again.complained == []


def test_a_program_change_on_the_channel_for_control_loads_a_preset(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer]
) -> None:
    daemon = daemons(*options("off", "--thru", "--osc", "0", "--control-channel", "16", "--patience", "4"))
    daemon.wait_until_ready()
    peer, client = peers(), daemon.osc()
    client.ask("/antiphon/preset/save", "patient")
    client.ask("/antiphon/patience", 1.0)
    peer.send(on(60, channel=15), bytes((0xCF, 0)))
    wait_until(lambda: value(client, "patience") == 4.0)
    peer.send(bytes((0xC0, 7)))
    wait_until(lambda: peer.heard)
    assert peer.heard == [bytes((0xC0, 7))]
    assert daemon.stop() == 0


def test_a_preset_by_name_at_the_start(
    jack_server: JackServer, daemons: Callable[..., Daemon], tmp_path: Path
) -> None:
    folder = tmp_path / "config" / "antiphon"
    folder.mkdir(parents=True)
    (folder / "presets.json").write_text('{"slow": {"mode": "off", "patience": 8.0, "voices": 7}}')
    daemon = daemons("--api", "jack", "--preset", "slow", "--patience", "3", "--osc", "0")
    daemon.wait_until_ready()
    client = daemon.osc()
    assert value(client, "mode") == "off"
    assert value(client, "patience") == 3.0, "what the command line says comes first"
    assert daemon.stop() == 0
    assert daemon.complained == ["antiphon: preset slow: voices must be 1 to 3, not 7; the rest is set"]


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        (("--preset", "nowhere"), "antiphon: no preset named 'nowhere': there are none yet"),
        (("--osc", "everywhere"), "antiphon: --osc 'everywhere': write it as PORT or HOST:PORT, like 9000"),
        (("--control-channel", "17"), "antiphon: control channel 17 cannot be: 1 to 16"),
        (("--learn", "groove"), "antiphon: no control named 'groove': there are mode, model"),
    ],
)
def test_what_cannot_be_is_one_line(
    daemons: Callable[..., Daemon], wrong: tuple[str, ...], line: str
) -> None:
    daemon = daemons("--mode", "off", *wrong)
    assert daemon.wait(30) == 2
    assert len(daemon.complained) == 1
    assert daemon.complained[0].startswith(line)


def test_a_port_for_osc_that_is_taken(jack_server: JackServer, daemons: Callable[..., Daemon]) -> None:
    first = daemons(*options("off", "--osc", "0"))
    first.wait_until_ready()
    place = re.search(r"OSC at ([\d.]+:\d+)", first.said[0])
    assert place is not None
    second = daemons(*options("off", "--osc", place[1]))
    assert second.wait(30) == 2
    assert f"cannot listen for OSC at {place[1]}" in second.complained[-1]
    assert first.stop() == 0


def test_another_model_is_loaded_while_it_plays_on(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer]
) -> None:
    daemon = daemons(*options("harmonize", "--osc", "0"))
    daemon.wait_until_ready()
    peer, client = peers(), daemon.osc()
    client.send(("/antiphon/mode", ["answer"]))
    peer.send(on(67))
    assert client.receive() == ("/antiphon/loading", ["mode", "answer"])
    wait_until(lambda: len([m for m in peer.heard if m[0] & 0xF0 == 0x90]) >= 3)
    assert client.receive() == ("/antiphon/mode", ["answer"])
    assert daemon.stop() == 0
    assert daemon.complained == []
