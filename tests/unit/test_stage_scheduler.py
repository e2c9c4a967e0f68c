from live.stage.clock import MILLISECOND
from live.stage.records import Cancel, CancelMode, Plan
from live.stage.scheduler import Scheduler

ON, OFF, BEND = b"\x90\x3c\x40", b"\x80\x3c\x40", b"\xe0\x00\x40"


def drain(scheduler: Scheduler, now: int) -> list[bytes]:
    found = []
    while (plan := scheduler.pop(now)) is not None:
        found.append(plan.message)
    return found


def test_nothing_comes_before_its_time() -> None:
    scheduler = Scheduler()
    scheduler.add(Plan(100, ON, 1))
    assert scheduler.pop(99) is None
    assert scheduler.next_ns() == 100
    assert drain(scheduler, 100) == [ON]
    assert scheduler.next_ns() is None


def test_at_one_moment_ends_come_before_beginnings() -> None:
    scheduler = Scheduler()
    for message in (ON, BEND, OFF):
        scheduler.add(Plan(5, message, 1))
    assert drain(scheduler, 5) == [OFF, BEND, ON]


def test_a_lead_brings_a_message_forward() -> None:
    scheduler = Scheduler()
    scheduler.add(Plan(100 * MILLISECOND, ON, 1), lead_ns=30 * MILLISECOND)
    assert scheduler.next_ns() == 70 * MILLISECOND


def test_cancel_takes_back_one_tag_only() -> None:
    scheduler = Scheduler()
    for tag in (1, 2):
        scheduler.add(Plan(5, ON, tag))
        scheduler.add(Plan(9, OFF, tag))
    assert scheduler.cancel(Cancel(1), lambda _: True) == 2
    assert drain(scheduler, 9) == [ON, OFF]


def test_let_ring_keeps_the_ends_of_what_sounds() -> None:
    scheduler = Scheduler()
    scheduler.add(Plan(5, ON, 1))
    scheduler.add(Plan(9, OFF, 1))
    assert scheduler.cancel(Cancel(1, CancelMode.LET_RING), lambda _: True) == 1
    assert drain(scheduler, 9) == [OFF]


def test_keep_drops_ends_of_the_named_key_only() -> None:
    scheduler = Scheduler()
    scheduler.add(Plan(5, OFF, 1))
    scheduler.add(Plan(5, b"\x80\x40\x40", 1))
    assert scheduler.cancel(Cancel(1, CancelMode.KEEP, 0, 60), lambda _: True) == 1
    assert drain(scheduler, 5) == [b"\x80\x40\x40"]
