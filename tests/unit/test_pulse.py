"""A pulse is quarters as a function of time, with bars and beats as musicians count them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.beat.metronome import Metronome
from live.beat.pulse import Bars, Place, Pulse, Source

SECOND = 10**9
TEMPI = st.floats(20, 300)
MOMENTS = st.integers(0, 3600 * SECOND)


def pulse(tempo: float = 120, **fields: object) -> Pulse:
    return Pulse(SECOND, 0.0, 60 * SECOND / tempo, Source.CLOCK)._replace(**fields)


@given(tempo=TEMPI, ns=MOMENTS)
def test_there_and_back(tempo: float, ns: int):
    one = pulse(tempo)
    assert one.ns_at(one.quarter_at(ns)) == pytest.approx(ns, abs=2)


@pytest.mark.parametrize(
    ("meter", "seconds", "place"),
    [
        ("4/4", 1.0, Place(1, 1.0)),
        ("4/4", 2.25, Place(1, 3.5)),
        ("4/4", 3.0, Place(2, 1.0)),
        ("3/4", 2.5, Place(2, 1.0)),
        ("6/8", 1.25, Place(1, 2.0)),
        ("6/8", 2.5, Place(2, 1.0)),
        ("2/2", 2.0, Place(1, 2.0)),
        ("4/4", 0.5, Place(0, 4.0)),
    ],
)
def test_bars_and_beats_count_from_one(meter: str, seconds: float, place: Place):
    found = pulse(bars=Bars.parse(meter)).place_at(round(seconds * SECOND))
    assert found is not None
    assert found.bar == place.bar
    assert found.beat == pytest.approx(place.beat)


def test_without_bars_there_is_no_place():
    assert pulse().place_at(SECOND) is None


@given(first=TEMPI, second=TEMPI, at=st.integers(0, 100 * SECOND), later=st.integers(0, 100 * SECOND))
def test_another_tempo_does_not_move_the_place(first: float, second: float, at: int, later: int):
    metronome = Metronome(first)
    before = metronome.pulse(0, "4/4")
    metronome.set_tempo(second, at)
    after = metronome.pulse(at + later, "4/4")
    assert after.continues(before)
    assert after.quarter_at(at) == pytest.approx(before.quarter_at(at), abs=1e-6)
    assert after.tempo == pytest.approx(second)


def test_taps_make_a_tempo_and_a_pause_begins_anew():
    metronome = Metronome(120)
    assert metronome.tap(0) is None
    assert metronome.tap(500_000_000) == pytest.approx(120)
    assert metronome.tap(1_100_000_000) == pytest.approx(60 / 0.55)
    assert metronome.tap(5 * SECOND) is None
    assert metronome.tap(6 * SECOND) == pytest.approx(60)
