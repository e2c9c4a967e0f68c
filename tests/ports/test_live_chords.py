"""A split keyboard through a real daemon: the left hand steers, styles change while playing, notes end."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from daemon import Daemon, options
from jack_world import JackServer, Peer, wait_until
from served import Client
from sounded import off, on
from sounding import notes, without_end

from live.stage.messages import is_note_on

pytestmark = pytest.mark.jack


def told(client: Client, address: str) -> list[object]:
    """The values of the next message to this address."""
    while True:
        found, values = client.receive()
        if found == address:
            return values


def test_the_left_hand_steers_every_style(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer]
) -> None:
    daemon = daemons(
        *options("harmonize", "--thru", "--osc", "0", "--split", "C4", "--style", "chords", "--time", "free")
    )
    daemon.wait_until_ready()
    peer, client = peers(), daemon.osc()
    client.send(("/antiphon/subscribe", []))
    peer.send(on(44), on(48), on(51))
    assert told(client, "/antiphon/chord_now") == ["Ab"]

    def sounding() -> list[int]:
        return [note.pitch for note in without_end(peer.log) if note.channel in (1, 2, 3)]

    def classes() -> set[int]:
        return {pitch % 12 for pitch in sounding()}

    peer.send(on(72))
    wait_until(lambda: len(sounding()) == 3)
    assert classes() <= {8, 0, 3}
    peer.send(off(44), off(48), off(51), on(46), on(50), on(53))
    assert told(client, "/antiphon/chord_now") == ["Bb"]
    wait_until(lambda: classes() <= {10, 2, 5} and len(sounding()) == 3)
    for style in ("thirds", "chorale", "sixths"):
        client.send(("/antiphon/style", [style]))
        assert told(client, "/antiphon/style") == [style]
        wait_until(lambda: not sounding())
        peer.send(off(72), on(74), on(72))
        wait_until(lambda: len(sounding()) == 3)
        assert classes() <= {10, 2, 5}
        peer.send(off(74))
    peer.send(off(72), off(46), off(50), off(53))
    wait_until(lambda: not without_end(peer.log))
    struck = [note.pitch for note in notes(peer.log, "got") if note.channel == 0]
    assert struck.count(44) == 1, "the zone sounds by thru"
    assert any(is_note_on(message) for message in peer.heard)
    assert daemon.stop() == 0
    assert daemon.complained == []
