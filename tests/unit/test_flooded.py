"""An engine that was stopped or flooded: old key presses are missed, what is due is done, nothing sticks."""

from __future__ import annotations

import itertools

import numpy as np
from babbler import babbler
from band import Band, still_sounding, tune
from sounded import off, on

from live.controls import Settings
from live.engine.engine import PUT_OFF_NS, Engine
from live.engine.session import MOST_TAGS, TOO_OLD_NS, Session
from live.stage import records as r
from live.stage.clock import MILLISECOND, SECOND, ManualClock
from live.stage.mirror import Mirror
from live.stage.rehearsal import Rehearsal
from live.stage.wire import pack
from models.sounding import SILENT


class Late:
    """A session that takes up what it hears whenever the test says."""

    def __init__(self, mode: str, model: str = "auto") -> None:
        self.orders: list[r.EngineRecord] = []
        self.clock = ManualClock(100 * SECOND)
        self.session = Session(
            babbler,  # type: ignore[arg-type]
            lambda *orders: self.orders.extend(orders),
            Settings(mode=mode, model=model, time="free"),
            self.clock,
        )

    def hears(self, message: bytes, late_ms: float) -> list[r.EngineRecord]:
        """What is ordered because of a message that is so old."""
        self.orders.clear()
        now = self.clock.now_ns()
        self.session.on_record(r.Heard(now - round(late_ms * MILLISECOND), 0, message), now)
        return list(self.orders)


def test_a_key_press_taken_up_too_late_is_missed_and_the_next_one_is_harmonised() -> None:
    for model in ("chorale", "piano"):
        late = Late("harmonize", model)
        too_late = TOO_OLD_NS / MILLISECOND + 1
        assert late.hears(on(67), too_late) == []
        assert late.hears(off(67), too_late) == []
        assert late.session.counts["missed"] == 1
        assert late.hears(on(69), 0)


def test_a_key_press_that_was_missed_takes_an_answer_back_all_the_same() -> None:
    player = Band(networks=babbler, mode="answer")  # type: ignore[arg-type]
    player.play(tune([60, 64, 67]), rest_ms=1200)
    assert still_sounding(message for _, message in player.sent)
    now = player.stage.clock.now_ns()
    player.session.on_record(r.Heard(now - 2 * TOO_OLD_NS, 0, on(60)), now)
    player.wait(50)
    assert not still_sounding(message for _, message in player.sent)


def test_a_flood_does_not_put_off_what_is_due() -> None:
    late = Late("answer", "piano")
    engine = Engine(late.session, late.clock, lambda _: None)
    for message in (on(60), off(60)):
        engine.on_record(r.Heard(late.clock.now_ns(), 0, message))
        assert engine._turn()
    due = late.session.policy.wake_at_ns
    assert due is not None
    late.clock.advance_to(due + PUT_OFF_NS + 1)
    for _ in range(100):
        engine.on_record(r.Heard(late.clock.now_ns(), 0, b"\xf8"))
    assert engine._turn()
    assert engine._turn()
    assert [order for order in late.orders if isinstance(order, r.Plan)], "it answers though much is waiting"


def test_tags_come_round_without_the_one_that_belongs_to_nobody() -> None:
    late = Late("harmonize")
    late.session._tags = itertools.count(MOST_TAGS - 3)
    tags = []
    for pitch in (60, 65, 70, 75, 80, 67):
        orders = late.hears(on(pitch), 0)
        assert all(len(pack(order)) == 32 for order in orders)
        tags += [
            order.tag for order in orders if isinstance(order, r.Plan) and order.message[0] & 0xF0 == 0x90
        ]
    assert {1, 2, MOST_TAGS} <= set(tags)
    assert max(tags) < r.SHOWN_TAGS
    assert 0 not in tags


def test_when_reports_were_lost_no_voice_waits_for_a_release_that_will_not_come() -> None:
    player = Band(networks=babbler)  # type: ignore[arg-type]
    player.play([(0, on(67))], rest_ms=100)
    assert len(still_sounding(message for _, message in player.sent)) == 3
    player.session.on_record(r.Count(r.Counter.REPORTS_LOST, 7), player.stage.clock.now_ns())
    player.wait(10)
    assert not still_sounding(message for _, message in player.sent)


def test_lost_ports_end_the_notes_of_a_free_harmony_for_the_model_too() -> None:
    late = Late("harmonize", "piano")
    late.hears(on(67), 0)
    late.session.on_record(r.PortLost(r.LostReason.DIED), late.clock.now_ns())
    context = late.session.policy._ear.context  # type: ignore[attr-defined]
    assert not np.any(context.state.onsets != SILENT)


def test_what_the_stage_remembers_of_notes_that_were_too_late_is_bounded() -> None:
    stage = Rehearsal()
    stage.run(1000)
    for tag in range(1, 2000):
        stage.order(r.Plan(0, on(60, channel=1), tag), r.Plan(2 * SECOND, off(60, channel=1), tag))
        stage.order(r.Cancel(tag))
    assert len(stage.performer._unsent) <= 256
    stage.performer.end_everything()
    assert not stage.performer._unsent


def test_a_stage_that_takes_over_lifts_pedals_even_if_no_key_was_down() -> None:
    mirror = Mirror()
    assert mirror.orders(again=False) == []
    mirror.said(r.Heard(0, 0, b"\xb0\x40\x7f", r.HeardFlag.THRU))
    assert mirror.orders(again=True) == [r.Panic()]
