"""The count that is told meets the estimate at a beat, and never jumps."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.beat.told_line import begin, steer

BEAT = 600_000_000


@given(phase=st.floats(0, 0.999), off=st.floats(-0.3, 0.3), tempo=st.floats(0.85, 1.2))
def test_a_small_error_is_gone_at_the_beat_to_come(phase: float, off: float, tempo: float):
    line = begin(0, 7 + phase, BEAT)
    length = BEAT * tempo
    steered, error = steer(line, 0, (phase + off) % 1, length)
    assert error == pytest.approx(off, abs=1e-9)
    assert steered.count_at(0) == pytest.approx(7 + phase)
    wanted = 7 + phase + off + (steered.until_ns / length)
    assert steered.count_at(steered.until_ns) == pytest.approx(wanted, abs=0.25 if abs(off) > 0.15 else 1e-6)
    later = steered.count_at(steered.until_ns + round(length)) - steered.count_at(steered.until_ns)
    assert later == pytest.approx(1, abs=1e-6)


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0.2, 3), st.integers(1, 2000)), min_size=1, max_size=20))
def test_whatever_the_estimates_say_the_count_goes_on(estimates: list[tuple[float, float, int]]):
    line, now = begin(0, 0, BEAT), 0
    for phase, length, wait_ms in estimates:
        before = line.count_at(now)
        line, _ = steer(line, now, phase % 1, length * 1e9)
        assert line.count_at(now) == pytest.approx(before)
        points = [line.count_at(now + wait_ms * 1_000_000 * part // 8) for part in range(9)]
        assert points == sorted(points)
        now += wait_ms * 1_000_000
