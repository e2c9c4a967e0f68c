"""Harmonize with a model that knows no voices: what it would play within 30 ms of a strike."""

from __future__ import annotations

import pytest
from babbler import babbler
from band import Band, still_sounding, tune
from sounded import off, on, sounded, sounding_at

from models.events import Kind


def band(**settings: object) -> Band:
    return Band(networks=babbler, model="piano", **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(5))
def test_one_to_three_notes_sound_below_each_melody_note(seed: int):
    player = band(seed=seed)
    start = player.now_ms
    melody = [67, 72, 69, 76, 60, 62]
    player.play(tune(melody, gap_ms=300, length_ms=250), rest_ms=500)
    notes = sounded(player.sent)
    for index in range(len(melody)):
        chord = sounding_at(notes, start + 300 * index)
        assert 1 <= len(chord) <= 3
    for note in notes:
        struck = melody[int(note.start - start) // 300]
        assert struck - 31 <= note.pitch < struck
        assert note.velocity == 60
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
