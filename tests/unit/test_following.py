"""A session that follows a clock: what it hears, says, and becomes of the controls."""

from __future__ import annotations

import pytest
from band import Band

TICK_MS = 60_000 / 24 / 100
START, STOP, TICK = b"\xfa", b"\xfc", b"\xf8"


def band_that_hears(*, said: list[str], **settings: object) -> Band:
    band = Band(mode="off", **settings)
    band.session.say = said.append
    return band


def ticks(count: int) -> list[tuple[float, bytes]]:
    return [(n * TICK_MS, TICK) for n in range(count)]


def told(band: Band) -> dict[str, object]:
    return band.session.state()["time"]


def test_a_clock_gives_the_time_and_takes_it_away():
    said: list[str] = []
    band = band_that_hears(said=said)
    band.play([(0, START), *ticks(24 * 6)], rest_ms=TICK_MS)
    assert told(band)["source"] == "clock"
    assert told(band)["tempo"] == pytest.approx(100, rel=0.002)
    assert told(band)["bar"] == 2
    assert told(band)["beat"] == pytest.approx(3, abs=0.02)
    band.set("meter", "3/4")
    assert told(band)["bar"] == 3
    band.play([(0, STOP)])
    assert told(band)["source"] == "free"
    assert said[1:] == ["free time"]
    assert said[0].startswith("time from MIDI clock: 1")


def test_a_drop_out_wakes_the_session_and_is_one_line_and_so_is_the_return():
    said: list[str] = []
    band = band_that_hears(said=said)
    band.play([(0, START), *ticks(24 * 8)], rest_ms=TICK_MS)
    band.wait(240 * TICK_MS)
    assert told(band)["source"] == "free"
    band.play(ticks(24), rest_ms=TICK_MS)
    assert said[1] == "MIDI clock stopped coming: free time"
    assert said[2].startswith("MIDI clock is back: time from MIDI clock: ")
    assert len(said) == 3
    assert told(band)["bar"] == 5  # 8 quarters, 10 unheard, 1


@pytest.mark.parametrize("time", ["free", "tempo", "playing"])
def test_a_clock_that_is_not_wanted_gives_no_time_and_is_not_spoken_of(time: str):
    said: list[str] = []
    band = band_that_hears(said=said, time=time)
    band.play([(0, START), *ticks(48)], rest_ms=3000)
    assert told(band)["source"] != "clock"
    assert not any("MIDI clock" in line for line in said)
    assert band.session.wake_at_ns is None


def test_a_clock_that_ran_before_it_was_wanted_is_there_at_once():
    said: list[str] = []
    band = band_that_hears(said=said, time="free")
    band.play([(0, START), *ticks(48)])
    band.set("time", "clock")
    assert told(band)["source"] == "clock"
