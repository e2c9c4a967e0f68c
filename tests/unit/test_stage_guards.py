"""What the guards must let pass. What they must stop stands in ``test_stage_performer.py``.

Each rule was broken once by hand, and a test of these two files failed for it.
"""

from __future__ import annotations

from sounded import controller, off, on

from live.stage import records as r
from live.stage.rehearsal import Rehearsal


def heard(stage: Rehearsal) -> list[bytes]:
    return [record.message for record in stage.reports if isinstance(record, r.Heard)]


def test_the_same_key_on_another_channel_is_no_echo() -> None:
    stage = Rehearsal(thru=[False])
    stage.order(r.Plan(0, on(60, 64, channel=1), 1))
    stage.hear(on(60, 64))
    stage.hear(off(60))
    assert heard(stage) == [on(60, 64), off(60)]


def test_one_source_may_repeat_a_key_as_fast_as_it_can() -> None:
    stage = Rehearsal(thru=[False, False])
    said = [on(60), off(60)] * 4
    for message in said:
        stage.hear(message, source=1)
        stage.run(2)
    assert heard(stage) == said


def test_the_same_key_of_two_sources_on_two_channels_is_two_notes() -> None:
    stage = Rehearsal(thru=[False, False])
    stage.hear(on(60), source=0)
    stage.hear(on(60, channel=1), source=1)
    assert heard(stage) == [on(60), on(60, channel=1)]


def test_a_flood_leaves_no_pedal_down_and_is_forgotten_when_thru_is_switched_on_again() -> None:
    stage = Rehearsal()
    stage.hear(controller(64, 127))
    for _ in range(250):
        stage.hear(controller(1, 5))
        stage.run(1)
    assert stage.sent[-1] == controller(64, 0)
    stage.order(r.SetThru(True))
    for _ in range(100):
        stage.hear(controller(1, 5))
    assert stage.sent.count(controller(1, 5)) == 300
    assert stage.performer.counts[r.Counter.THRU_MUTED] == 1


def test_many_messages_that_differ_are_no_flood() -> None:
    stage = Rehearsal()
    for n in range(1000):
        stage.hear(bytes((0xE0, n % 128, n // 128)))
    assert len(stage.sent) == 1000


def test_clocks_of_many_inputs_are_no_flood_but_a_clock_that_loops_is() -> None:
    stage = Rehearsal(thru=[True, True])
    for _ in range(300):  # two inputs at 375 beats a minute
        stage.hear(b"\xf8", source=0)
        stage.hear(b"\xf8", source=1)
        stage.run(1000 / 150)
    assert len(stage.sent) == 600
    for _ in range(1200):
        stage.hear(b"\xf8")
        stage.run(0.5)
    assert 600 + 800 <= len(stage.sent) <= 600 + 1000
    assert [record.topic for record in stage.reports if isinstance(record, r.Text)] == [r.Topic.ERROR]
