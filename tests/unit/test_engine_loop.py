"""The engine's loop, turn by turn, without its thread."""

from __future__ import annotations

import threading
import time

import pytest
from babbler import babbler
from sounded import off, on

from live.controls import Settings
from live.engine.engine import Engine
from live.engine.session import Session
from live.stage import records as r
from live.stage.clock import MILLISECOND, ManualClock
from models.manifest import ModelError


class Setup:
    """An engine whose orders and words are kept in lists."""

    def __init__(self, mode: str = "harmonize") -> None:
        self.orders: list[r.EngineRecord] = []
        self.said: list[str] = []
        self.clock = ManualClock(10**9)

        def network(name: str) -> object:
            if name == "piano":
                raise ModelError("no model named 'piano': there are chorale")
            return babbler(name)

        send = self.orders.extend
        session = Session(
            network,  # type: ignore[arg-type]
            lambda *orders: send(orders),
            Settings(mode=mode),
            self.clock,
        )
        self.engine = Engine(session, self.clock, self.said.append)

    def heard(self, message: bytes) -> None:
        self.engine.on_record(r.Heard(self.clock.now_ns(), 0, message))
        assert self.engine._turn()


def test_what_is_heard_is_harmonised():
    setup = Setup()
    setup.heard(on(67))
    struck = [
        order for order in setup.orders if isinstance(order, r.Plan) and order.message[0] & 0xF0 == 0x90
    ]
    now = [order for order in struck if order.due_ns == setup.clock.now_ns()]  # the others stand by
    assert [order.message[0] & 0x0F for order in now] == [1, 2, 3]


def test_a_bad_change_is_said_in_one_line_and_playing_goes_on():
    setup = Setup()
    for name, value in (("voices", 7), ("key", "H"), ("mode", "answer"), ("speed", 1)):
        setup.engine.set(name, value)
        assert setup.engine._turn()
    assert len(setup.said) == 4
    assert not [line for line in setup.said if "\n" in line]
    assert setup.engine.session.settings == Settings()
    setup.heard(on(67))
    assert setup.orders


def test_errors_of_the_stage_are_said_and_names_of_ports_are_not():
    setup = Setup()
    setup.engine.on_record(r.Text(r.Topic.ERROR, "thru is muted"))
    setup.engine.on_record(r.Text(r.Topic.INPUT, "Keyboard"))
    assert setup.engine._turn()
    assert setup.engine._turn()
    assert setup.said == ["thru is muted"]


def test_all_kinds_of_reports_are_taken():
    setup = Setup()
    for record in (
        r.Ready(True, 1, 1, 1),
        r.Heartbeat(0, 0, 0),
        r.Count(r.Counter.HEARD, 3),
        r.Cancelled(1, 0, 0),
        r.Sent(0, 0, on(60), 99),
        r.Dropped(0, 0, on(60), 99),
        r.SourceGone(0),
        r.OutputGone(0),
        r.OutputBack(0),
        r.PortLost(r.LostReason.SERVER),
    ):
        setup.engine.on_record(record)
        assert setup.engine._turn()


def test_stop_ends_the_companions_notes():
    setup = Setup()
    setup.heard(on(67))
    setup.orders.clear()
    setup.engine._inbox.put(None)
    assert not setup.engine._turn()
    assert sorted(order.message[0] for order in setup.orders if isinstance(order, r.Plan)) == [
        0x81,
        0x82,
        0x83,
    ]


def test_it_wakes_when_the_session_wants_to():
    setup = Setup()
    setup.heard(on(67))
    wake_at = setup.engine.session.wake_at_ns
    assert wake_at is not None
    setup.clock.advance_to(wake_at)
    assert setup.engine._turn()
    assert setup.engine.session.wake_at_ns != wake_at


def test_who_works_beside_it_waits_until_its_turn_is_over():
    setup = Setup()
    setup.engine._busy = True
    begin = time.perf_counter()
    threading.Timer(0.005, setattr, (setup.engine, "_busy", False)).start()
    setup.engine.give_way()
    assert time.perf_counter() - begin > 0.004


def test_lateness_and_reaction_are_kept():
    setup = Setup()
    stamp = setup.clock.now_ns() - 3 * MILLISECOND
    setup.engine.on_record(r.Heard(stamp, 0, on(67)))
    setup.engine._turn()
    setup.engine.on_record(r.Sent(stamp, stamp + MILLISECOND, on(60), 1))
    setup.engine._turn()
    assert list(setup.engine.session.strikes) == [3 * MILLISECOND]
    assert list(setup.engine.session.lateness) == [MILLISECOND]
    setup.heard(off(67))
    assert len(setup.engine.session.strikes) == 1


def test_garbage_is_collected_while_a_clock_ticks_and_nobody_plays(monkeypatch: pytest.MonkeyPatch):
    collected: list[int] = []
    monkeypatch.setattr("live.engine.engine.gc.collect", collected.append)
    setup = Setup(mode="off")
    for _ in range(24 * 8):
        setup.heard(b"\xf8")
        setup.clock.advance(20 * MILLISECOND)
    assert len(collected) == 8  # of 3.84 s, every half
    setup.heard(on(60))
    for _ in range(48):
        setup.heard(b"\xf8")
        setup.clock.advance(20 * MILLISECOND)
    assert len(collected) == 8


def test_a_clock_is_not_playing_that_was_heard():
    setup = Setup(mode="off")
    setup.heard(b"\xf8")
    assert setup.engine.session.heard == 0
    setup.heard(on(60))
    assert setup.engine.session.heard == 1
