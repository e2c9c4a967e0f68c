"""How fast the stage is. The limits are loose, machines are busy; ``-s`` shows the figures."""

import queue
import time
from collections.abc import Callable

import pytest
from jack_world import Got, JackServer, Peer, wait_until

from live.ports import choose
from live.stage import records as r
from live.stage.link import StageLink
from live.stage.settings import StageSettings


def figures(what: str, nanoseconds: list[int]) -> float:
    """Print a line; the median in milliseconds."""
    ordered = sorted(nanoseconds)

    def at(share: float) -> float:
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] / 1e6

    print(
        f"{what}: p50 {at(0.5):.2f} ms, p95 {at(0.95):.2f}, p99 {at(0.99):.2f}, "
        f"max {ordered[-1] / 1e6:.2f} (n = {len(ordered)})"
    )
    return at(0.5)


def test_the_way_to_the_stage_and_back() -> None:
    answers: queue.SimpleQueue[r.StageRecord] = queue.SimpleQueue()
    took = []
    with StageLink(StageSettings(), answers.put) as link:
        for n in range(1000):
            begin = time.perf_counter_ns()
            link.send(r.Plan(begin, bytes((0x90 if n % 2 == 0 else 0x80, 60, 64)), 1, n))
            while not isinstance(answers.get(timeout=5), r.Sent):
                pass
            took.append(time.perf_counter_ns() - begin)
            time.sleep(0.001)
    assert figures("plan -> stage -> sent record, thread to thread", took) < 20


def pairs(log: list[Got]) -> list[int]:
    """From sending to getting the same message back."""
    sent: dict[bytes, int] = {}
    took = []
    for what, at_ns, message in log:
        if what == "sent":
            sent[message] = at_ns
        elif message in sent:
            took.append(at_ns - sent.pop(message))
    return took


@pytest.mark.jack
def test_thru_from_port_to_port(jack_server: JackServer, peers: Callable[[], Peer]) -> None:
    told: list = []
    with StageLink(choose("jack", thru=True), told.append):
        peer = peers()
        peer.command("play 400 20")
        peer.wait_for_word("done", 60)
        wait_until(lambda: len(peer.heard) == 800)
    took = pairs(peer.log)
    assert len(took) == 800
    assert figures("port -> thru -> port", took) < 50
    stamps = [record.stamp_ns for record in told if isinstance(record, r.Heard)]
    sent = [entry.at_ns for entry in peer.log if entry.what == "sent"]
    figures("sent by the player -> stamped", [s - t for s, t in zip(stamps, sent, strict=True)])


@pytest.mark.jack
def test_planned_notes_arrive_evenly(jack_server: JackServer, peers: Callable[[], Peer]) -> None:
    told: list = []
    with StageLink(choose("jack"), told.append) as link:
        peer = peers()
        first = time.perf_counter_ns() + 100_000_000
        due: dict[bytes, int] = {}
        for n in range(300):
            on = bytes((0x91, n % 128, 1 + n // 128))
            due[on] = first + n * 10_137_000
            off = bytes((0x81, n % 128, 64))
            link.send(r.Plan(due[on], on, 1), r.Plan(due[on] + 8_000_000, off, 1))
        wait_until(lambda: len(peer.heard) == 600)
    late = [e.at_ns - due[e.message] for e in peer.log if e.what == "got" and e.message in due]
    assert len(late) == 300
    assert min(late) >= 0
    assert figures("arrival - due of planned notes", late) < 50
    sent = [x.actual_ns - x.due_ns for x in told if isinstance(x, r.Sent)]
    figures("handed to the port - due", sent)
