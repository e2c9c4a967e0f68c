"""Beats as musicians count them, and where an answer enters among them."""

from __future__ import annotations

import pytest

from live.beat.beats import beat_quarters, next_beat
from live.beat.pulse import Bars, Pulse, Source
from live.engine.entry import EARLY_NS, LEAD_NS, entry_after

MS = 1_000_000
BEAT = 500 * MS  # 120 a minute
PULSE = Pulse(0, 0.0, BEAT, Source.TEMPO, bars=Bars(4, 4))


@pytest.mark.parametrize(
    ("meter", "beat"),
    [
        ("2/4", 1), ("3/4", 1), ("4/4", 1), ("5/4", 1), ("6/4", 1), ("2/2", 2), ("3/2", 2),
        ("3/8", 1.5), ("6/8", 1.5), ("9/8", 1.5), ("12/8", 1.5), ("5/8", 0.5), ("7/8", 0.5),
    ],
)  # fmt: skip
def test_a_beat_is_what_musicians_count(meter: str, beat: float):
    assert beat_quarters(Bars.parse(meter)) == beat


def test_without_bars_a_beat_is_a_quarter():
    assert beat_quarters(None) == 1
    unknown = PULSE._replace(bars=None)
    assert next_beat(unknown, 3 * BEAT + MS) == 4 * BEAT
    assert next_beat(unknown, 3 * BEAT + MS, bar=True) == 4 * BEAT


def test_the_next_beat_is_counted_from_a_bar_line():
    pulse = PULSE._replace(bars=Bars(6, 8, line=0.25))
    assert next_beat(pulse, 0) == BEAT // 4
    assert next_beat(pulse, BEAT // 4) == BEAT // 4
    assert next_beat(pulse, BEAT // 4 + MS) == BEAT * 7 // 4
    assert next_beat(pulse, BEAT // 4 + MS, bar=True) == BEAT * 13 // 4


def entry(last_ms: float, silence_ms: float, on: str = "beat", floor_ms: float = 0) -> float:
    """At which beat an answer enters, counted from 0."""
    found = entry_after(PULSE, on, round(last_ms * MS), round(silence_ms * MS), round(floor_ms * MS))
    assert found.early_ns == EARLY_NS
    assert found.on_beat
    return found.at_ns / BEAT


def test_an_answer_enters_on_the_first_beat_after_enough_silence():
    assert entry(last_ms=100, silence_ms=400) == 1
    assert entry(last_ms=149, silence_ms=350) == 1
    assert entry(last_ms=490, silence_ms=400) == 2  # just before a beat: not 10 ms later
    assert entry(last_ms=510, silence_ms=400) == 2


def test_a_release_that_came_a_little_late_does_not_cost_a_beat():
    assert entry(last_ms=20, silence_ms=500) == 1
    assert entry(last_ms=200, silence_ms=800) == 2
    assert entry(last_ms=250, silence_ms=800) == 2
    assert entry(last_ms=290, silence_ms=800) == 3


def test_but_the_shortest_silence_is_kept():
    assert entry(last_ms=155, silence_ms=350) == 2


def test_bars_are_waited_for():
    assert entry(last_ms=100, silence_ms=400, on="bar") == 4
    assert entry(last_ms=1700, silence_ms=400, on="bar") == 8


def test_a_beat_for_which_it_is_too_late_to_plan_is_left_out():
    assert entry(last_ms=0, silence_ms=400, floor_ms=501) == 2


def test_in_free_time_silence_alone_counts():
    for pulse, on in ((None, "beat"), (None, "bar"), (PULSE, "free")):
        found = entry_after(pulse, on, 100 * MS, 400 * MS, 0)
        assert (found.at_ns, found.early_ns, found.on_beat) == (500 * MS + LEAD_NS, LEAD_NS, False)
