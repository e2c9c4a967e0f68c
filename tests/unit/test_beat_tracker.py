"""The pulse of the playing: steady players are followed, others are left alone."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tunes_in_time import RHYTHMS, Times, eighths, even, follow, melody_with_chords, mixed, play, told_beats

from live.beat.pulse import Bars, Pulse, Source
from live.beat.tracker import SECOND_NS, Lock, Tracker

TWO_BARS = 8
NINETY = even(90)


def errors(beats: list[float], times: Times, start: float = 1.0) -> np.ndarray:
    """Seconds from each told beat to the nearest beat that was played."""
    true = np.array([start + times(beat) for beat in range(200)])
    return np.array([np.abs(true - at).min() for at in beats])


@pytest.mark.parametrize("rhythm", RHYTHMS, ids=lambda each: each.__name__)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_steady_player_at_90_is_locked_within_two_bars(rhythm, seed: int):
    said = follow(Tracker(), play(rhythm, 32, NINETY, 0.015, seed))
    locked = [now for now, pulse in said if pulse is not None]
    assert locked, "never locked"
    assert locked[0] <= (1 + NINETY(TWO_BARS) + 0.1) * SECOND_NS
    beats = told_beats(said)
    assert len(beats) >= 20
    assert np.mean(errors(beats, NINETY) < 0.07) == 1
    assert said[-1][1].tempo == pytest.approx(90, rel=0.07)
    assert said[-1][1].source is Source.PLAYING
    assert said[-1][1].confidence > Lock().off
    lost = [now for now, pulse in said if pulse is None and now > locked[0]]
    assert not lost, "it flaps"


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), bpm=st.integers(72, 125))
def test_eighths_lock_at_any_usual_tempo(seed: int, bpm: int):
    said = follow(Tracker(), play(eighths, 24, even(bpm), 0.015, seed))
    beats = told_beats(said)
    assert len(beats) >= 6
    assert np.mean(errors(beats, even(bpm)) < 0.07) > 0.9


def rubato(seed: int) -> Times:
    """A beat that is now twice as long as then, at random."""
    random = np.random.default_rng(seed)
    lengths = 0.67 * np.exp(random.normal(0, 0.45, 400))
    moments = np.concatenate([[0], np.cumsum(lengths)])
    return lambda beat: float(np.interp(beat, np.arange(len(moments)), moments))


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_a_player_without_a_beat_is_not_forced_into_one(seed: int):
    said = follow(Tracker(), play(mixed, 48, rubato(seed), 0.06, seed), step_ms=40)
    assert np.mean([pulse is not None for _, pulse in said]) < 0.25


def test_an_accelerando_is_followed():
    def times(beat: float) -> float:
        """From 90 to 120 over 32 beats, after 16 steady ones, and on at 120."""
        moments = np.cumsum(60 / np.interp(np.arange(120), [0, 16, 48], [90, 90, 120]))
        return float(np.interp(beat, np.arange(1, 121), moments, left=0)) if beat >= 1 else beat * 60 / 90

    said = follow(Tracker(), play(melody_with_chords, 72, times, 0.008, 4))
    beats = told_beats(said)
    assert len(beats) > 50
    assert np.mean(errors(beats, times) < 0.07) > 0.9
    assert said[-1][1].tempo == pytest.approx(120, rel=0.07)


def test_a_stop_lets_go_and_the_music_that_comes_back_is_found_again():
    first = play(eighths, 24, NINETY, 0.01, 5)
    end = first[-1][0] / SECOND_NS
    then = play(eighths, 24, even(104), 0.01, 6, start=end + 5)
    said = follow(Tracker(), first + then)
    silent = [pulse for now, pulse in said if end + 3.2 < now / SECOND_NS < end + 5]
    assert silent
    assert all(pulse is None for pulse in silent)
    assert said[-1][1].tempo == pytest.approx(104, rel=0.07)


def counts(said: list[tuple[int, Pulse | None]]) -> list[tuple[float, bool]]:
    """The count at each moment, and whether it was told without a break since the last one."""
    found, last = [], -9
    for index, (now, pulse) in enumerate(said):
        if pulse is not None:
            found.append((pulse.quarter_at(now), index == last + 1))
            last = index
    return found


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), wild=st.floats(0, 0.5))
def test_the_count_never_goes_back_and_never_jumps_while_it_is_told(seed: int, wild: float):
    random = np.random.default_rng(seed)
    moments = np.concatenate([[0], np.cumsum(0.6 * np.exp(random.normal(0, wild, 60)))])
    struck = play(eighths, 40, lambda beat: float(np.interp(beat, np.arange(61), moments)), 0.01, seed)
    lock = Lock(on=0.3, off=0.2, patience=1)
    found = counts(follow(Tracker(lock=lock), struck, step_ms=10))
    for (before, _), (after, unbroken) in pairwise(found):
        assert after >= before - 1e-6
        if unbroken:
            assert after - before < 0.01 * 2.5 / 0.15


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000), data=st.data())
def test_asking_more_often_changes_nothing(seed: int, data: st.DataObject):
    struck = play(mixed, 20, NINETY, 0.015, seed)
    asked = data.draw(st.lists(st.integers(struck[0][0], struck[-1][0]), min_size=3, max_size=40))
    often = dict(follow(Tracker(), struck, step_ms=7))
    seldom, waiting = Tracker(), list(struck)
    for moment in sorted(asked):
        now = min(often, key=lambda each: abs(each - moment))
        while waiting and waiting[0][0] <= now:
            seldom.strike(*waiting.pop(0))
        assert seldom.pulse(now) == often[now]


def test_a_meter_that_is_set_counts_its_own_bars_and_beats():
    tracker = Tracker()
    tracker.set_meter(Bars(6, 8))
    said = follow(tracker, play(eighths, 40, NINETY, 0.005, 3))
    pulse = said[-1][1]
    assert pulse is not None
    assert pulse.tempo == pytest.approx(135, rel=0.07)
    assert pulse.bars is None or (pulse.bars.numerator, pulse.bars.denominator) == (6, 8)


def test_another_meter_while_it_is_told_lets_the_count_go_on():
    tracker = Tracker()
    first = follow(tracker, play(eighths, 20, NINETY, 0.01, 2))
    now, last = first[-1]
    assert last is not None
    tracker.set_meter(Bars(6, 8))
    assert tracker.pulse(now) is None
    then = follow(tracker, play(eighths, 20, NINETY, 0.01, 2, start=1 + NINETY(20)))
    told = [pulse for _, pulse in then if pulse is not None]
    assert told
    assert told[0].quarter > last.quarter_at(now)
    assert told[-1].tempo == pytest.approx(135, rel=0.07)


def test_it_says_when_it_has_something_new_to_say():
    tracker = Tracker()
    assert tracker.wake_at_ns is None
    tracker.strike(SECOND_NS, 60, 64)
    assert tracker.wake_at_ns == SECOND_NS + 40_000_000
    tracker.pulse(tracker.wake_at_ns)
    assert tracker.wake_at_ns is None
    struck = play(eighths, 20, NINETY, 0.01, 2, start=2.0)
    for each in struck:
        tracker.strike(*each)
    wakes = []
    while (at := tracker.wake_at_ns) is not None:
        wakes.append(at)
        told = tracker.pulse(at)
        assert len(wakes) < 10, "it never rests"
    assert told is None, "the last thing it has to say is that nobody plays any more"


def test_reset_forgets_and_counts_on():
    tracker = Tracker()
    last = follow(tracker, play(eighths, 20, NINETY, 0.01, 2))[-1]
    assert last[1] is not None
    tracker.reset()
    assert tracker.pulse(last[0]) is None
    again = follow(tracker, play(eighths, 20, NINETY, 0.01, 2, start=20))
    assert min(pulse.quarter for _, pulse in again if pulse) > last[1].quarter_at(last[0])


@pytest.mark.parametrize("stamps", [[5, 5, 5, 5], [9, 3, 1], [0]])
def test_odd_stamps_do_no_harm(stamps: list[int]):
    tracker = Tracker()
    for stamp in stamps:
        tracker.strike(stamp * SECOND_NS, 60, 1)
        tracker.pulse(stamp * SECOND_NS)
    tracker.strike(20 * SECOND_NS, 127, 127)
    assert tracker.pulse(21 * SECOND_NS) is None
