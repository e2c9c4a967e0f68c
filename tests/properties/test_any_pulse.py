"""Whatever becomes of the time while an answer is played: every note ends, and no onset goes back."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
from babbler import babbler
from band import Band, still_sounding, tune
from hypothesis import given, settings
from hypothesis import strategies as st
from legality import only_legal_events
from sounded import sounded

from live.beat.pulse import Bars, Pulse, Source
from live.engine.placing import SHORTEST_NS, Placing
from live.stage import records as r
from live.stage.messages import is_note_on

TICKS, START, STOP = b"\xf8", b"\xfa", b"\xfc"
CHANGES = st.one_of(
    st.tuples(st.just("tempo"), st.floats(20, 300)),
    st.tuples(st.just("tempo"), st.floats(100, 130)),
    st.tuples(st.just("time"), st.sampled_from(["tempo", "free", "clock", "auto", "playing"])),
    st.tuples(st.just("meter"), st.sampled_from(["auto", "3/4", "6/8", "2/2", "3/8"])),
    st.tuples(st.just("grid"), st.floats(0, 1)),
    st.tuples(st.just("swing"), st.floats(50, 75)),
    st.tuples(st.just("answer_on"), st.sampled_from(["free", "beat", "bar"])),
    st.tuples(st.just("act"), st.sampled_from(["tap", "answer"])),
    st.tuples(st.just("jump"), st.integers(0, 500)),
    st.tuples(st.just("ticks"), st.integers(5, 60)),
    st.tuples(st.just("say"), st.sampled_from([START, STOP])),
)
GAPS = st.sampled_from([0, 5, 50, 200, 450, 900])
STORY = st.lists(st.tuples(GAPS, CHANGES), max_size=25)


def happens(band: Band, name: str, value: object) -> None:
    match name, value:
        case "act", str(action):
            if action == "tap" or band.session.policy.status().startswith("listening"):
                band.act(action)
        case "jump", int(place):
            band.play([(0, bytes((0xF2, place & 0x7F, place >> 7)))])
        case "ticks", int(gap):  # from another source than the player: its keys are not touched
            band.play([(gap * n, TICKS) for n in range(12)])
        case "say", bytes(message):
            band.play([(0, message)])
        case _:
            band.set(name, value)


def orders_of(band: Band) -> list[r.EngineRecord]:
    """What the stage is told from now on."""
    found: list[r.EngineRecord] = []
    send: Callable[..., None] = band.session._to_stage

    def told(*orders: r.EngineRecord) -> None:
        found.extend(orders)
        send(*orders)

    band.session._to_stage = told
    return found


@pytest.mark.parametrize("model", ["piano", "folk"])
@settings(max_examples=60)
@given(
    story=STORY,
    first=st.sampled_from(["tempo", "tempo", "auto"]),
    grid=st.sampled_from([0.0, 0.6, 1.0]),
    swing=st.sampled_from([50.0, 66.7, 75.0]),
)
def test_no_note_is_lost_stuck_or_sent_back(
    model: str, story: list[tuple[int, tuple[str, object]]], first: str, grid: float, swing: float
):
    band = Band(networks=babbler, mode="answer", model=model, grid=grid, swing=swing)
    orders = orders_of(band)
    with only_legal_events():
        band.set("time", first)
        for _ in range(2):
            band.play(tune([60, 64, 67, 65, 62, 60, 59], gap_ms=170, length_ms=120), rest_ms=500)
            for gap, change in story:
                band.wait(gap)
                happens(band, *change)
        band.wait(30_000)  # a bar of 12/8 at 20 beats a minute is 18 s
    assert not still_sounding(message for _, message in band.sent)
    sounded(band.sent)
    assert not [report for report in band.stage.reports if isinstance(report, r.Dropped)]
    plans = [order for order in orders if isinstance(order, r.Plan)]
    onsets: dict[int, list[int]] = {}
    for plan in plans:
        if is_note_on(plan.message):
            onsets.setdefault(plan.tag, []).append(plan.due_ns)
    assert onsets
    assert all(before <= after for dues in onsets.values() for before, after in pairwise(dues))


PULSES = st.builds(
    lambda at, quarter, length, line, run, meter: Pulse(
        at, quarter, length, Source.CLOCK, bars=meter and Bars.parse(meter, line), run=run
    ),
    st.integers(0, 4 * 10**9),
    st.floats(-100, 100),
    st.floats(2e8, 3e9),
    st.floats(-4, 4),
    st.integers(0, 2),
    st.sampled_from([None, "4/4", "3/4", "6/8", "2/2"]),
)
EVENTS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 80)), min_size=1, max_size=12)


@given(
    parts=st.lists(st.tuples(st.one_of(st.none(), PULSES), EVENTS, st.floats(50, 75)), min_size=1),
    first=st.one_of(st.none(), PULSES),
    grid=st.floats(0, 1),
    score=st.booleans(),
)
def test_onsets_never_go_back_and_ends_come_after(
    parts: list[tuple[Pulse | None, list[tuple[int, int]], float]],
    first: Pulse | None,
    grid: float,
    score: bool,
):
    tick_ns = first.quarter_ns / 24 if score and first is not None else 1e7
    placing = Placing(1000, 5 * 10**9, tick_ns, first, score=score, grid=grid)
    tick, last = 1000, 0
    for pulse, events, swing in parts:
        placing.follow(pulse, grid=grid, swing=swing)
        for gap, length in events:
            tick += gap
            struck = placing.strike(tick, now_ns=0)
            assert struck.due_ns >= last
            assert placing.release(tick + length, struck) >= struck.due_ns + SHORTEST_NS
            last = struck.due_ns


@given(PULSES, st.integers(1, 20))
def test_another_count_of_the_same_beat_goes_on_in_time(pulse: Pulse, bars: int):
    """A song position that jumps by bars moves no note: the beat is the same."""
    length = bars * (1 if pulse.bars is None else pulse.bars.quarters) * 6
    jumped = pulse._replace(quarter=pulse.quarter + length, run=pulse.run + 1)
    dues = []
    for after in (pulse, jumped):
        placing = Placing(0, 5 * 10**9, pulse.quarter_ns / 24, pulse, grid=1.0)
        struck = [placing.strike(0, 0).due_ns]
        placing.follow(after, grid=1.0, swing=60)
        struck += [placing.strike(tick, 0).due_ns for tick in (5, 12, 30, 100)]
        dues.append(struck)
    assert dues[0] == pytest.approx(dues[1], abs=1000)
