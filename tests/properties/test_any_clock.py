"""Whatever comes in as a clock: nothing breaks, no quarter comes twice, a start is followed."""

from __future__ import annotations

import math

from drum_machine import CONTINUE, METER, START, STOP, TICK, DrumMachine, song_position
from hypothesis import given
from hypothesis import strategies as st

from live.beat.midi_clock import MidiClock

MESSAGES = st.one_of(
    st.sampled_from([TICK, TICK, TICK, TICK, START, CONTINUE, STOP, b"\xff", b"\xfe"]),
    st.integers(0, 2**14 - 1).map(song_position),
    st.binary(max_size=3),
)
GAPS = st.one_of(st.integers(0, 40_000_000), st.sampled_from([0, 20_833_333, 8 * 10**8, 11 * 10**9]))
SAID = st.lists(st.tuples(GAPS, st.integers(0, 2), MESSAGES), max_size=150)


def tell(clock: MidiClock, said: list[tuple[int, int, bytes]], now_ns: int = 10**9) -> int:
    for gap, source, message in said:
        now_ns += gap
        clock.hear(now_ns, source, message, now_ns)
        pulse = clock.pulse(now_ns, METER)
        assert (pulse is not None) == clock.running
        if pulse is not None:
            assert math.isfinite(pulse.quarter)
            assert 0 < pulse.quarter_ns < 1e12
    return now_ns


@given(SAID, st.sampled_from([0, 1_333_333, 21_333_333]))
def test_any_messages_break_nothing_and_a_start_is_followed(said: list[tuple[int, int, bytes]], period: int):
    clock = MidiClock(period_ns=period)
    now_ns = tell(clock, said)
    machine = DrumMachine(clock, 7, start_ns=now_ns + 20 * 10**9)  # the others have dropped out by then
    machine.say(START)
    machine.tick(96)
    assert machine.quarter is not None
    assert abs(machine.quarter - 4) < 0.01 + period / 1e9


UNEVEN = st.one_of(
    st.sampled_from([20_833_333] * 6),
    st.integers(0, 30_000_000),
    st.integers(15_000_000, 25_000_000),
    st.integers(0, 240_000_000),
)


@given(st.lists(UNEVEN, max_size=200), st.sampled_from([0, 1_333_333, 21_333_333]))
def test_no_quarter_comes_twice_while_a_song_runs(gaps: list[int], period: int):
    clock = MidiClock(period_ns=period)
    now_ns, quarter = 10**9, -1.0
    clock.hear(now_ns, 0, START, now_ns)
    for gap in gaps:
        for part in range(1, 4):
            pulse = clock.pulse(now_ns + gap * part // 4, METER)
            if pulse is not None:
                here = pulse.quarter_at(now_ns + gap * part // 4)
                assert here >= quarter - 1e-9
                quarter = here
        now_ns += gap
        clock.hear(now_ns, 0, TICK, now_ns)


@given(
    st.floats(20, 300),
    st.lists(st.tuples(st.integers(125, 200), st.sampled_from(["lost", "doubled"])), max_size=4),
)
def test_single_ticks_lost_and_doubled_do_not_move_the_song(bpm: float, troubles: list[tuple[int, str]]):
    machine = DrumMachine(MidiClock(), bpm=bpm)
    machine.say(START)
    machine.tick(60)
    count = 60
    for ticks, trouble in troubles:
        if trouble == "lost":
            machine.now_ns += machine.tick_ns
            count += 1
        else:
            machine.say(TICK)
        machine.tick(ticks)
        count += ticks
    assert machine.quarter is not None
    assert abs(machine.quarter - count / 24) < 0.01
