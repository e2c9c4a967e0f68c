"""Who gives the time, as a session tells it."""

from __future__ import annotations

import pytest
from band import Band


def time_of(band: Band) -> dict[str, object]:
    return band.session.state()["time"]


def test_nobody_gives_the_time_at_first():
    assert time_of(Band(mode="off")) == {
        "source": "free", "tempo": None, "meter": None, "bar": None, "beat": None, "confidence": None,
    }  # fmt: skip


def test_a_tempo_that_is_set_counts_bars_from_the_moment_on():
    band = Band(mode="off", tempo=90.0, meter="3/4")
    band.set("time", "tempo")
    band.wait(1000 * 60 / 90 * 4.5)
    told = time_of(band)
    assert told["source"] == "tempo"
    assert told["tempo"] == pytest.approx(90)
    assert (told["bar"], told["meter"]) == (2, "3/4")
    assert told["beat"] == pytest.approx(2.5, abs=0.01)


def test_taps_set_the_tempo_and_begin_a_bar():
    band = Band(mode="off")
    said: list[str] = []
    band.session.say = said.append
    for _ in range(4):
        band.act("tap")
        band.wait(600)
    told = time_of(band)
    assert band.session.settings.time == "tempo"
    assert told["tempo"] == pytest.approx(100, abs=0.1)
    assert (told["bar"], round(float(str(told["beat"])), 2)) == (1, 2.0)
    assert said == ["time from our own tempo: 100.0 beats a minute"]
    band.set("time", "free")
    assert said[-1] == "free time"


def test_a_pedal_that_bounces_taps_once():
    band = Band(mode="off")
    for _ in range(3):
        band.act("tap")
        band.wait(20)
        band.act("tap")
        band.wait(480)
    assert time_of(band)["tempo"] == pytest.approx(120, abs=0.1)
