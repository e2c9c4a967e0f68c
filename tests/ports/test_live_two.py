"""Two daemons at once: the second says so, names its ports apart, and both play."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest
from daemon import Daemon, options
from jack_world import JackServer, Peer, wait_until
from sounding import without_end

from live.ports import list_ports

pytestmark = pytest.mark.jack

SAID = (
    "antiphon: another Antiphon is playing; "
    "the ports of this one are 'To Antiphon {0}' and 'From Antiphon {0}'"
)
ON, OFF = bytes((0x90, 72, 80)), bytes((0x80, 72, 0))


def test_the_second_daemon_says_so_and_each_hears_and_plays_for_itself(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[..., Peer]
) -> None:
    first = daemons(*options("harmonize"))
    first.wait_until_ready()
    second = daemons(*options("harmonize"))
    second.wait_until_ready()
    assert first.complained == []
    assert second.complained == [SAID.format(2)]
    assert "To Antiphon 2 -> From Antiphon 2" in second.said[0]

    one, two = peers(), peers(2)
    two.send(ON)
    wait_until(lambda: len(without_end(two.log)) == 3)
    two.send(OFF)
    wait_until(lambda: not without_end(two.log))
    assert one.heard == []
    one.send(ON)
    wait_until(lambda: len(without_end(one.log)) == 3)

    assert second.stop() == 0  # in the middle of the other's chord
    assert len(without_end(one.log)) == 3
    one.send(OFF)
    wait_until(lambda: not without_end(one.log))

    third = daemons(*options("off"))  # the number is free again
    third.wait_until_ready()
    assert third.complained == [SAID.format(2)]
    assert third.stop() == 0
    assert first.stop() == 0
    assert len(list(first.home.rglob("*.jsonl"))) == 3


def test_a_daemon_that_was_killed_leaves_no_name_behind(
    jack_server: JackServer, daemons: Callable[..., Daemon]
) -> None:
    first = daemons(*options("off"))
    first.wait_until_ready()
    first.stop(signal.SIGKILL)
    wait_until(lambda: not any("Antiphon" in name for name in list_ports("jack").outputs))
    again = daemons(*options("off"))
    again.wait_until_ready()
    assert again.complained == []
    assert again.stop() == 0
