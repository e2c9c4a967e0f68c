"""How long the companion goes on alone: a while, then it fades; at a bar line where there is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.beat.pulse import Bars, Pulse, Source
from live.engine.alone import CARRIES_NS, ENDS_NS, FADES_NS, LATEST_NS, SOONEST_NS, Alone

SECOND = 1_000_000_000
MOMENTS = st.integers(0, 3600 * SECOND)


def played(until_ns: int = 10 * SECOND) -> Alone:
    found = Alone()
    found.strike(until_ns)
    return found


def test_nobody_has_played_before_the_first_strike():
    assert Alone().nobody
    found = played()
    assert not found.nobody
    found.forget()
    assert found.nobody


def test_it_ends_six_seconds_after_the_last_key_came_up():
    found = played()
    found.release(11 * SECOND)
    assert found.end(20 * SECOND, None, down=False) == 11 * SECOND + ENDS_NS


def test_keys_that_are_held_are_playing_while_a_note_carries():
    found = played()
    assert found.end(15 * SECOND, None, down=True) == 15 * SECOND + ENDS_NS
    assert found.end(60 * SECOND, None, down=True) == 10 * SECOND + CARRIES_NS + ENDS_NS


@given(last=MOMENTS, tempo=st.floats(20, 300), meter=st.sampled_from(["3/4", "4/4", "6/8", "12/8"]))
def test_where_there_are_bars_it_ends_at_a_bar_line_or_at_the_latest(last: int, tempo: float, meter: str):
    pulse = Pulse(0, 0.0, 60e9 / tempo, Source.TEMPO, bars=Bars.parse(meter))
    end = played(last).end(last, pulse, down=False)
    assert last + SOONEST_NS - 1000 <= end <= last + LATEST_NS
    if end < last + LATEST_NS:
        assert pulse.bars is not None
        bar = pulse.quarter_at(end) / pulse.bars.quarters
        assert bar == pytest.approx(round(bar), abs=1e-4)


@given(since=MOMENTS, later=st.lists(st.integers(0, 20 * SECOND), min_size=2, max_size=20))
def test_it_fades_steadily_and_not_before_two_seconds(since: int, later: list[int]):
    found = played(since)
    end = found.end(since, None, down=False)
    faded = [found.faded(since + each, end, down=False) for each in sorted(later)]
    assert faded == sorted(faded)
    assert found.faded(since + FADES_NS, end, down=False) == 0.0
    assert found.faded(end, end, down=False) == 1.0


def test_it_does_not_fade_while_he_plays():
    assert played().faded(13 * SECOND, 19 * SECOND, down=True) == 0.0
