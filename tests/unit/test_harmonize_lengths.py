"""Harmonize: how long voices sound."""

from __future__ import annotations

from itertools import pairwise

import pytest
from babbler import babbler
from band import Band, still_sounding, tune
from sounded import controller, off, on, sounded, sounding_at

SUSTAIN = 64


def band(**settings: object) -> Band:
    return Band(networks=babbler, key="C", **settings)


@pytest.mark.parametrize("length", [310, 299, 260, 250])
def test_legato_never_leaves_a_voice_silent(length: int):
    """Overlapping, or detached by less than 60 ms: the next melody note adopts the voices."""
    player = band()
    start = player.now_ms
    player.play(tune([62, 64, 65, 67, 69, 71, 72], gap_ms=300, length_ms=length))
    notes = sounded(player.sent)
    for at in range(0, 6 * 300, 7):
        assert set(sounding_at(notes, start + at)) == {1, 2, 3}


def test_an_adopted_voice_that_does_not_move_gets_no_note_off():
    player = band()
    player.play(tune([67] * 8, gap_ms=300, length_ms=280), rest_ms=500)
    voices = [note for note in sounded(player.sent) if note.channel == 3]
    assert any(note.end - note.start > 400 for note in voices)
    for note, following in pairwise(voices):
        assert note.end == following.start, "a voice was struck again though it could go on"


@pytest.mark.parametrize("length", [40, 100, 200])
def test_staccato_stays_staccato(length: int):
    """Voices end 60 ms after the melody note."""
    player = band()
    start = player.now_ms
    player.play([(0, on(67)), (length, off(67))], rest_ms=500)
    assert {note.end - start for note in sounded(player.sent)} == {length + 60}


def test_staccato_notes_are_all_harmonised_anew():
    player = band()
    player.play(tune([67, 67, 69, 69, 67], gap_ms=300, length_ms=80), rest_ms=500)
    notes = sounded(player.sent)
    assert len(notes) == 15
    assert {round(note.end - note.start) for note in notes} == {140}


def test_the_pedal_keeps_voices_until_it_comes_up():
    player = band()
    start = player.now_ms
    player.play(
        [
            (0, controller(SUSTAIN, 127)),
            (10, on(67)),
            (100, off(67)),
            (1000, controller(SUSTAIN, 0)),
        ],
        rest_ms=500,
    )
    assert {note.end - start for note in sounded(player.sent)} == {1060}


def test_the_pedal_is_not_sent_to_the_companion():
    player = band()
    player.play([(0, controller(SUSTAIN, 127)), (10, on(67)), (100, controller(SUSTAIN, 0))], rest_ms=10)
    assert not [message for _, message in player.sent if message[0] & 0xF0 == 0xB0]


def test_under_the_pedal_a_new_melody_note_takes_the_voices_over():
    player = band()
    player.play(
        [(0, controller(SUSTAIN, 127)), (10, on(67)), (100, off(67)), (400, on(72)), (500, off(72))],
        rest_ms=20,
    )
    assert set(sounding_at(sounded(player.sent), player.now_ms)) == {1, 2, 3}
    player.play([(0, controller(SUSTAIN, 0))], rest_ms=100)
    assert not still_sounding(message for _, message in player.sent)


def test_a_trill_holds_its_voices():
    player = band()
    start = player.now_ms
    player.play(tune([72, 74] * 10, gap_ms=80, length_ms=75))
    notes = sounded(player.sent)
    for at in range(0, 19 * 80, 7):
        assert set(sounding_at(notes, start + at)) == {1, 2, 3}


def test_stop_ends_everything_at_once():
    player = band()
    player.play([(0, on(67))], rest_ms=50)
    now = player.now_ms
    player.stop()
    assert {note.end for note in sounded(player.sent)} == {now}


def test_a_key_struck_again_without_a_release_is_two_notes():
    player = band()
    player.play([(0, on(67)), (300, on(67)), (600, off(67))], rest_ms=500)
    assert not still_sounding(message for _, message in player.sent)
    sounded(player.sent)
