"""The sender's loop, turn by turn: music before what only shows the plan."""

from __future__ import annotations

from queue import SimpleQueue

from sounded import off, on

from live.stage import records as r
from live.stage.loop import Item, SenderLoop
from live.stage.messages import Incoming
from live.stage.rehearsal import Rehearsal

TAG = r.SHOWN_TAGS


def loop_over(stage: Rehearsal) -> tuple[SenderLoop, SimpleQueue[Item]]:
    inbox: SimpleQueue[Item] = SimpleQueue()
    return SenderLoop(inbox, stage.performer, stage.clock, lambda: None, lambda _: None), inbox


def work_off(loop: SenderLoop, inbox: SimpleQueue[Item], stage: Rehearsal) -> None:
    """Turns as long as there is something to do; then it would wait."""
    while inbox.qsize() or loop._later:
        assert loop._turn()
    stage.performer.play_due()


def test_a_burst_of_lights_waits_for_a_note_and_for_thru():
    stage = Rehearsal(thru=(True,), plan_port=True)
    loop, inbox = loop_over(stage)
    for number in range(32):
        inbox.put(r.Plan(0, on(30 + number), TAG + number, port=1))
        inbox.put(r.Plan(10**9, off(30 + number), TAG + number, port=1))
    inbox.put(r.Plan(0, on(72, channel=1), 1))
    inbox.put(Incoming(0, 0, on(60)))
    for _ in range(66):
        assert loop._turn()
    assert stage.sink.messages == [on(72, channel=1), on(60)]
    assert stage.plan_sink.messages == []
    inbox.put(r.Plan(0, on(76, channel=1), 2))
    work_off(loop, inbox, stage)
    assert stage.sink.messages[-1] == on(76, channel=1)
    assert stage.plan_sink.messages == [on(30 + number) for number in range(32)]


def test_a_note_that_comes_between_two_lights_goes_first():
    stage = Rehearsal(plan_port=True)
    loop, inbox = loop_over(stage)
    for number in range(2):
        inbox.put(r.Plan(0, on(30 + number), TAG + number, port=1))
    for _ in range(4):
        assert loop._turn()
    assert stage.plan_sink.messages == [on(30)], "one at a time"
    inbox.put(r.Plan(0, on(72), 1))
    assert loop._turn()
    assert (len(stage.sink.messages), len(stage.plan_sink.messages)) == (1, 2)


def test_orders_of_lights_keep_their_order():
    stage = Rehearsal(plan_port=True)
    loop, inbox = loop_over(stage)
    inbox.put(r.Plan(0, on(60), TAG, port=1))
    inbox.put(r.Plan(10**9, off(60), TAG, port=1))
    inbox.put(r.Cancel(TAG))
    work_off(loop, inbox, stage)
    assert [message[0] & 0xF0 for message in stage.plan_sink.messages] == [0x90, 0x80]
    assert stage.performer.next_ns() is None


def test_it_ends_when_told_whatever_waits():
    stage = Rehearsal(plan_port=True)
    loop, inbox = loop_over(stage)
    inbox.put(r.Plan(0, on(60), TAG, port=1))
    inbox.put(None)
    assert loop._turn()
    assert not loop._turn()
    stage.performer.close()
    assert stage.plan_sink.messages == []
