"""Swing: time between two beats is bent and can be bent back; beats stay where they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.beat.pulse import Bars, Pulse, Source
from live.beat.swing import STRAIGHT, straight, straight_ns, swing_of, swung

QUARTERS = st.floats(-1000, 1000)
PERCENT = st.floats(50, 75)
LINES = st.sampled_from([0.0, 0.5, -3.25, 17.0])


@given(QUARTERS, PERCENT, LINES)
def test_what_is_swung_can_be_made_straight_again_and_back(quarter: float, percent: float, line: float):
    assert straight(swung(quarter, percent, line), percent, line) == pytest.approx(quarter, abs=1e-9)
    assert swung(straight(quarter, percent, line), percent, line) == pytest.approx(quarter, abs=1e-9)


@given(QUARTERS, st.floats(0, 2), PERCENT, LINES)
def test_nothing_overtakes(quarter: float, later: float, percent: float, line: float):
    for bend in (swung, straight):
        assert bend(quarter + later, percent, line) >= bend(quarter, percent, line) - 1e-9


@given(QUARTERS, PERCENT, LINES)
def test_swung_notes_are_late_and_by_a_quarter_of_a_beat_at_most(quarter: float, percent: float, line: float):
    assert -1e-9 <= swung(quarter, percent, line) - quarter <= (percent - 50) / 100 + 1e-9


@given(QUARTERS, LINES)
def test_fifty_percent_changes_nothing(quarter: float, line: float):
    assert swung(quarter, STRAIGHT, line) == pytest.approx(quarter, abs=1e-9)


@given(st.integers(-500, 500), PERCENT, LINES)
def test_beats_stay_and_second_eighths_stand_at_the_share(beat: int, percent: float, line: float):
    at = beat + line
    assert swung(at, percent, line) == pytest.approx(at, abs=1e-9)
    assert swung(at + 0.5, percent, line) == pytest.approx(at + percent / 100, abs=1e-9)


@pytest.mark.parametrize("meter", ["6/8", "9/8", "12/8", "3/8", "5/8"])
def test_meters_of_eighths_do_not_swing(meter: str):
    assert swing_of(Bars.parse(meter), 66.7) == STRAIGHT


@pytest.mark.parametrize("meter", ["2/4", "3/4", "4/4", "5/4", "6/4", "2/2", "3/2", None])
def test_others_do(meter: str | None):
    assert swing_of(meter and Bars.parse(meter), 66.7) == 66.7  # type: ignore[arg-type]


@given(st.integers(0, 10**13), PERCENT)
def test_moments_are_bent_by_the_pulse_and_not_in_free_time(ns: int, percent: float):
    pulse = Pulse(10**9, 3.5, 5e8, Source.TEMPO, bars=Bars(4, 4, 0.5))
    assert straight_ns(None, ns, percent) == ns
    assert straight_ns(pulse._replace(bars=Bars(6, 8)), ns, percent) == ns
    told = straight_ns(pulse, ns, percent)
    assert ns - 125_000_001 <= told <= ns
    assert swung(pulse.quarter_at(told), percent, 0.5) == pytest.approx(pulse.quarter_at(ns), abs=1e-7)
