"""Start, stop, continue, song position, drop-outs: the pulse, and what the musician is told."""

from __future__ import annotations

import pytest
from drum_machine import CONTINUE, METER, START, STOP, DrumMachine, song_position

from live.beat.midi_clock import BACK, BACK_SOMEWHERE, GONE, TEMPO_ALONE, MidiClock
from live.beat.pulse import Place, Source

NEAR = 0.01
"""Quarters: 5 ms at 120 beats a minute."""


def heard() -> tuple[MidiClock, list[str]]:
    said: list[str] = []
    return MidiClock(said.append), said


def started(bpm: float = 120, quarters: int = 4) -> tuple[DrumMachine, list[str]]:
    clock, said = heard()
    machine = DrumMachine(clock, bpm=bpm)
    machine.say(START)
    machine.tick(24 * quarters)
    return machine, said


@pytest.mark.parametrize("bpm", [20, 60, 97.3, 120, 300])
def test_the_first_tick_after_start_is_the_beginning(bpm: float):
    machine, said = started(bpm)
    pulse = machine.clock.pulse(round(machine.now_ns), METER)
    assert pulse is not None
    assert machine.quarter == pytest.approx(4, abs=NEAR)
    assert pulse.tempo == pytest.approx(bpm, rel=0.003)
    assert (pulse.source, pulse.confidence) == (Source.CLOCK, 1.0)
    assert machine.clock.running
    assert said == []


def test_the_pulse_is_there_after_a_few_ticks():
    machine, _ = started(quarters=1)
    assert [each is not None for each in machine.pulses].index(True) <= 4


def test_bars_are_counted_from_the_beginning_in_the_meter_of_the_control():
    clock, _ = heard()
    machine = DrumMachine(clock)
    machine.say(START)
    machine.tick(24 * 7)
    pulse = clock.pulse(round(machine.now_ns), "3/4")
    assert pulse is not None
    place = pulse.place_at(round(machine.now_ns) + 1_000_000)
    assert place == pytest.approx(Place(3, 2), abs=2 * NEAR)


def test_stop_means_free_time_and_continue_goes_on_where_it_was():
    machine, said = started()
    machine.tick(5)
    machine.say(STOP)
    assert machine.clock.pulse(round(machine.now_ns), METER) is None
    assert not machine.clock.running
    machine.wait(3)
    machine.say(CONTINUE)
    machine.tick(19)
    assert machine.quarter == pytest.approx(5, abs=NEAR)
    assert said == []


def test_a_clock_that_ticks_on_while_stopped_has_a_tempo_and_no_pulse():
    machine, said = started()
    machine.say(STOP)
    machine.tick(100)
    assert machine.quarter is None
    assert machine.clock.tempo(round(machine.now_ns)) == pytest.approx(120, rel=0.003)
    machine.say(START)
    machine.tick(1)
    assert machine.quarter == pytest.approx(1 / 24, abs=NEAR)  # at once: its tempo was known
    assert said == []


def test_song_position_then_continue_in_the_middle_of_a_bar():
    clock, _ = heard()
    machine = DrumMachine(clock)
    machine.say(song_position(16 * 16 + 6), CONTINUE)  # bar 17, beat 2.5
    machine.tick(12)
    pulse = clock.pulse(round(machine.now_ns), METER)
    assert pulse is not None
    place = pulse.place_at(round(machine.now_ns) + 1_000_000)
    assert place == pytest.approx(Place(17, 3), abs=2 * NEAR)


def test_a_jump_while_the_song_runs_is_followed_at_its_next_tick():
    machine, said = started()
    machine.say(song_position(64))
    machine.tick(12)
    assert machine.quarter == pytest.approx(16.5, abs=NEAR)
    machine.say(song_position(0))  # a loop
    machine.tick(24)
    assert machine.quarter == pytest.approx(1, abs=NEAR)
    assert said == []


@pytest.mark.parametrize("ticks", [0, 2, 5])
def test_a_position_that_says_where_the_song_is_changes_nothing(ticks: int):
    machine, _ = started()
    machine.tick(ticks)
    machine.say(song_position(16))
    machine.tick(24 - ticks)
    assert machine.quarter == pytest.approx(5, abs=NEAR)


def test_a_clock_without_a_start_gives_its_tempo_alone_and_says_why():
    clock, said = heard()
    machine = DrumMachine(clock, bpm=93)
    machine.tick(200)
    assert machine.pulses == [None] * 200
    assert clock.tempo(round(machine.now_ns)) == pytest.approx(93, rel=0.003)
    assert len(said) == 1
    assert said[0].startswith(TEMPO_ALONE[:18])
    assert clock.tempo(round(machine.now_ns + 3e9)) is None


def test_continue_without_a_place_is_the_tempo_alone_too():
    clock, _ = heard()
    machine = DrumMachine(clock)
    machine.say(CONTINUE)
    machine.tick(200)
    assert machine.quarter is None


