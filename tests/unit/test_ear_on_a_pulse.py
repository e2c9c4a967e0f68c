"""A melody on a pulse: which ticks and which places in the bar a score model is told."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from babbler import babbler

from live.beat.pulse import Bars, Pulse, Source
from live.engine.key_follower import KeyFollower
from live.engine.pace import Pace
from live.engine.score_ear import ScoreEar
from models.events import Event, Kind

SECOND = 1_000_000_000
QUARTER = SECOND // 2  # 120 a minute
START = 5 * SECOND


@dataclass
class Time:
    """The pulse of now, as the test says."""

    pulse: Pulse | None


def pulse(at: int = START, quarter: float = 0.0, length: float = QUARTER, **more: object) -> Pulse:
    return Pulse(at, quarter, length, Source.TEMPO, **{"bars": Bars(4, 4), **more})  # type: ignore[arg-type]


def ear_in(time: Time) -> ScoreEar:
    return ScoreEar(babbler("folk"), Pace(), role=0, key=KeyFollower("C"), time=time)


def struck(ear: ScoreEar, quarters: float, pitch: int = 67, early_ms: float = 0) -> Event:
    """Strike at this place of a pulse of 120; the event that was heard."""
    ear.strike(pitch, 80, START + round(quarters * QUARTER - early_ms * 1e6))
    return ear.context.recent(1)[0]


def place(ear: ScoreEar, tick: int) -> tuple[int, ...]:
    """(tick in the quarter, quarter in the bar) as musicians count, then the meter."""
    return tuple(ear.context._place(tick)[:3])


def test_places_in_the_bar_are_told_from_the_first_note_on():
    ear = ear_in(Time(pulse()))
    notes = [struck(ear, at, 60 + index) for index, at in enumerate((0, 1, 1.5, 2, 3, 4, 4.25))]
    assert [each.time - notes[0].time for each in notes] == [0, 24, 36, 48, 72, 96, 102]
    four = 3  # of METERS
    assert [place(ear, each.time) for each in notes] == [
        (1, 1, four), (1, 2, four), (13, 2, four), (1, 3, four), (1, 4, four), (1, 1, four), (7, 1, four),
    ]  # fmt: skip


@pytest.mark.parametrize("early_ms", [-30, -15, 15, 30])
def test_a_note_beside_the_beat_gets_the_tick_of_the_beat(early_ms: float):
    ear = ear_in(Time(pulse()))
    struck(ear, 0)
    near = struck(ear, 0.75, 69, early_ms=-20)  # late
    beat = struck(ear, 1, 71, early_ms=early_ms)
    assert (near.time % 24, beat.time % 24) == (18, 0)
    assert place(ear, beat.time)[:2] == (1, 2)


def test_errors_of_the_hand_do_not_add_up():
    ear = ear_in(Time(pulse()))
    notes = [struck(ear, at / 2, 60 + at % 5, early_ms=(-1) ** at * 20 - 10) for at in range(40)]
    assert [each.time - notes[0].time for each in notes] == [12 * n for n in range(40)]


def test_triplets_are_triplets():
    ear = ear_in(Time(pulse()))
    notes = [struck(ear, at / 3, 60 + at) for at in range(7)]
    assert [each.time for each in notes] == [0, 8, 16, 24, 32, 40, 48]


def test_two_strikes_that_snap_to_one_tick_get_two():
    ear = ear_in(Time(pulse()))
    struck(ear, 0)
    grace = struck(ear, 1, 69, early_ms=55)
    note = struck(ear, 1, 71)
    after = struck(ear, 2, 72)
    assert (grace.time, note.time, after.time) == (24, 27, 48)


def test_the_upper_note_of_a_chord_takes_the_place_of_the_lower():
    ear = ear_in(Time(pulse()))
    struck(ear, 0)
    struck(ear, 1, 60)
    heard = ear.context.heard
    upper = struck(ear, 1, 64, early_ms=-10)
    assert (upper.time, upper.pitch, ear.context.heard) == (24, 64, heard)


def test_a_pulse_that_appears_is_laid_on_and_one_that_goes_leaves_all_unknown():
    time = Time(None)
    ear = ear_in(time)
    free = [struck(ear, at / 2, 60 + at) for at in range(4)]
    time.pulse = pulse(quarter=100.0)  # a quarter is 24 ticks by the pace too
    on_it = [struck(ear, at / 2, 60 + at) for at in range(4, 8)]
    time.pulse = None
    after = [struck(ear, at / 2, 60 + at) for at in range(8, 12)]
    assert [each.time for each in free + on_it] == [
        0, *(each.time for each in free[1:]), *(on_it[0].time + 12 * n for n in range(4)),
    ]  # fmt: skip
    ticks = [each.time for each in free + on_it + after]
    assert ticks == sorted(set(ticks))
    assert [place(ear, each.time)[0] for each in on_it] == [1, 13, 1, 13]
    assert {place(ear, each.time) for each in free + after} == {(0, 0, 0)}


def test_without_bars_all_is_unknown_but_the_ticks_are_the_pulse_s():
    ear = ear_in(Time(pulse(bars=None)))
    notes = [struck(ear, at / 2, 60 + at, early_ms=20 * (-1) ** at) for at in range(6)]
    assert [each.time for each in notes] == [12 * n for n in range(6)]
    assert {place(ear, each.time) for each in notes} == {(0, 0, 0)}


def test_another_tempo_and_another_meter_go_on_from_the_same_tick():
    time = Time(pulse())
    ear = ear_in(time)
    before = struck(ear, 4, 60)
    time.pulse = pulse(START + 4 * QUARTER, 4.0, QUARTER / 2, bars=Bars(3, 4, line=4.0))
    after = [struck(ear, 4 + at / 2, 62 + at) for at in range(1, 4)]
    assert [each.time - before.time for each in after] == [24, 48, 72]
    assert [place(ear, each.time)[1] for each in after] == [2, 3, 1]
    assert place(ear, after[0].time)[2] == 2  # 3/4


@pytest.mark.parametrize("to", [-40.0, 3.3, 1000.0])
def test_a_song_position_that_jumps_moves_no_tick_back(to: float):
    time = Time(pulse())
    ear = ear_in(time)
    before = [struck(ear, at, 60 + at) for at in range(4)]
    time.pulse = pulse(START + 4 * QUARTER, to, run=1)
    after = [struck(ear, at, 60 + at) for at in range(4, 8)]
    assert after[0].time - before[-1].time == 24
    assert after[-1].time - after[0].time == 72
    in_bar = [(24 * (each[1] - 1) + each[0] - 1) for each in (place(ear, note.time) for note in after)]
    meant = [24 * ((to + n) % 4) for n in range(4)]
    assert all(abs(told - want) <= 4 for told, want in zip(in_bar, meant, strict=True))


def test_after_a_long_rest_the_place_in_the_bar_is_right():
    ear = ear_in(Time(pulse()))
    struck(ear, 0)
    late = struck(ear, 101, 64)
    assert late.time <= 8 * 24
    assert place(ear, late.time)[:2] == (1, 2)


def test_moments_and_ticks_are_those_of_the_pulse_and_never_turn_back():
    time = Time(pulse())
    ear = ear_in(time)
    struck(ear, 0)
    assert ear.ns_at(48) == START + 2 * QUARTER
    assert ear.tick_at(START + 3 * QUARTER) == 72
    told = ear.ns_at(96)
    time.pulse = pulse(START + QUARTER, 1.0, QUARTER / 3)  # three times as fast: 96 would be gone by
    later = [ear.ns_at(tick) for tick in range(97, 150)]
    assert later[0] >= told
    assert later == sorted(later)
    time.pulse = None
    assert ear.ns_at(150) >= later[-1]
    assert ear.ns_at(174) - ear.ns_at(150) == pytest.approx(QUARTER / 3, abs=2)  # until the next strike


def test_a_note_that_the_companion_ends_on_the_beat_is_ended_by_the_strike():
    ear = ear_in(Time(pulse()))
    struck(ear, 0, 60)
    ear.context.hear(Event(24, Kind.OFF, 60))
    beat = struck(ear, 1, 64)
    assert beat.time == 24
    assert [each.kind for each in ear.context.recent(2)] == [Kind.ON, Kind.ON]
