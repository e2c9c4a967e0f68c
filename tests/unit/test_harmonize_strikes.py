"""Harmonize: what is struck with each melody note, whatever the model says."""

from __future__ import annotations

import pytest
from babbler import CHORALE_RANGES, babbler
from band import Band, tune
from hypothesis import given, settings
from hypothesis import strategies as st
from sounded import off, on, sounded, sounding_at

MELODIES = st.lists(st.integers(60, 84), min_size=1, max_size=12)


def band(**settings_: object) -> Band:
    return Band(networks=babbler, **settings_)


@settings(max_examples=25)
@given(MELODIES, st.integers(0, 1000), st.sampled_from([150, 290, 320]))
def test_three_voices_sound_at_each_strike_below_the_melody(pitches: list[int], seed: int, length: int):
    player = Band(networks=babbler, seed=seed, key="C")
    start = player.now_ms
    melody = list(dict.fromkeys(pitches)) if length > 300 else pitches  # no key struck while it is down
    melody = sorted(melody) if length > 300 else melody  # below a held key nothing would be harmonised
    player.play(tune(melody, gap_ms=300, length_ms=length), rest_ms=500)
    notes = sounded(player.sent)
    for index, pitch in enumerate(melody):
        chord = sounding_at(notes, start + 300 * index)
        assert set(chord) == {1, 2, 3}
        assert all(voice < pitch for voice in chord.values())
        soprano_to_bass = [pitch, *(chord[channel] for channel in (1, 2, 3))]
        assert soprano_to_bass == sorted(soprano_to_bass, reverse=True), "voices have crossed"


@settings(max_examples=15)
@given(MELODIES, st.integers(0, 1000))
def test_each_voice_stays_in_its_range_where_the_melody_leaves_room(pitches: list[int], seed: int):
    player = Band(networks=babbler, seed=seed, key="C")
    player.play(tune([max(78, pitch) for pitch in pitches]), rest_ms=500)
    for note in sounded(player.sent):
        low, high = CHORALE_RANGES[note.channel]
        assert low <= note.pitch <= high


@settings(max_examples=15)
@given(
    st.lists(st.integers(78, 83), min_size=1, max_size=12),
    st.integers(0, 1000),
    st.sampled_from([("C", 0), ("A", 3), ("Bb", 2), ("E", -4), ("Eb", -3)]),
)
def test_in_any_key_a_voice_sounds_in_its_range(pitches: list[int], seed: int, key: tuple[str, int]):
    name, shift = key
    player = Band(networks=babbler, seed=seed, key=name)
    player.play(tune([pitch - shift for pitch in pitches]), rest_ms=500)
    notes = sounded(player.sent)
    assert {note.channel for note in notes} == {1, 2, 3}
    for note in notes:
        low, high = CHORALE_RANGES[note.channel]
        assert low <= note.pitch <= high


@settings(max_examples=15)
@given(MELODIES, st.integers(0, 1000))
def test_upper_voices_are_never_further_apart_than_an_octave(pitches: list[int], seed: int):
    player = Band(networks=babbler, seed=seed, key="C")
    start = player.now_ms
    player.play(tune(pitches, gap_ms=300, length_ms=290), rest_ms=500)
    notes = sounded(player.sent)
    for index, pitch in enumerate(pitches):
        chord = sounding_at(notes, start + 300 * index)
        assert pitch - chord[1] <= 12
        assert chord[1] - chord[2] <= 12


@pytest.mark.parametrize(("voices", "channels"), [(1, {1}), (2, {1, 3}), (3, {1, 2, 3})])
def test_as_many_voices_as_wanted(voices: int, channels: set[int]):
    player = band(voices=voices)
    player.play(tune([67, 72, 74, 71, 67]), rest_ms=500)
    assert {note.channel for note in sounded(player.sent)} == channels


@pytest.mark.parametrize(("struck", "heard"), [(80, 60), (127, 95), (27, 20), (10, 20), (1, 20)])
def test_velocity_is_three_quarters_of_the_players_and_at_least_20(struck: int, heard: int):
    player = band()
    player.play(tune([67, 72], velocity=struck), rest_ms=500)
    assert {note.velocity for note in sounded(player.sent)} == {heard}


def test_loudness_is_a_control_and_velocity_never_above_127():
    player = band(loudness=1.5)
    player.play(tune([67], velocity=120), rest_ms=500)
    assert {note.velocity for note in sounded(player.sent)} == {127}


def test_a_pause_forgets_no_voice():
    player = band()
    player.play([(0, on(67)), (200, off(67))], rest_ms=5000)
    start = player.now_ms
    player.play([(0, on(69)), (200, off(69))], rest_ms=500)
    assert set(sounding_at(sounded(player.sent), start)) == {1, 2, 3}


@pytest.mark.parametrize("pitch", [21, 33, 45, 96, 108, 127])
def test_melodies_in_any_octave_are_harmonised(pitch: int):
    player = band()
    player.play([(0, on(pitch))], rest_ms=10)
    chord = sounding_at(sounded(player.sent), player.now_ms)
    assert chord
    assert all(voice < pitch for voice in chord.values())


def test_the_same_seed_harmonises_the_same_and_another_does_not():
    def played(seed: int) -> list[tuple[float, bytes]]:
        player = Band(networks=babbler, seed=seed)
        player.play(tune([67, 69, 71, 72, 74, 76]), rest_ms=500)
        return player.sent

    assert played(3) == played(3)
    assert played(3) != played(4)


def test_strikes_are_answered_in_the_same_moment():
    player = band()
    start = player.now_ms
    player.play(tune([67, 72, 69]), rest_ms=500)
    begun = {note.start - start for note in sounded(player.sent)}
    assert begun <= {0, 300, 600}
