import pytest

from live.stage.clock import MILLISECOND, SECOND, ManualClock
from live.stage.midi_in import Stamper


def test_a_manual_clock_stands_still_until_moved() -> None:
    clock = ManualClock(5)
    assert clock.now_ns() == clock.now_ns() == 5
    clock.advance(10)
    assert clock.now_ns() == 15
    with pytest.raises(ValueError, match="does not go back"):
        clock.advance_to(14)


def test_the_first_stamp_is_now() -> None:
    assert Stamper().stamp(7 * SECOND, 0.0) == 7 * SECOND


def test_a_late_look_is_put_right_by_the_delta() -> None:
    stamper = Stamper()
    stamper.stamp(SECOND, 0.0)
    # Struck 100 ms after the first, but seen 3 ms late.
    assert stamper.stamp(SECOND + 103 * MILLISECOND, 0.100) == SECOND + 100 * MILLISECOND


def test_a_stamp_is_never_after_now() -> None:
    stamper = Stamper()
    stamper.stamp(SECOND, 0.0)
    assert stamper.stamp(SECOND + MILLISECOND, 0.5) == SECOND + MILLISECOND


def test_a_stamp_is_at_most_20_ms_before_now() -> None:
    stamper = Stamper()
    stamper.stamp(SECOND, 0.0)
    now = SECOND + 500 * MILLISECOND
    assert stamper.stamp(now, 0.001) == now - 20 * MILLISECOND


def test_after_a_second_of_silence_the_stamp_is_anchored_anew() -> None:
    stamper = Stamper()
    stamper.stamp(SECOND, 0.0)
    now = 2 * SECOND + 1
    assert stamper.stamp(now, 0.99) == now


def test_a_burst_seen_at_once_keeps_its_distances() -> None:
    stamper = Stamper()
    stamper.stamp(SECOND, 0.0)
    seen = SECOND + 10 * MILLISECOND
    stamps = [stamper.stamp(seen, 0.002) for _ in range(4)]
    assert [s - SECOND for s in stamps] == [n * 2 * MILLISECOND for n in (1, 2, 3, 4)]