def test_a_drop_out_ends_in_free_time_after_a_quarter_and_is_told_once():
    machine, said = started()
    last = machine.now_ns - machine.tick_ns
    machine.wait(0.45)
    assert machine.quarter == pytest.approx(4.9, abs=NEAR)
    assert said == []
    assert machine.clock.wake_at_ns == pytest.approx(last + 0.5e9, abs=3e6)
    machine.wait(2)
    assert machine.quarter is None
    assert said == [GONE]


@pytest.mark.parametrize("gap", [0.2, 1.3, 6.0])
def test_a_clock_that_comes_back_is_where_it_would_be(gap: float):
    machine, said = started(quarters=8)
    ticks = round(gap * 1e9 / machine.tick_ns)
    machine.wait(ticks * machine.tick_ns / 1e9)
    machine.tick(48)
    assert machine.quarter == pytest.approx(8 + (ticks + 48) / 24, abs=NEAR)
    if gap > 0.5:
        assert said == [GONE, BACK]
    else:
        assert said == []


@pytest.mark.parametrize("gap", [3.007, 30.0])
def test_a_clock_that_comes_back_changed_has_a_tempo_but_no_place(gap: float):
    machine, said = started(quarters=8)
    machine.wait(gap)
    machine.bpm = 80
    machine.tick(100)
    assert machine.quarter is None
    assert machine.clock.tempo(round(machine.now_ns)) == pytest.approx(80, rel=0.003)
    assert said[0] == GONE
    assert said[1].startswith(BACK_SOMEWHERE[:18])
    machine.say(START)
    machine.tick(24)
    assert machine.quarter == pytest.approx(1, abs=NEAR)
    assert len(said) == 2


def test_a_tempo_change_is_followed_within_eight_ticks():
    machine, _ = started()
    machine.bpm = 150
    machine.tick(8)
    begin = len(machine.pulses)
    machine.tick(40)
    for pulse in machine.pulses[begin:]:
        assert pulse is not None
        assert pulse.tempo == pytest.approx(150, rel=0.02)
    assert machine.quarter == pytest.approx(6, abs=NEAR)


def test_of_two_clocks_the_first_is_followed_until_it_ends():
    clock, said = heard()
    first, second = DrumMachine(clock, 0, 120), DrumMachine(clock, 1, 100)
    first.say(START)
    second.say(START)
    while first.now_ns < 5e9:
        min(first, second, key=lambda each: each.now_ns).tick()
    assert first.quarter == pytest.approx(8, abs=2 * NEAR)
    first.say(STOP)
    assert first.quarter == pytest.approx(4 / 0.6, abs=2 * NEAR)  # the second runs on
    while second.now_ns < 6e9:
        second.tick()
    pulse = clock.pulse(round(second.now_ns), METER)
    assert pulse is not None
    assert pulse.tempo == pytest.approx(100, rel=0.003)
    assert said == []


def test_the_same_clock_on_two_inputs_is_one():
    clock, said = heard()
    first, second = DrumMachine(clock, 0), DrumMachine(clock, 1)
    first.say(START)
    second.say(START)
    for _ in range(96):
        first.tick()
        second.tick()
    assert first.quarter == pytest.approx(4, abs=NEAR)
    assert said == []


def test_the_other_input_takes_over_when_the_first_drops_out():
    clock, said = heard()
    first, second = DrumMachine(clock, 0), DrumMachine(clock, 1)
    first.say(START)
    second.say(START)
    for _ in range(96):
        first.tick()
        second.tick()
    second.tick(48)
    assert second.quarter == pytest.approx(6, abs=NEAR)
    assert said == []


def test_stamps_of_a_period_are_half_a_period_early():
    early, exact = MidiClock(period_ns=4_000_000), MidiClock()
    for clock, by in ((early, 2_000_000), (exact, 0)):
        clock.hear(10**9 - by, 0, START, 10**9)
        for n in range(48):
            clock.hear(10**9 + n * 20_000_000 - by, 0, b"\xf8", 10**9 + n * 20_000_000)
    one, other = early.pulse(2 * 10**9, METER), exact.pulse(2 * 10**9, METER)
    assert one is not None
    assert other is not None
    assert one.quarter_at(2 * 10**9) == pytest.approx(other.quarter_at(2 * 10**9), abs=0.001)


def test_what_is_no_clock_is_ignored():
    clock, said = heard()
    for message in (b"", b"\xfe", b"\x90\x3c\x40", b"\xf2\x01", b"\xf6"):
        clock.hear(1, 0, message, 2)
    assert clock.pulse(3, METER) is None
    assert clock.wake_at_ns is None
    assert said == []


def test_a_reset_ends_the_song():
    machine, said = started()
    machine.say(b"\xff")
    assert machine.quarter is None
    assert said == []
