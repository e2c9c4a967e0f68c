"""Whatever a player does: no note is left sounding, and models hear only what training could hold."""

from __future__ import annotations

import contextlib

import pytest
from babbler import babbler
from band import Band, still_sounding, tune
from changes import ALLOWED
from hypothesis import example, given, settings
from hypothesis import strategies as st
from legality import only_legal_events
from sounded import controller, off, on, sounded

from live.errors import AntiphonError

PITCHES = st.one_of(st.integers(58, 64), st.integers(0, 127))
MESSAGES = st.one_of(
    st.builds(on, PITCHES, st.integers(0, 127), st.integers(0, 1)),
    st.builds(on, PITCHES),
    st.builds(off, PITCHES, st.integers(0, 1)),
    st.builds(controller, st.sampled_from([1, 11, 64, 64, 64, 7, 120, 121, 123]), st.integers(0, 127)),
    st.builds(lambda low, high: bytes((0xE0, low, high)), st.integers(0, 127), st.integers(0, 127)),
    st.builds(lambda kind, value: bytes((kind, value)), st.sampled_from([0xC0, 0xD0]), st.integers(0, 127)),
    st.sampled_from([b"\xf8", b"\xfa", b"\xfc", b"\xfe", b"\xff", b"\xf2\x01\x02"]),
)
CHANGES = st.one_of(
    ALLOWED.filter(lambda change: change[0] != "thru"),  # it sends ends of notes that began before it
    ALLOWED.filter(lambda change: change[0] in ("mode", "model", "mute")),
    st.tuples(st.just("act"), st.sampled_from(["panic", "answer", "loop", "loop", "veto"])),
)
PHRASES = st.lists(st.integers(55, 76), min_size=1, max_size=6)
GAPS = st.sampled_from([0, 1, 3, 10, 40, 100, 300, 700, 1500])
PLAYING = st.lists(st.tuples(GAPS, st.one_of(MESSAGES, MESSAGES, PHRASES, CHANGES)), max_size=30)


def played(player: Band, playing: list[tuple[int, object]]) -> None:
    for gap, what in playing:
        player.wait(gap)
        if isinstance(what, bytes):
            player.play([(0, what)])
        elif isinstance(what, list):
            player.play(tune(what, gap_ms=110, length_ms=80), rest_ms=400)
        else:
            name, value = what  # type: ignore[misc]
            with contextlib.suppress(AntiphonError):  # folk cannot harmonise, chorale cannot answer
                player.act(value) if name == "act" else player.set(name, value)


@pytest.mark.parametrize(
    ("mode", "model"),
    [
        ("harmonize", None),
        ("harmonize", "chorale"),
        ("harmonize", "piano"),
        ("answer", "piano"),
        ("answer", "folk"),
        ("duet", "piano"),
        ("loop", "piano"),
        ("loop", "folk"),
    ],
)
@settings(max_examples=30)
@given(playing=PLAYING, feed_ms=st.sampled_from([None, 1.0, 30.0, 400.0]))
@example(playing=[(0, on(68)), (0, controller(120, 0)), (700, on(0, 1))], feed_ms=None)  # too low for 68
def test_nothing_is_left_sounding_after_stop(
    mode: str, model: str | None, playing: list[tuple[int, object]], feed_ms: float | None
):
    player = Band(networks=babbler, mode=mode, model=model, feed_ms=feed_ms)  # type: ignore[arg-type]
    with only_legal_events():
        played(player, playing)
        player.stop()
    sounded(player.sent)  # nothing struck twice, nothing let go that does not sound
    assert not still_sounding(message for _, message in player.sent)
    ended = len(player.sent)
    player.stage.run(20_000)
    assert len(player.sent) == ended, "something was still planned after the end"


@pytest.mark.parametrize("model", ["chorale", "piano"])
@settings(max_examples=20)
@given(playing=PLAYING)
def test_when_all_keys_are_up_the_harmony_ends_by_itself(model: str, playing: list[tuple[int, object]]):
    player = Band(networks=babbler, model=model)  # type: ignore[arg-type]
    played(player, [(gap, what) for gap, what in playing if not isinstance(what, tuple)])
    player.play([(0, controller(64, 0)), (1, controller(123, 0)), (2, controller(123, 0, 1))], rest_ms=100)
    assert not still_sounding(message for _, message in player.sent)
