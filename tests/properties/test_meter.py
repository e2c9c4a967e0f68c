"""The place in the bar, one tick at a time and many at once."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.conditions import CONDITIONS
from models.meter import Meter, place_of, positions

METERS = st.lists(
    st.builds(
        Meter,
        st.integers(0, 2000),
        st.integers(0, 12),
        st.sampled_from([1, 2, 4, 8, 16]),
        st.integers(0, 2100),
    ),
    max_size=4,
).map(lambda meters: sorted(meters, key=lambda meter: meter.tick))


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=30), METERS)
def test_the_place_of_one_tick_is_its_place_among_many(ticks: list[int], meters: list[Meter]):
    many = positions(np.array(ticks, np.int32), meters)
    assert [tuple(row) for row in many.tolist()] == [tuple(place_of(tick, meters)) for tick in ticks]


@given(st.integers(0, 3000), METERS)
def test_every_place_is_a_value_that_networks_know(tick: int, meters: list[Meter]):
    place = place_of(tick, meters)._asdict()
    assert all(0 <= value < CONDITIONS[name].size for name, value in place.items())
    told = [meter for meter in meters if meter.tick <= tick] or meters[:1]
    assert all(place.values()) == any(place.values()) == bool(told and told[-1].numerator)


@given(st.integers(0, 500))
def test_bars_go_on_wherever_they_are_counted_from(tick: int):
    waltz = Meter(0, 3, 4, bar_line=tick)
    assert waltz._replace(tick=tick, bar_line=tick + 144).goes_on_from(waltz)
    assert not waltz._replace(bar_line=tick + 24).goes_on_from(waltz)
    assert not Meter(0, 6, 8, bar_line=tick).goes_on_from(waltz)
    assert Meter.unknown(tick).goes_on_from(Meter.unknown(0))
    assert not Meter.unknown(tick).goes_on_from(waltz)


@given(st.integers(0, 500))
def test_bars_repeat(tick: int):
    waltz = [Meter(0, 3, 4, bar_line=24)]  # a pickup of a quarter
    assert place_of(tick, waltz) == place_of(tick + 72, waltz)
    assert place_of(24, waltz)[:2] == (1, 1)
    assert place_of(0, waltz)[:2] == (1, 3)
