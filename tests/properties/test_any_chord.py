"""Whatever both hands do on a split keyboard, wherever the split is moved: no note is left sounding, models
hear only what training could hold, and harmony is of the chord."""

from __future__ import annotations

import contextlib

import pytest
from babbler import babbler
from band import Band, still_sounding, tune
from hypothesis import given, settings
from hypothesis import strategies as st
from legality import only_legal_events
from sounded import controller, off, on, sounded, sounding_at

from live.errors import AntiphonError

LOW, HIGH = st.integers(44, 56), st.integers(64, 79)
KEYS = st.one_of(LOW, LOW, HIGH, HIGH, st.integers(57, 63), st.integers(0, 127))
CHORDS = st.lists(LOW, min_size=1, max_size=4, unique=True)
HANDS = st.one_of(
    CHORDS,
    st.builds(on, KEYS),
    st.builds(off, KEYS),
    st.builds(on, KEYS, st.just(80), st.just(1)),
    st.builds(off, KEYS, st.just(1)),
    st.builds(lambda value: controller(64, value), st.sampled_from([0, 127])),
    st.sampled_from([controller(123, 0), controller(120, 0)]),
    st.tuples(st.just("split"), st.sampled_from([0, 48, 52, 60, 60, 66, 127])),
    st.tuples(st.just("voices"), st.integers(1, 3)),
    st.tuples(st.just("hold"), st.sampled_from(["off", "soft", "hard"])),
    st.tuples(st.just("mode"), st.sampled_from(["harmonize", "harmonize", "answer", "off"])),
    st.tuples(st.just("style"), st.sampled_from(["chorale", "thirds", "sixths", "chords"])),
    st.tuples(st.just("tune"), st.lists(HIGH, min_size=1, max_size=4)),
)
GAPS = st.sampled_from([0, 1, 12, 31, 49, 52, 70, 300, 900])
BOTH_HANDS = st.lists(st.tuples(GAPS, HANDS), max_size=30)


def played(player: Band, hands: list[tuple[int, object]]) -> None:
    down: set[int] = set()
    for gap, what in hands:
        player.wait(gap)
        if isinstance(what, bytes):
            player.play([(0, what)])
        elif isinstance(what, list):
            player.play([(0, off(pitch)) for pitch in sorted(down)])
            player.play([(3 * place, on(pitch)) for place, pitch in enumerate(what)])
            down = set(what)
        elif what[0] == "tune":  # type: ignore[index]
            player.play(tune(what[1], gap_ms=170, length_ms=150), rest_ms=60)  # type: ignore[index]
        else:
            with contextlib.suppress(AntiphonError):
                player.set(*what)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("mode", "model"),
    [
        ("harmonize", "chorale"),
        ("harmonize", "piano"),
        ("answer", "piano"),
        ("answer", "folk"),
        ("duet", "piano"),
    ],
)
@settings(max_examples=60)
@given(hands=BOTH_HANDS, feed_ms=st.sampled_from([None, 30.0]), time=st.sampled_from(["free", "tempo"]))
def test_nothing_is_left_sounding(
    mode: str, model: str, hands: list[tuple[int, object]], feed_ms: float | None, time: str
):
    player = Band(networks=babbler, mode=mode, model=model, split=60, feed_ms=feed_ms, time=time)  # type: ignore[arg-type]
    with only_legal_events():
        played(player, hands)
        player.play(
            [(0, controller(64, 0)), (1, controller(123, 0)), (2, controller(123, 0, 1))], rest_ms=2000
        )
        if player.session.settings.mode == "harmonize":
            assert not still_sounding(message for _, message in player.sent)
        player.stop()
    sounded(player.sent)
    assert not still_sounding(message for _, message in player.sent)
    assert not player.session.stage.hearing.sounding


STYLES = ["thirds", "sixths", "chords"]


@pytest.mark.parametrize("style", STYLES)
@settings(max_examples=60)
@given(hands=BOTH_HANDS, time=st.sampled_from(["free", "tempo"]), split=st.sampled_from([0, 60]))
def test_no_style_leaves_a_note_sounding(style: str, hands: list[tuple[int, object]], time: str, split: int):
    player = Band(networks=babbler, style=style, split=split, time=time, tempo=150.0)  # type: ignore[arg-type]
    played(player, hands)
    player.play([(0, controller(64, 0)), (1, controller(123, 0)), (2, controller(123, 0, 1))], rest_ms=2000)
    if player.session.settings.mode == "harmonize":
        assert not still_sounding(message for _, message in player.sent), "it ends by itself"
    player.stop()
    sounded(player.sent)
    assert not still_sounding(message for _, message in player.sent)


@pytest.mark.parametrize(
    ("model", "style"), [("chorale", "chorale"), ("piano", "chorale"), *((None, s) for s in STYLES)]
)
@settings(max_examples=40)
@given(
    hands=st.lists(st.tuples(GAPS, st.one_of(CHORDS, st.builds(on, HIGH), st.builds(off, HIGH))), max_size=30)
)
def test_what_sounds_is_of_the_chord(model: str | None, style: str, hands: list[tuple[int, object]]):
    player = Band(networks=babbler, model=model, style=style, split=60, key="C")  # type: ignore[arg-type]
    played(player, [(0, [48, 52, 55]), (200, on(72)), *hands])
    player.wait(100)
    chord = player.session.chords.chord
    assert chord is not None
    melody = player.session.stage.hearing.down
    sounds = sounding_at(sounded(player.sent), player.now_ms)
    assert {pitch % 12 for pitch in sounds.values()} <= set(chord.classes)
    if melody and (style != "chords" or player.session.policy._melody.pitch is not None):  # type: ignore[attr-defined]
        assert all(pitch < max(melody) for pitch in sounds.values())
    elif style != "chords":
        assert not sounds
