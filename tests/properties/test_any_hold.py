"""Held hard, the companion strikes nothing outside of the scale or the chord, whatever the player does."""

from __future__ import annotations

import pytest
from babbler import babbler
from band import Band, still_sounding
from hypothesis import given, settings
from hypothesis import strategies as st
from sounded import sounded
from test_any_player import PLAYING, played

from models.chord import QUALITIES, Chord
from models.hold import scale_of
from models.key import NAMES, Key

KEYS = st.builds(str.__add__, st.sampled_from(NAMES), st.sampled_from(["", "m"]))
CHORDS = st.one_of(
    st.just("off"),
    st.builds(str.__add__, st.sampled_from(NAMES), st.sampled_from(sorted(QUALITIES))),
)


@pytest.mark.parametrize(
    ("mode", "model"),
    [("harmonize", "chorale"), ("harmonize", "piano"), ("answer", "piano"), ("answer", "folk")],
)
@settings(max_examples=40)
@given(playing=PLAYING, key=KEYS, chord=CHORDS, low=st.booleans())
def test_held_hard_nothing_else_is_struck(
    mode: str, model: str, playing: list[tuple[int, object]], key: str, chord: str, low: bool
):
    options = {"hold": "hard", "key": key, "chord": chord, "deadline": 5.0 if low else 50.0}
    player = Band(networks=babbler, mode=mode, model=model, **options)  # type: ignore[arg-type]
    played(player, [(gap, what) for gap, what in playing if not isinstance(what, tuple)])
    player.stop()
    inside = scale_of(Key.parse(key)) if chord == "off" else Chord.parse(chord).classes
    assert {note.pitch % 12 for note in sounded(player.sent)} <= set(inside)
    assert not still_sounding(message for _, message in player.sent)


@pytest.mark.parametrize("model", ["chorale", "piano"])
@settings(max_examples=30)
@given(pitches=st.lists(st.integers(0, 127), min_size=1, max_size=40))
def test_it_is_the_scale_of_the_key_that_is_heard_at_each_strike(model: str, pitches: list[int]):
    player = Band(networks=babbler, model=model, hold="hard")  # type: ignore[arg-type]
    for pitch in pitches:
        before = len(sounded(player.sent))
        player.play([(0, bytes((0x90, pitch, 80)))], rest_ms=100)
        fresh = sounded(player.sent)[before:]
        assert {note.pitch % 12 for note in fresh} <= set(scale_of(player.session.key.key))
        player.play([(0, bytes((0x80, pitch, 0)))], rest_ms=30)
