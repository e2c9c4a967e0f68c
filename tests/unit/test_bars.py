"""Meters that honour pickups, changes and irregular bars."""

from __future__ import annotations

from kern_text import tune

from models.meter import Meter
from training.bars import meters
from training.kern import read_voices


def found(*tokens: str, meter: str = "*M3/4") -> list[Meter]:
    (voice,) = read_voices(tune(*tokens, meter=meter))
    return meters(voice)


def test_without_a_pickup_the_first_bar_begins_at_once():
    assert found("=1", "2.c", "=2", "2.d") == [Meter(0, 3, 4, 0)]


def test_a_pickup_is_the_end_of_a_bar():
    assert found("4c", "=1", "2.d", "=2", "2.e") == [Meter(0, 3, 4, 24)]


def test_an_unnumbered_first_bar_keeps_the_place():
    (meter,) = found("2.c", "=2", "2.d")
    assert meter.bar_line % meter.bar_ticks == 0


def test_a_repeat_within_a_bar_moves_nothing():
    assert found("4c", "=1", "2d", "=:|!", "4e", "=2", "2.f") == [Meter(0, 3, 4, 24)]


def test_a_change_counts_from_its_bar_line():
    assert found("=1", "2.c", "=2", "*M4/4", "1d", "=3", "1e") == [
        Meter(0, 3, 4, 0),
        Meter(72, 4, 4, 72),
    ]


def test_a_bar_longer_than_its_meter_starts_the_count_anew():
    assert found("=1", "2.c", "=2", "1d", "=3", "2.e", "=4", "2.f") == [
        Meter(0, 3, 4, 0),
        Meter(168, 3, 4, 168),
    ]


def test_a_free_meter_is_unknown():
    assert found("=1", "4c", meter="*MX") == []
    assert found("=1", "4c", "*MFREI4/4", "4d") == []
    assert found("=1", "4c", meter="*") == []


def test_without_bar_lines_the_meter_counts_from_its_place():
    assert found("4c", "4d") == [Meter(0, 3, 4, 0)]
