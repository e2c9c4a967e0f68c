"""``loop`` on real ports: round after round, while somebody plays over it."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

import pytest
from daemon import Daemon, options
from jack_world import JackServer, Peer, wait_until
from sounding import Note, figures, notes, without_end
from test_live_answers import _send
from test_live_on_the_beat import a_beat

pytestmark = pytest.mark.jack

ROUNDS = int(os.environ.get("ANTIPHON_TEST_ROUNDS", "8"))
"""50 by hand."""
TEMPO = 240
BEAT_NS = 60_000_000_000 // TEMPO
BAR_NS = 4 * BEAT_NS
PHRASE = ((0, 60, 71), (260, 64, 90), (480, 67, 55))
"""Milliseconds, pitch, velocity; each sounds for 150 ms."""
LENGTH_NS = 150_000_000


def play_on_a_bar(peer: Peer, beat: int) -> int:
    """The phrase, from the next bar but one on, counting ``beat`` as one; when its first key went down."""
    begins = beat + ((time.perf_counter_ns() - beat) // BAR_NS + 2) * BAR_NS
    todo = [(begins + at * 1_000_000, bytes((0x90, pitch, velocity))) for at, pitch, velocity in PHRASE]
    todo += [(at + LENGTH_NS, bytes((0x80, message[1], 0))) for at, message in todo]
    sent = []
    for at, message in sorted(todo):
        time.sleep(max(0.0, (at - time.perf_counter_ns()) / 1e9))
        sent.append(_send(peer, message))
    return sent[0]


def of_rounds(found: list[Note], first: int) -> list[list[Note]]:
    """The companion's notes, by whole bars from the first."""
    count = (found[-1].begin_ns - first) // BAR_NS
    rounds: list[list[Note]] = [[] for _ in range(count)]
    for note in found:
        number = (note.begin_ns - first + BAR_NS // 5) // BAR_NS
        if number < count:
            rounds[number].append(note)
    return rounds


@pytest.mark.parametrize("vary", [0.0, 0.5])
def test_rounds_keep_their_time(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer], vary: float
) -> None:
    more = ("--osc", "0", "--time", "tempo", "--tempo", str(TEMPO), "--seed", "5")
    daemon = daemons(*options("loop", *more, "--vary", str(vary)))
    daemon.wait_until_ready()
    peer, client = peers(), daemon.osc()
    beat = a_beat(client)
    began = play_on_a_bar(peer, beat)
    wait_until(lambda: bool(notes(peer.log, "got")))
    until = time.perf_counter_ns() + ROUNDS * BAR_NS
    pitch = 72
    while time.perf_counter_ns() < until:  # over it, out of time
        _send(peer, bytes((0x90, pitch, 80)))
        time.sleep(0.083)
        _send(peer, bytes((0x80, pitch, 0)))
        time.sleep(0.05)
        pitch = 72 + (pitch * 5) % 12
    client.send(("/antiphon/action/loop", ["stop"]))
    time.sleep(0.3)
    ended = time.perf_counter_ns()
    time.sleep(1.5 * BAR_NS / 1e9)
    assert daemon.stop() == 0
    assert without_end(peer.log) == []
    found = notes(peer.log, "got")
    assert found[-1].begin_ns < ended, "it went on after it was stopped"
    first = began + round((found[0].begin_ns - began) / BAR_NS) * BAR_NS  # a varied note may be beside it
    rounds = of_rounds(found, first)
    assert len(rounds) >= ROUNDS - 2
    assert all(len(each) == len(PHRASE) for each in rounds)
    if not vary:
        for each in rounds:
            assert [(note.pitch, note.velocity) for note in each] == [(p, v) for _, p, v in PHRASE]
    places = [(each[0].begin_ns - first) - number * BAR_NS for number, each in enumerate(rounds)]
    drift = statistics.median(places[-3:]) - statistics.median(places[:3])
    figures(f"vary {vary:g}: first note of a round - its bar", [abs(place) for place in places])
    print(f"from the first rounds to the last of {len(rounds)}: {drift / 1e6:+.3f} ms")
    beside = (first - began + BEAT_NS // 2) % BAR_NS - BEAT_NS // 2
    print(f"first note of the loop - place in the bar where it was played: {beside / 1e6:.2f} ms")
    assert abs(drift) < 5_000_000
    assert statistics.median(abs(place) for place in places) < 10_000_000
    assert abs(beside) < 20_000_000
    if not vary:
        lengths = [note.end_ns - note.begin_ns for each in rounds for note in each if note.end_ns]
        assert statistics.median(abs(length - LENGTH_NS) for length in lengths) < 10_000_000
        gaps = [note.begin_ns - each[0].begin_ns for each in rounds for note in each[1:]]
        wanted = [at * 1_000_000 for _ in rounds for at, _, _ in PHRASE[1:]]
        off = [abs(gap - want) for gap, want in zip(gaps, wanted, strict=True)]
        figures("onsets of a round - as played", off)
        assert statistics.median(off) < 10_000_000
