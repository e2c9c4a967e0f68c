"""A session hears the beat of a steady player, tells it, and lets it go."""

from __future__ import annotations

import pytest
from band import Band
from tunes_in_time import eighths, even, mixed, play

from live.beat.tracker import SECOND_NS


def perform(band: Band, beats: int, bpm: float = 90, rhythm=eighths, seed: int = 1) -> None:
    notes = play(rhythm, beats, even(bpm), 0.01, seed, start=0.0)
    at = 0.0
    for stamp, pitch, velocity in notes:
        band.wait(max(0.0, stamp / SECOND_NS * 1000 - at))
        at = max(at, stamp / SECOND_NS * 1000)
        band.play([(0, bytes((0x90, pitch, velocity)))])
        band.play([(0, bytes((0x80, pitch, 0)))])


def time_of(band: Band) -> dict[str, object]:
    return band.session.state()["time"]


@pytest.mark.parametrize("time", ["auto", "playing"])
def test_a_steady_player_gives_the_time(time: str):
    band = Band(mode="off", time=time)
    said: list[str] = []
    band.session.say = said.append
    perform(band, 16)
    told = time_of(band)
    assert told["source"] == "playing"
    assert told["tempo"] == pytest.approx(90, rel=0.07)
    assert 0.5 < float(str(told["confidence"])) < 1
    band.wait(6000)
    assert time_of(band)["source"] == "free"
    assert said == []


@pytest.mark.parametrize("time", ["free", "clock"])
def test_who_does_not_want_it_is_not_told(time: str):
    band = Band(mode="off", time=time)
    perform(band, 16)
    assert time_of(band)["source"] == "free"


def test_the_meter_that_is_set_is_told():
    band = Band(mode="off", time="playing", meter="3/4")
    perform(band, 36, rhythm=mixed)
    assert time_of(band)["meter"] in ("3/4", None)
    band.set("meter", "4/4")
    perform(band, 8, rhythm=mixed)
    assert time_of(band)["meter"] in ("4/4", None)
