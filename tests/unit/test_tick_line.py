"""Phase and tempo out of stamps that lie: jitter, outliers, lost and doubled ticks, changes of tempo."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from random import Random

import pytest

from live.beat.tick_line import TickLine

SECOND = 1e9
PERIODS = {frames: frames * SECOND / 48_000 for frames in (64, 256, 1024)}


def steady(bpm: float, ticks: int, start: float = 0.0) -> list[float]:
    """Nanoseconds of ticks."""
    return [start + n * 60 * SECOND / bpm / 24 for n in range(ticks)]


def joined(*tempi: tuple[float, int]) -> list[float]:
    """Ticks of one tempo after the other, without a gap."""
    times = [0.0]
    for bpm, ticks in tempi:
        times += steady(bpm, ticks + 1, times[-1])[1:]
    return times


def stamped(times: Iterable[float], period: float, seed: int = 1) -> Iterator[int]:
    """As JACK and RtMidi stamp them: the beginning of the period (corrected by half of one), a bit late."""
    chance = Random(seed)
    offset = chance.random() * period
    for at in times:
        begin = math.floor((at + offset) / period) * period - offset if period else at
        yield round(begin + period / 2 + chance.expovariate(1 / 100_000))


def errors_ms(times: list[float], period: float, seed: int = 1) -> list[float]:
    """How far the line is from the truth, halfway to each next tick."""
    line, found = TickLine(period), []
    for n, stamp in enumerate(stamped(times, period, seed)):
        line.add(stamp)
        if line.line is not None and n + 1 < len(times):
            halfway = (times[n] + times[n + 1]) / 2
            found.append((line.line.number_at(halfway) - n - 0.5) * line.line.tick_ns / 1e6)
    return [abs(each) for each in found]


def p99(values: list[float]) -> float:
    return sorted(values)[int(0.99 * len(values))]


@pytest.mark.parametrize("bpm", [20, 61.7, 90, 120, 137, 300])
@pytest.mark.parametrize(("frames", "wanted"), [(64, 0.8), (256, 1.5), (1024, 3.0)])
def test_a_steady_clock_is_followed_through_any_period(bpm: float, frames: int, wanted: float):
    times = steady(bpm, 1200)
    assert p99(errors_ms(times, PERIODS[frames])[48:]) <= wanted


@pytest.mark.parametrize("after", [60, 97, 118, 126, 140, 200])
def test_a_sudden_tempo_is_taken_up_within_eight_ticks(after: float):
    times = joined((100, 200), (after, 200))
    assert max(errors_ms(times, PERIODS[64])[200 + 8 :]) <= 3.0


@pytest.mark.parametrize("slope", [-2.5, 1, 2.5, 5])
def test_a_ramp_is_followed(slope: float):
    times, at = [], 0.0
    for _ in range(600):
        times.append(at)
        at += SECOND * 60 / 24 / (120 + slope * max(0.0, at / SECOND - 3))
    assert p99(errors_ms(times, PERIODS[64])) <= 3.0


def test_one_late_stamp_and_a_stall_of_many_change_nothing():
    stamps = list(stamped(steady(120, 300), PERIODS[64]))
    stamps[150] += 8_000_000
    stamps[200] += 12_000_000
    line = TickLine(PERIODS[64])
    for n, stamp in enumerate(stamps):
        line.add(stamp)
        if n >= 48:
            assert line.line is not None
            assert abs(line.line.ns_at(n) - steady(120, 300)[n]) < 1_000_000
    assert line.breaks == 0


@pytest.mark.parametrize("lost", [1, 2, 7, 20])
def test_lost_ticks_are_counted(lost: int):
    line = TickLine(PERIODS[64])
    stamps = list(stamped(steady(120, 300), PERIODS[64]))
    for stamp in stamps[:100] + stamps[100 + lost :]:
        line.add(stamp)
    assert line.count == 299
    assert line.breaks == 0


@pytest.mark.parametrize("late_ns", [0, 10_000_000])
def test_a_doubled_tick_is_not_counted(late_ns: int):
    line = TickLine(PERIODS[64])
    stamps = list(stamped(steady(120, 300), PERIODS[64]))
    for stamp in [*stamps[:100], stamps[99] + late_ns, *stamps[100:]]:
        line.add(stamp)
    assert line.count == 299


@pytest.mark.parametrize("after", [60, 240])
def test_half_and_double_tempo_are_no_lost_and_no_doubled_ticks(after: float):
    line = TickLine(PERIODS[64])
    for stamp in stamped(joined((120, 100), (after, 100)), PERIODS[64]):
        line.add(stamp)
    assert line.count == 200
    assert line.line is not None
    assert 60 * SECOND / 24 / line.line.tick_ns == pytest.approx(after, rel=0.005)


def test_jitter_of_milliseconds_is_learned_and_averaged():
    """A DIN interface, or a program that makes its clock with a timer: normal, 2 ms."""
    chance = Random(7)
    times = steady(120, 1500)
    line, found = TickLine(), []
    for n, at in enumerate(times):
        line.add(round(at + chance.gauss(0, 2_000_000)))
        if n >= 96:
            assert line.line is not None
            found.append(abs(line.line.ns_at(n) - at) / 1e6)
    assert p99(found) <= 3.0


@pytest.mark.parametrize(("frames", "ticks"), [(64, 5), (256, 10), (1024, 32)])
def test_it_is_certain_after_so_many_ticks(frames: int, ticks: int):
    for seed in range(5):
        line = TickLine(PERIODS[frames])
        for stamp in stamped(steady(120, ticks), PERIODS[frames], seed):
            line.add(stamp)
        assert line.certain


def test_another_tempo_never_looks_like_lost_or_doubled_ticks():
    """The ticks go on from the last one of the old tempo, as jack_midi_clock makes them, at any moment."""
    chance = Random(3)
    for trial in range(300):
        period = PERIODS[chance.choice([64, 256, 1024])]
        before, after = (60 * SECOND / 24 / chance.uniform(50, 240) for _ in range(2))
        times = [n * before for n in range(100)]
        next_, changed = times[-1] + after, times[-1] + chance.random() * before
        while next_ < changed:
            next_ += after
        times += [next_ + n * after for n in range(60)]
        line = TickLine(period)
        for stamp in stamped(times, period, trial):
            line.add(stamp)
        assert line.count == len(times) - 1


@pytest.mark.parametrize("bpm", [90, 117.1875, 120, 126, 180])
def test_ticks_in_clumps_that_nobody_told_of_neither_lose_count_nor_drift(bpm: float):
    """A program makes all ticks of an audio buffer at once, on a system without a period that we know."""
    clump = PERIODS[1024]
    line, found = TickLine(), []
    times = steady(bpm, 1500)
    for n, stamp in enumerate(stamped(times, clump)):
        line.add(stamp)
        if n > 300:
            assert line.line is not None
            found.append(abs(line.line.ns_at(n) - times[n]) / 1e6)
    assert line.count == 1499
    assert max(found) <= 36
    assert sorted(found)[len(found) // 2] <= 11


@pytest.mark.parametrize("lost", [1, 2, 20])
def test_ticks_lost_in_a_stall_are_counted_when_the_clock_goes_on_as_before(lost: int):
    """What comes first after a stall comes late, each tick by another time, and looks like another clock."""
    line = TickLine(PERIODS[64])
    stamps = list(stamped(steady(120, 300), PERIODS[64]))
    for late, n in zip((9_000_000, 3_000_000, 6_000_000), range(100 + lost, 104 + lost), strict=False):
        stamps[n] += late
    for stamp in stamps[:100] + stamps[100 + lost :]:
        line.add(stamp)
    assert line.count == 299
    assert line.breaks >= 1
