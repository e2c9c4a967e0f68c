"""The style chords: when a chord is struck, which one, and how long it holds."""

from __future__ import annotations

import numpy as np
import pytest
from band import Band, still_sounding, tune
from sounded import controller, off, on, sounded, sounding_at
from test_parallel import nobody

from models.chord import Chord

TUNE = [67, 67, 69, 71, 72, 71, 69, 67, 64, 65, 67, 60]


def band(**settings: object) -> Band:
    return Band(networks=nobody, **{"style": "chords", "key": "C", "time": "free", **settings})  # type: ignore[arg-type]


def on_beat(**settings: object) -> Band:
    """120 beats a minute, 4/4: strong beats are a second apart, and the first one is now."""
    player = band(time="tempo", tempo=120.0, meter="4/4", **settings)
    player.act("tap")
    return player


def struck(player: Band) -> list[float]:
    """When chords begin, in ms."""
    return sorted({note.start for note in sounded(player.sent)})


def names(player: Band) -> list[object]:
    return [each.value for each in player.told if each.name == "chord_now"]


def harmony(player: Band) -> dict[int, int]:
    return sounding_at(sounded(player.sent), player.now_ms)


def next_beat(player: Band) -> float:
    """Milliseconds to the next strong beat."""
    pulse = player.session.time.pulse
    assert pulse is not None
    quarter = pulse.quarter_at(player.stage.clock.now_ns())
    line = 0.0 if pulse.bars is None else pulse.bars.line
    return (2 - (quarter - line) % 2) * pulse.quarter_ns / 1e6


def test_the_first_note_brings_a_chord_of_three_voices_below_it():
    player = band()
    player.play([(0, on(72))], rest_ms=1)
    assert set(harmony(player)) == {1, 2, 3}
    assert max(harmony(player).values()) < 72
    assert names(player) == ["C"]
    assert player.session.state()["chord"] == "C"


def test_on_a_pulse_it_is_struck_on_strong_beats():
    player = on_beat()
    player.wait(next_beat(player))
    start = player.now_ms
    player.play(tune(TUNE, gap_ms=500, length_ms=480), rest_ms=20)
    begins = [round(at - start) for at in struck(player)]
    assert set(begins) == {0, 1000, 2000, 3000, 4000, 5000}


def test_a_note_held_over_strong_beats_is_harmonized_there():
    player = on_beat()
    player.wait(next_beat(player))
    start = player.now_ms
    player.play([(0, on(67))], rest_ms=8000)
    assert all((at - start) % 1000 in (0, 40) for at in struck(player))
    assert len(harmony(player)) == 3
    player.play([(0, off(67))], rest_ms=1200)
    assert not still_sounding(message for _, message in player.sent)
    assert player.session.state()["chord"] is None


def test_a_note_a_little_before_the_beat_is_on_it():
    player = on_beat()
    player.wait(next_beat(player))
    player.play([(0, on(67)), (480, off(67))])
    player.play([(490, on(65))], rest_ms=500)  # 30 ms before the strong beat
    assert len(struck(player)) == 2


def test_in_free_time_a_chord_holds_under_quick_notes_and_changes_when_the_melody_leaves_it():
    player = band()
    player.play(tune([72, 76, 79, 76], gap_ms=140, length_ms=130), rest_ms=0)
    assert names(player) == ["C"]
    assert len(struck(player)) == 1
    player.play([(10, on(74))], rest_ms=1000)
    assert len(names(player)) == 2
    assert 2 in Chord.parse(str(names(player)[-1])).classes


def test_it_outlasts_the_melody_for_a_while_only():
    player = band()
    player.play([(0, on(72)), (300, off(72))], rest_ms=1000)
    assert len(harmony(player)) == 3
    player.wait(600)
    assert not harmony(player)
    assert names(player) == ["C", None]


def test_the_chord_makes_room_for_a_melody_that_comes_down():
    player = band()
    player.play([(0, on(79)), (150, off(79)), (150, on(67)), (200, off(67)), (200, on(60))], rest_ms=5)
    assert all(pitch < 60 for pitch in harmony(player).values())
    assert len(harmony(player)) == 3


def test_the_left_hands_chord_is_played():
    player = band(split=60)
    player.play([(0, on(44)), (0, on(48)), (0, on(51))], rest_ms=100)  # Ab
    player.play([(0, on(72))], rest_ms=10)
    assert {pitch % 12 for pitch in harmony(player).values()} <= {8, 0, 3}
    player.play([(0, off(44)), (0, off(48)), (0, off(51)), (0, on(46)), (0, on(50)), (0, on(53))], rest_ms=60)
    assert {pitch % 12 for pitch in harmony(player).values()} <= {10, 2, 5}
    assert player.session.state()["chord"] == "Bb"
    player.play([(0, off(72))], rest_ms=2000)
    assert player.session.state()["chord"] == "Bb", "it stays until another is played"


@pytest.mark.parametrize("chord", ["F#m7", "Ebmaj7"])
def test_the_chord_that_is_set_is_played_where_a_hold_is(chord: str):
    player = band(hold="hard", chord=chord)
    player.play(tune(TUNE, gap_ms=400), rest_ms=50)
    assert {note.pitch % 12 for note in sounded(player.sent)} <= set(Chord.parse(chord).classes)


def test_a_hard_hold_on_the_key_allows_its_chords_alone():
    player = band(hold="hard", key="D")
    player.play(tune(range(60, 84), gap_ms=700, length_ms=690), rest_ms=50)
    assert {note.pitch % 12 for note in sounded(player.sent)} <= {2, 4, 6, 7, 9, 11, 1}


def test_in_another_key_it_is_the_same_music():
    here, there = band(key="C", voices=3), band(key="F", voices=3)
    here.play(tune(TUNE, gap_ms=400), rest_ms=50)
    there.play(tune([pitch + 5 for pitch in TUNE], gap_ms=400), rest_ms=50)
    moved = [(Chord.parse(str(name)).root + 5) % 12 for name in names(here) if name]
    assert moved == [Chord.parse(str(name)).root for name in names(there) if name]


def test_fewer_voices_pedal_and_all_notes_off():
    player = band(voices=2)
    player.play([(0, on(72))], rest_ms=5)
    assert set(harmony(player)) == {1, 2}
    player.set("voices", 1)
    player.play([(0, off(72)), (2000, on(74))], rest_ms=5)
    assert set(harmony(player)) == {1}
    player.play([(0, controller(64, 127)), (5, off(74))], rest_ms=3000)
    assert harmony(player), "the pedal holds the melody"
    player.play([(0, controller(64, 0)), (5, controller(123, 0))], rest_ms=2000)
    assert not still_sounding(message for _, message in player.sent)


def test_another_style_or_mode_ends_it():
    player = band()
    player.play([(0, on(72))], rest_ms=5)
    player.set("mode", "off")
    assert not harmony(player)
    assert player.session.state()["chord"] is None
    player.set("mode", "harmonize")
    player.play([(5, off(72)), (10, on(72))], rest_ms=5)
    assert len(harmony(player)) == 3


def test_strikes_are_answered_in_the_same_moment():
    player = band()
    player.play([(0, on(72))])
    assert len(harmony(player)) == 3
    assert np.diff([note.start for note in sounded(player.sent)]).max() == 0
