"""What the stage is told of the clock that goes out."""

from __future__ import annotations

from itertools import pairwise

import pytest
from band import Band

from live.beat.clock_sender import ClockSender
from live.beat.pulse import Bars, Pulse, Source
from live.stage.records import Ready, SetClock

S = 10**9


def pulse(at_ns: int = 0, quarter: float = 0.0, bpm: float = 120.0, **more: object) -> Pulse:
    return Pulse(at_ns, quarter, 60 * S / bpm, **({"source": Source.TEMPO} | more))  # type: ignore[arg-type]


class Sender(ClockSender):
    def __init__(self) -> None:
        self.sent: list[SetClock] = []
        self.said: list[str] = []
        super().__init__(self.sent.append, self.said.append)


def test_it_is_told_once_and_again_only_when_the_ticks_move():
    sender = Sender()
    for n in range(100):
        sender.follow(pulse(n * S // 10, n / 5 + 0.0001), True, n * S // 10)
    assert len(sender.sent) == 1
    sender.follow(pulse(10 * S, 20.002), True, 10 * S)
    assert len(sender.sent) == 2
    sender.follow(pulse(10 * S, 20.002, 121), True, 10 * S)
    assert len(sender.sent) == 3
    assert sender.sent[-1].tick_ns == pytest.approx(60 * S / 121 / 24)
    assert {each.run for each in sender.sent} == {1}


def test_the_song_begins_at_the_next_bar():
    sender = Sender()
    sender.follow(pulse(0, 1.5, bars=Bars(3, 4, 0.25)), True, 0)
    told = sender.sent[0]
    at_zero = told.at_ns - told.tick * told.tick_ns
    assert at_zero == pytest.approx((3.25 - 1.5) * S / 2, abs=1)


def test_a_clock_that_is_followed_keeps_its_song_position():
    sender = Sender()
    sender.follow(pulse(0, 64.5, source=Source.CLOCK, bars=Bars(4, 4)), True, 0)
    assert sender.sent[0].tick == 64.5 * 24


def test_a_jump_is_another_run_and_no_pulse_is_a_stop():
    sender = Sender()
    sender.follow(pulse(), True, 0)
    sender.follow(pulse(S, 2.0, run=1), True, S)
    sender.follow(None, True, 2 * S)
    sender.follow(None, True, 3 * S)
    sender.follow(pulse(4 * S), False, 4 * S)
    assert [each.running for each in sender.sent] == [True, True, False]
    assert sender.sent[0].run != sender.sent[1].run


def test_a_large_period_is_refused_in_one_line():
    sender = Sender()
    sender.use_period(1024, 21_333_333)
    for n in range(3):
        sender.follow(pulse(n * S), True, n * S)
    assert sender.sent == []
    assert sender.said == [
        "no MIDI clock is sent: at 1024 frames ticks would be up to 21 ms late; 256 frames are the most"
    ]
    sender.use_period(256, 5_333_333)
    sender.follow(pulse(4 * S), True, 4 * S)
    assert len(sender.sent) == 1


def test_the_control_sends_a_clock_of_our_own_tempo_through_the_stage():
    band = Band(mode="off", tempo=100.0, time="tempo", clock_out=True)
    band.session.on_record(Ready(True, 1, 1, 1, 64, 48_000), band.stage.clock.now_ns())
    band.wait(3000)
    band.set("tempo", 150.0)
    band.wait(3000)
    band.set("clock_out", False)
    band.wait(1000)
    messages = [message for _, message in band.sent]
    times = [at for at, message in band.sent if message == b"\xf8"]
    assert messages[0] == b"\xfa"
    assert messages[-1] == b"\xfc"
    assert len(times) == pytest.approx(24 * (5 + 7.5), abs=1)
    gaps = [after - before for before, after in pairwise(times)]
    assert max(gaps[:119]) == pytest.approx(25, abs=0.01)
    assert gaps[125:] == pytest.approx([60_000 / 24 / 150] * len(gaps[125:]), abs=0.01)
