"""Percentiles and budgets of the doctor, on figures whose answers are known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.doctor.budgets import BUDGETS, Limit, budget, missed
from live.doctor.figures import Figure, milliseconds, number


def figure(name: str, *values: float) -> Figure:
    return Figure(name, name, values)


def test_percentiles_are_values_that_were_measured():
    hundred = figure("x", *range(100, 0, -1))
    assert [hundred.at(each) for each in ("p50", "p95", "p99", "max", "min")] == [50, 95, 99, 100, 1]
    assert hundred.at("spread") == 99
    twelve = figure("x", *range(1, 13))
    assert [twelve.at(each) for each in ("p50", "p95", "p99", "max")] == [6, 12, 12, 12]


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_percentiles_never_go_down(values: list[float]):
    made = figure("x", *values)
    ordered = [made.at(each) for each in ("min", "p50", "p95", "p99", "max")]
    assert ordered == sorted(ordered)
    assert set(ordered) <= set(values)


def test_a_share_of_the_values_lies_at_or_below_its_percentile():
    values = [float(n) for n in range(1000)]
    assert sum(each <= figure("x", *values).at("p99") for each in values) == 990


def test_nothing_measured_has_no_percentile_and_keeps_no_budget():
    with pytest.raises(ValueError, match="harmony_first was not measured"):
        figure("harmony_first").at("p50")
    assert len(missed(figure("harmony_first"), 1.3)) == len(BUDGETS["harmony_first"])


def test_each_limit_is_judged_by_itself():
    assert missed(figure("harmony_first", *[1.9] * 99, 60.0), 1.3) == []  # one of a hundred is not p99
    (late,) = missed(figure("harmony_first", *[1.9] * 98, 6.0, 6.0), 1.3)
    assert (late.limit, late.found) == (Limit("p99", 5.0), 6.0)
    (slow,) = missed(figure("harmony_first", *[2.5] * 100), 1.3)
    assert str(slow) == "harmony_first: p50 2.50 ms, wanted p50 <= 2 ms"


def test_the_spread_of_planned_notes_may_be_a_period_and_a_millisecond():
    arrivals = figure("planned", 0.5, 2.0, 21.0)
    assert len(missed(arrivals, 1.33)) == 1
    assert missed(arrivals, 21.3) == []
    assert budget("planned", "ms", 1.3333) == "spread <= 2.33 ms"


def test_a_rate_is_wanted_high_and_a_count_low():
    assert missed(number("piano_rate", "piano alone", 150.0, "notes/s"), 0) == []
    (slow,) = missed(number("piano_rate", "piano alone", 149.0, "notes/s"), 0)
    assert str(slow) == "piano alone: 149 notes/s, wanted >= 150 notes/s"
    assert missed(number("dropped", "dropped", 0), 0) == []
    assert len(missed(number("dropped", "dropped", 1), 0)) == 1


def test_a_figure_without_a_budget_is_never_missed():
    assert missed(figure("echo", 1e9), 0) == []
    assert budget("echo", "ms", 0) == ""


def test_figures_are_printed_in_their_unit():
    made = milliseconds("x", "x", [1_234_567])
    assert (made.said("p50"), made.said("max")) == ("1.23 ms", "1.23 ms")
    assert (number("x", "x", 3).said("p50"), number("x", "x", 3).said("max")) == ("", "3")
    assert figure("x").said("max") == ""
