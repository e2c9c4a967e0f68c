"""The plan by OSC: to those who asked for it, with the times that are left, and never at a cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from served import Client, Served

from live.engine.plan_notes import Phase
from live.engine.plans import Tentative
from live.osc import addresses, packets, plan
from live.osc.plan import MOST_AT_ONCE, PlanNews
from live.osc.server import MOST_NEWS, MOST_SUBSCRIBERS, Place
from live.stage import records as r
from live.stage.clock import MILLISECOND

MS = MILLISECOND


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with Served(tmp_path) as made:
        yield made


def mean(served: Served, *notes: tuple[int, int], base_ns: int | None = None) -> None:
    """Tentative notes as (milliseconds from now or ``base_ns``, pitch), in a turn of the engine."""

    def turn(now_ns: int) -> None:
        begin = now_ns if base_ns is None else base_ns
        served.session.plans.tentative(
            Tentative(begin + at * MS, begin + (at + 250) * MS, 1, pitch, 70) for at, pitch in notes
        )
        served.session.settle(now_ns)

    served.engine.do(turn)


def told(client: Client, count: int) -> Iterable[tuple[object, ...]]:
    return [(address, *values) for address, values in (client.receive() for _ in range(count))]


def test_who_asked_is_told_how_it_stands_and_what_changes(served: Served):
    screen, desk, base_ns = served.client(), served.client(), served.clock.now_ns()
    mean(served, (5000, 60), base_ns=base_ns)
    desk.send((plan.SUBSCRIBE, [screen.port]))
    ((address, number, pitch, channel, velocity, in_ms, length_ms),) = told(screen, 1)
    assert (address, number, pitch, channel, velocity) == ("/antiphon/plan/tentative", 1, 60, 2, 70)
    assert 4000 < in_ms < 5000  # type: ignore[operator]
    assert length_ms == pytest.approx(250)
    mean(served, (5000, 60), (9000, 62), base_ns=base_ns)
    assert [each[:3] for each in told(screen, 1)] == [("/antiphon/plan/tentative", 2, 62)]
    on = r.Plan(base_ns + 9000 * MS, b"\x91\x3e\x46", 7)

    def order(now_ns: int) -> None:
        served.session.send(on)
        served.session.settle(now_ns)

    served.engine.do(order)
    ((address, number, *_, length_ms),) = told(screen, 1)
    assert (address, number, length_ms) == ("/antiphon/plan/committed", 2, pytest.approx(250))
    served.engine.on_record(r.Sent(on.due_ns, on.due_ns, on.message, on.tag))
    assert [each[:2] for each in told(screen, 1)] == [("/antiphon/plan/sounding", 2)]
    served.engine.on_record(r.Sent(on.due_ns, on.due_ns, b"\x81\x3e\x00", on.tag))
    assert [each[:2] for each in told(screen, 1)] == [("/antiphon/plan/ended", 2)]
    desk.send((plan.UNSUBSCRIBE, [screen.port]))
    desk.ask("/antiphon/voices")
    mean(served)
    assert screen.silent()
    assert desk.silent()


def test_a_subscriber_to_changes_is_not_told_the_plan(served: Served):
    client = served.client()
    client.send((addresses.SUBSCRIBE, []))
    while not client.silent():
        client.receive()
    mean(served, (500, 60))
    assert client.silent()


def test_two_are_told_the_same_and_who_asks_again_is_told_again(served: Served):
    one, other = served.client(), served.client()
    one.send((plan.SUBSCRIBE, []))
    mean(served, (5000, 60))
    assert [each[:3] for each in told(one, 1)] == [("/antiphon/plan/tentative", 1, 60)]
    other.send((plan.SUBSCRIBE, []))
    assert [each[:3] for each in told(other, 1)] == [("/antiphon/plan/tentative", 1, 60)]
    one.send((plan.SUBSCRIBE, []))
    assert [each[:3] for each in told(one, 1)] == [("/antiphon/plan/tentative", 1, 60)]
    mean(served)
    for client in (one, other):
        assert [each[:3] for each in told(client, 1)] == [("/antiphon/plan/cancelled", 1, 60)]


def test_there_is_room_for_so_many(served: Served):
    client = served.client()
    for port in range(MOST_SUBSCRIBERS):
        client.send((plan.SUBSCRIBE, [20000 + port]))
    assert client.ask(plan.SUBSCRIBE, 30000) == (addresses.ERROR, ["there are 16 subscribers already"])
    assert client.ask(plan.SUBSCRIBE, 0)[0] == addresses.ERROR


def test_many_notes_come_in_packets_that_a_network_takes(served: Served):
    client = served.client()
    client.send((plan.SUBSCRIBE, []))
    mean(served, *((1000 + 300 * n, 30 + n) for n in range(60)))
    assert sorted(each[2] for each in told(client, 60)) == [*range(30, 90)]  # type: ignore[type-var]
    everything = PlanNews((), tuple(served.session.plans.present()))
    sizes = [len(packets.packet(parts)) for parts in everything.bundles(0)]
    assert len(sizes) == -(-60 // MOST_AT_ONCE)
    assert max(sizes) <= 1400


def test_a_network_that_takes_nothing_costs_nothing(tmp_path: Path):
    """The queue is bounded, and answers still have room in it."""
    stalled = Served(tmp_path)
    stalled.server._watch(Place("127.0.0.1", 9), Place("127.0.0.1", 9), 0)
    now = stalled.clock.now_ns()
    for number in range(2 * MOST_NEWS):
        stalled.session.plans.tentative([Tentative(now + (number + 1) * 10**9, None, 1, 60, 70)])
        stalled.session.settle(now)
    assert stalled.server._replies.qsize() == MOST_NEWS
    stalled.server._reply(Place("127.0.0.1", 9), addresses.ERROR, "still said")
    assert stalled.server._replies.qsize() == MOST_NEWS + 1


def test_every_phase_has_an_address_and_a_meaning():
    assert set(plan.MEANINGS) == set(Phase)
    listed = {row.address for row in addresses.rows()}
    assert {plan.address(phase) for phase in Phase} <= listed
