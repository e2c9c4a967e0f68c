"""Harmonize with a model that knows no voices: what it would play within 30 ms of a strike."""

from __future__ import annotations

import pytest
from babbler import babbler
from band import Band, still_sounding, tune
from hypothesis import given, settings
from hypothesis import strategies as st
from sounded import off, on, sounded, sounding_at

from models.events import Kind


def band(**settings: object) -> Band:
    return Band(networks=babbler, model="piano", **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(5))
def test_three_notes_sound_below_each_melody_note(seed: int):
    player = band(seed=seed)
    start = player.now_ms
    melody = [67, 72, 69, 76, 60, 62]
    player.play(tune(melody, gap_ms=300, length_ms=250), rest_ms=500)
    notes = sounded(player.sent)
    for index in range(len(melody)):
        chord = sounding_at(notes, start + 300 * index)
        assert len(chord) == 3
    for note in notes:
        struck = melody[int(note.start - start) // 300]
        assert struck - 31 <= note.pitch < struck
        assert note.velocity == 60
    assert not still_sounding(message for _, message in player.sent)


@given(st.integers(0, 99), st.lists(st.integers(50, 90), min_size=2, max_size=10), st.integers(1, 3))
@settings(max_examples=25)
def test_no_voice_goes_on_in_a_second_or_seventh_with_a_new_note(seed: int, melody: list[int], voices: int):
    player = band(seed=seed, voices=voices)
    start = player.now_ms
    player.play(tune(melody, gap_ms=300, length_ms=290), rest_ms=500)
    notes = sounded(player.sent)
    for index, struck in enumerate(melody):
        at = start + 300 * index
        assert len(sounding_at(notes, at)) == voices
        for note in notes:
            if note.start < at < note.end:
                assert note.pitch < struck
                assert (struck - note.pitch) % 12 not in (1, 2, 10, 11)
    assert not still_sounding(message for _, message in player.sent)


def test_a_lower_note_under_a_held_one_is_heard_but_not_harmonised():
    player = band()
    player.play([(0, on(72))], rest_ms=100)
    before = len(player.sent)
    player.play([(0, on(55))], rest_ms=100)
    assert len(player.sent) == before
    context = player.session.policy._ear.context  # type: ignore[attr-defined]
    assert context.recent(1)[0].pitch == 55


def test_fewer_voices_from_the_next_strike_on():
    for seed in range(12):
        player = band(seed=seed)
        player.play(tune([67, 69, 71], length_ms=290))
        player.set("voices", 1)
        player.play([(50, on(72))], rest_ms=5)
        assert len(sounding_at(sounded(player.sent), player.now_ms)) == 1


def test_what_ended_is_silent_for_the_model_too():
    player = band()
    player.play([(0, on(67)), (200, off(67))], rest_ms=500)
    context = player.session.policy._ear.context  # type: ignore[attr-defined]
    assert (context.state.onsets < 0).all()
    ons = [event.pitch for event in context.recent() if event.kind == Kind.ON]
    assert ons == [67, *(message[1] for _, message in player.sent if message[0] & 0xF0 == 0x90)]
