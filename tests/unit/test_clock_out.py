"""The ticks that the stage sends: each once, evenly, started and located as receivers expect."""

from __future__ import annotations

from itertools import pairwise

import pytest

from live.stage import records as r
from live.stage.rehearsal import Rehearsal

TICK, START, CONTINUE, STOP = b"\xf8", b"\xfa", b"\xfb", b"\xfc"
MS = 1_000_000
NOW = 10**9
TICK_NS = 20 * MS


def rehearsal(*thru: bool) -> Rehearsal:
    made = Rehearsal(thru or (False,))
    made.clock.advance_to(NOW)
    return made


def clock(at_ms: float, tick: int, tick_ns: float = TICK_NS, run: int = 1) -> r.SetClock:
    return r.SetClock(NOW + round(at_ms * MS), tick, tick_ns, True, run)


def sent(stage: Rehearsal, *kinds: bytes) -> list[tuple[float, bytes]]:
    """(ms, message) of everything, or of these kinds."""
    return [
        ((each.at_ns - NOW) / MS, each.message)
        for each in stage.sink.deliveries
        if not kinds or each.message[:1] in kinds
    ]


def test_the_song_starts_at_its_beginning_with_ticks_before_it():
    stage = rehearsal()
    stage.order(clock(50, 0))
    stage.run(100)
    assert sent(stage) == [(10, TICK), (30, TICK), (50, START), (50, TICK), (70, TICK), (90, TICK)]


def test_a_song_that_is_under_way_is_located_and_continued_at_a_16th():
    stage = rehearsal()
    stage.order(clock(0, 24 * 64 + 2))
    stage.run(125)
    place = 24 * 64 // 6 + 1
    assert sent(stage, b"\xf2") == [(0, bytes((0xF2, place & 127, place >> 7)))]
    assert sent(stage, CONTINUE) == [(80, CONTINUE)]
    messages = [message for _, message in sent(stage)]
    assert messages[messages.index(CONTINUE) + 1] == TICK
    assert [at for at, _ in sent(stage, TICK)] == [0, 20, 40, 60, 80, 100, 120]


@pytest.mark.parametrize("faster", [0.5, 0.97, 1.001, 2.0])
def test_a_change_of_tempo_loses_and_doubles_no_tick(faster: float):
    stage = rehearsal()
    stage.order(clock(0, 0))
    stage.run(1005)
    stage.order(clock(1005, 50, TICK_NS / faster))
    stage.run(1000)
    times = [at for at, _ in sent(stage, TICK)]
    assert len(times) == 51 + int(1000 / (20 / faster))
    gaps = [after - before for before, after in pairwise(times[52:])]
    assert gaps == pytest.approx([20 / faster] * len(gaps), abs=0.001)


def test_a_line_that_moves_ahead_is_caught_up_with_and_one_that_moves_back_is_waited_for():
    stage = rehearsal()
    stage.order(clock(0, 0))
    stage.run(100)
    stage.order(clock(100, 8))
    stage.run(50)
    assert [at for at, _ in sent(stage, TICK)][5:] == [100, 105, 110, 115, 120, 140]
    stage.order(clock(150, 7))
    stage.run(100)
    assert [at for at, _ in sent(stage, TICK)][11:] == [230, 250]
    assert sent(stage, START, STOP, CONTINUE) == [(0, START)]


def test_a_jump_of_the_song_stops_locates_and_continues():
    stage = rehearsal()
    stage.order(clock(0, 0))
    stage.run(100)
    stage.order(clock(105, 384, run=2))
    stage.run(50)
    assert sent(stage, STOP, b"\xf2", CONTINUE) == [
        (100, STOP),
        (100, bytes((0xF2, 64, 0))),
        (105, CONTINUE),
    ]


def test_stop_is_said_once_and_only_to_a_song_that_had_begun():
    stage = rehearsal()
    off = r.SetClock(0, 0, 0.0, False)
    stage.order(clock(50, 0))
    stage.run(20)
    stage.order(off)
    assert sent(stage, STOP) == []
    stage.order(clock(30, 0, run=2))
    stage.run(20)
    stage.order(off, off)
    stage.run(100)
    assert sent(stage, STOP) == [(40, STOP)]
    assert sent(stage)[-1][1] == STOP


def test_after_a_stall_the_song_goes_on_from_where_it_is_without_a_burst():
    stage = rehearsal()
    stage.order(clock(0, 0))
    stage.run(100)
    stage.clock.advance(3000 * MS)
    stage.run(200)
    assert len(sent(stage, TICK)) == 6 + 11
    assert [kind for _, kind in sent(stage, STOP, b"\xf2", CONTINUE)][::2] == [STOP, CONTINUE]


def test_the_end_of_the_stage_stops_the_receivers_song():
    stage = rehearsal()
    stage.order(clock(0, 0))
    stage.run(10)
    stage.performer.close()
    assert sent(stage)[-1][1] == STOP


def test_a_device_that_comes_back_is_told_where_the_song_is():
    stage = rehearsal()
    stage.order(clock(0, 0))
    stage.run(100)
    stage.performer.take_note(r.OutputGone(0))
    stage.run(20)
    stage.performer.take_note(r.OutputBack(0))
    stage.run(200)
    assert sent(stage, b"\xf2", CONTINUE) == [(120, b"\xf2\x01\x00"), (120, CONTINUE)]


def test_thru_keeps_another_clock_out_while_ours_goes_out():
    stage = rehearsal(True)
    stage.hear(TICK)
    stage.order(clock(1010, 0))
    for message in (TICK, START, STOP, CONTINUE, b"\xf2\x00\x00", b"\x90\x3c\x40"):
        stage.hear(message)
    assert [message for _, message in sent(stage)] == [TICK, b"\x90\x3c\x40"]
    stage.order(r.SetClock(0, 0, 0.0, False))
    stage.hear(TICK)
    assert [message for _, message in sent(stage)][-1] == TICK


def heard(stage: Rehearsal) -> list[bytes]:
    return [each.message for each in stage.reports if isinstance(each, r.Heard)]


def test_a_loop_does_not_make_us_follow_ourselves():
    stage = rehearsal(False, False)
    stage.order(clock(50, 0))
    for _ in range(20):
        before = len(stage.sent)
        stage.run(5)
        for message in stage.sent[before:]:
            stage.hear(message, source=1)
    assert heard(stage) == [TICK, TICK]  # before the start nobody can know
    stage.order(r.SetClock(0, 0, 0.0, False))
    stage.hear(STOP, source=1)
    stage.run(1500)
    stage.hear(START, source=1)  # the loop is gone: another program plays
    stage.hear(TICK, source=1)
    assert heard(stage)[2:] == [START, TICK]


def test_a_clock_that_we_follow_and_send_on_is_no_echo():
    stage = rehearsal(False)
    for _ in range(10):
        stage.hear(TICK)
        stage.run(20)
    stage.order(clock(200, 0))
    stage.hear(START)
    stage.run(10)
    stage.hear(TICK)
    assert heard(stage)[-2:] == [START, TICK]
