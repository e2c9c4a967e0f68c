"""Loops, whatever becomes of the time, the knobs and the player meanwhile: every note ends, none is struck
twice, and in steady time every round is as it was played."""

from __future__ import annotations

import contextlib

import pytest
from babbler import babbler
from band import Band, still_sounding, tune
from hypothesis import given, settings
from hypothesis import strategies as st
from legality import only_legal_events
from looped import BAR, as_played, looper, rounds, strikes
from sounded import on, sounded
from test_any_pulse import CHANGES, GAPS, happens

from live.errors import AntiphonError
from live.stage import records as r

MORE = st.one_of(
    CHANGES.filter(lambda change: change[0] != "act"),
    st.tuples(st.just("vary"), st.sampled_from([0.0, 0.4, 1.0])),
    st.tuples(st.just("loop_bars"), st.integers(0, 3)),
    st.tuples(st.just("mute"), st.booleans()),
    st.tuples(st.just("hold"), st.sampled_from(["off", "hard"])),
    st.tuples(st.just("loop"), st.sampled_from(["take", "take", "stop", "toggle"])),
    st.tuples(st.just("veto"), st.none()),
    st.tuples(st.just("play"), st.lists(st.integers(50, 80), min_size=1, max_size=5)),
    st.tuples(st.just("hold down"), st.integers(50, 80)),
)


def comes(band: Band, name: str, value: object) -> None:
    match name, value:
        case "loop" | "veto", _:
            with contextlib.suppress(AntiphonError):
                band.act(name, value)
        case "play", list(pitches):
            band.play(tune(pitches, gap_ms=130, length_ms=90))
        case "hold down", int(pitch):
            band.play([(0, on(pitch))])
        case _:
            happens(band, name, value)


@pytest.mark.parametrize("model", ["piano", "folk"])
@settings(max_examples=60)
@given(
    story=st.lists(st.tuples(GAPS, MORE), max_size=25),
    first=st.sampled_from(["tempo", "tempo", "auto"]),
    vary=st.sampled_from([0.0, 0.5, 1.0]),
    grid=st.sampled_from([0.0, 0.6, 1.0]),
    swing=st.sampled_from([50.0, 66.7]),
)
def test_no_note_is_stuck_or_lost(
    model: str,
    story: list[tuple[int, tuple[str, object]]],
    first: str,
    vary: float,
    grid: float,
    swing: float,
):
    band = Band(networks=babbler, mode="loop", model=model, grid=grid, swing=swing, vary=vary)
    with only_legal_events():
        band.set("time", first)
        band.play(tune([60, 64, 67, 65, 62, 60, 59], gap_ms=170, length_ms=120), rest_ms=500)
        for gap, change in story:
            band.wait(gap)
            comes(band, *change)
        band.wait(6000)
        assert not [report for report in band.stage.reports if isinstance(report, r.Dropped)]
        band.stop()
    sounded(band.sent)  # nothing struck twice, nothing let go that does not sound
    assert not still_sounding(message for _, message in band.sent)
    ended = len(band.sent)
    band.stage.run(20_000)
    assert len(band.sent) == ended


NOTE = st.tuples(st.integers(0, 1900), st.integers(15, 1500), st.integers(48, 84), st.integers(1, 127))


@settings(max_examples=60)
@given(notes=st.lists(NOTE, min_size=1, max_size=16), over=st.booleans())
def test_every_round_is_as_it_was_played(notes: list[tuple[int, int, int, int]], over: bool):
    """Onsets, lengths, pitches and loudness, whatever the player plays over it. A key is free before it is
    struck again, and nothing rings into the next round here."""
    phrase: list[tuple[float, float, int, int]] = [(0.0, 100.0, 40, 64)]
    free: dict[int, float] = {}
    for at, length, pitch, velocity in sorted(notes):
        ends = min(at + length, 1990)
        if at > free.get(pitch, -1.0) and ends - at >= 15:
            phrase.append((float(at), float(ends - at), pitch, velocity))
            free[pitch] = ends + 1
    phrase.sort(key=lambda note: note[0])
    player = looper()
    began = player.now_ms
    player.play(strikes(phrase))
    player.wait(2 * BAR - 5 - (player.now_ms - began))
    player.wait(4 * BAR)
    if over:
        player.play(tune([60, 40, 62, 64], gap_ms=90, length_ms=70))
    player.wait(3 * BAR)
    found = rounds(player, began + 4 * BAR, BAR)
    assert len(found) >= 3
    for heard in found[:3]:
        assert sorted(as_played(heard)) == sorted(phrase)
