"""Answers on the beat, on real ports: phrases that end anywhere, first notes that arrive on beats."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import pytest
from daemon import Daemon, options
from jack_world import JackServer, Peer, wait_until
from served import Client
from sounding import figures, notes, without_end
from test_live_answers import FIGURES, play

pytestmark = pytest.mark.jack

TEMPO = 150
BEAT_NS = 60_000_000_000 // TEMPO
PHRASES = 12
BEAT = "/antiphon/state/time/beat"


def a_beat(client: Client) -> int:
    """A moment at which a beat is, by the daemon's own word; it takes a millisecond or two to come."""
    asked = time.perf_counter_ns()
    client.send(("/antiphon/state", ()))
    address, values = client.receive()
    told = time.perf_counter_ns()
    while address != BEAT:
        address, values = client.receive()
    while not client.silent(0.3):
        client._rest.clear()
    beat = float(str(values[0]))
    return (asked + told) // 2 - round((beat - 1) * BEAT_NS)


def test_first_notes_arrive_on_beats(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer]
) -> None:
    more = ("--osc", "0", "--longest-answer", "1", "--seed", "4", "--time", "tempo", "--tempo", str(TEMPO))
    daemon = daemons(*options("answer", *more))
    daemon.wait_until_ready()
    peer, client = peers(), daemon.osc()
    firsts = []
    for number in range(PHRASES):
        over = play(peer, FIGURES[number % len(FIGURES)])
        wait_until(lambda over=over: any(note.begin_ns > over for note in notes(peer.log, "got")))
        firsts.append(min(note.begin_ns for note in notes(peer.log, "got") if note.begin_ns > over))
        time.sleep(0.1 + 0.09 * number % 0.4)  # the next phrase breaks in, somewhere in the beat
    beat = a_beat(client)
    assert daemon.stop() == 0
    assert daemon.complained == [f"antiphon: time from our own tempo: {TEMPO:.1f} beats a minute"]
    assert without_end(peer.log) == []
    beside = [(first - beat + BEAT_NS // 2) % BEAT_NS - BEAT_NS // 2 for first in firsts]
    middle = round(statistics.median(beside))
    figures("first note - beat", [abs(each) for each in beside])
    figures("spread of first notes about their median", spread := [abs(each - middle) for each in beside])
    assert abs(middle) < 20_000_000  # evenly spread phases would be 100 ms away
    assert statistics.median(spread) < 10_000_000
