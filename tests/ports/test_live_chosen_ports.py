"""Ports chosen in the page while a chord sounds, on JACK: nothing hangs on the synth that is left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from daemon import Daemon, options
from jack_world import Device, JackServer, Peer, wait_until
from page_socket import PageSocket
from sounding import without_end
from test_live_hotplug import off, until_it_sounds

pytestmark = pytest.mark.jack
KEYS, SYNTH, RACK = "fake keys:midi", "fake synth:midi", "fake rack:midi"


def row(page: PageSocket, end: str, name: str) -> list[Any] | None:
    told = page.last("ports") or {end: []}
    return next((row for row in told[end] if row[0] == name), None)


def test_a_synth_and_a_keyboard_are_chosen_while_it_plays(
    jack_server: JackServer,
    daemons: Callable[..., Daemon],
    devices: Callable[[str, str], Device],
    peers: Callable[..., Peer],
) -> None:
    daemon = daemons(*options("harmonize", "--input", "To Antiphon"), "--panel-at", "0")
    daemon.wait_until_ready()
    peer, synth, keys = peers(), devices("synth", "fake synth"), devices("keys", "fake keys")
    with PageSocket(daemon) as page:
        page.say("look")
        wait_until(lambda: row(page, "outputs", SYNTH) and row(page, "inputs", KEYS))
        page.say("port", end="output", name=SYNTH, on=True)
        wait_until(lambda: row(page, "outputs", SYNTH) == [SYNTH, True, True, False])
        pitch = until_it_sounds(peer, synth, 3)
        wait_until(lambda: len(without_end(peer.log)) == 3)  # our own port plays on beside it

        rack = devices("synth", "fake rack")
        wait_until(lambda: row(page, "outputs", RACK))
        page.say("port", end="output", name=RACK, on=True)
        wait_until(lambda: not without_end(synth.log))
        wait_until(lambda: not without_end(peer.log))
        peer.send(off(pitch))
        pitch = until_it_sounds(peer, rack, 3)
        assert not without_end(synth.log)
        page.say("port", end="output", name=RACK, on=False)
        wait_until(lambda: not without_end(rack.log))
        peer.send(off(pitch))

        page.say("port", end="input", name=KEYS, on=True)
        wait_until(lambda: row(page, "inputs", KEYS) == [KEYS, True, True, False])
        pitch = until_it_sounds(keys, peer, 3)
        page.say("port", end="input", name=KEYS, on=False)  # with its key down
        wait_until(lambda: not without_end(peer.log))
        assert page.last("told") is None
    assert daemon.stop() == 0
    assert [line for line in daemon.complained if "of this session's notes" not in line] == []
