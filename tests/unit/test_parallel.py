"""The styles thirds and sixths: no network, in the key that is followed."""

from __future__ import annotations

import pytest
from band import Band, still_sounding, tune
from sounded import controller, off, on, sounded, sounding_at

from live.engine.parallel import HARMONIC, MAJOR, NATURAL, below, held_to
from live.errors import AntiphonError
from models.hold import hold_on
from models.key import Key


def nobody(name: str) -> object:
    raise AntiphonError(f"no model named {name!r}")


def band(**settings: object) -> Band:
    return Band(networks=nobody, **{"style": "thirds", "key": "C", **settings})  # type: ignore[arg-type]


def under(player: Band) -> list[int]:
    """What sounds, from the top."""
    return sorted(sounding_at(sounded(player.sent), player.now_ms).values(), reverse=True)


@pytest.mark.parametrize(
    ("style", "voices", "wanted"),
    [
        ("thirds", 1, [64]),
        ("thirds", 2, [64, 60]),
        ("thirds", 3, [64, 60, 55]),
        ("sixths", 1, [59]),
        ("sixths", 2, [62, 59]),
        ("sixths", 3, [62, 59, 55]),
    ],
)
def test_voices_under_g(style: str, voices: int, wanted: list[int]):
    player = band(style=style, voices=voices)
    player.play([(0, on(67))], rest_ms=1)
    assert under(player) == wanted


@pytest.mark.parametrize(
    ("key", "melody", "thirds"),
    [
        ("C", [60, 62, 64, 65, 67, 69, 71, 72], [57, 59, 60, 62, 64, 65, 67, 69]),
        ("D", [74, 76, 78, 79], [71, 73, 74, 76]),
        ("Am", [69, 71, 72, 74, 76, 77, 80, 81], [65, 68, 69, 71, 72, 74, 76, 77]),
        ("C", [61, 63, 66, 68, 70], [57, 60, 62, 64, 67]),  # raised C, lowered E, raised F and G, lowered B
    ],
)
def test_a_third_of_the_key_lies_under_each_note(key: str, melody: list[int], thirds: list[int]):
    player = band(key=key, voices=1)
    player.play(tune(melody), rest_ms=300)
    assert [note.pitch for note in sounded(player.sent)] == thirds


def test_in_minor_the_seventh_is_as_the_melody_has_it():
    player = band(key="Am", voices=1)
    player.play(tune([71, 81, 79, 77, 71, 80, 71]), rest_ms=300)
    assert [note.pitch for note in sounded(player.sent)] == [68, 77, 76, 74, 67, 76, 68]


def test_the_key_that_is_heard_is_followed():
    player = band(key="auto", voices=1)
    player.play(tune([74, 78, 81, 79, 78, 76, 74, 73, 74, 76, 78, 79, 81]), rest_ms=100)
    assert sounded(player.sent)[-1].pitch == 78


def test_steps_of_the_scale_go_on_below_the_tonic():
    assert below(60, 7, Key(0, "major"), MAJOR) == 48
    assert below(60, 9, Key(0, "major"), MAJOR) == 45
    assert below(68, 2, Key(9, "minor"), HARMONIC) == 64
    assert below(67, 2, Key(9, "minor"), NATURAL) == 64


def test_a_hold_takes_the_nearest_tones():
    am = hold_on((9, 0, 4), hard=True, is_chord=True)
    assert held_to([65, 62, 57], am, 69) == [64, 60, 57]
    soft = hold_on((9, 0, 4), hard=False, is_chord=True)
    assert held_to([65, 67], soft, 71) == [64, 67] or held_to([65, 67], soft, 71)[0] == 64
    assert held_to([6], hold_on((0,), hard=False, is_chord=True), 9) == [6]


def test_the_left_hands_chord_is_what_they_are_parallel_in():
    player = band(split=60)
    player.play([(0, on(45)), (0, on(48)), (0, on(52))], rest_ms=100)
    player.play(tune([72, 74, 76, 77, 79]), rest_ms=100)
    assert {note.pitch % 12 for note in sounded(player.sent)} <= {9, 0, 4}
    player.play([(0, on(79))], rest_ms=50)
    player.play([(0, off(45)), (0, off(48)), (0, off(52)), (0, on(43)), (0, on(47)), (0, on(50))], rest_ms=60)
    assert {pitch % 12 for pitch in under(player)} <= {7, 11, 2}
    assert len(under(player)) == 3


def test_each_note_strikes_its_voices_and_ends_them():
    player = band()
    player.play(tune([67, 67, 69], gap_ms=300, length_ms=250), rest_ms=500)
    notes = sounded(player.sent)
    assert len(notes) == 9
    assert {note.end - note.start for note in notes} <= {300.0, 310.0}
    assert not still_sounding(message for _, message in player.sent)


def test_velocity_channels_and_a_falling_legato():
    player = band(voices=2, voice1_channel=5, loudness=0.5)
    player.play([(0, on(72, 100)), (100, on(71, 60)), (130, off(72))], rest_ms=10)
    notes = sounded(player.sent)
    assert {(note.channel, note.velocity) for note in notes} == {(4, 50), (2, 50), (4, 30), (2, 30)}
    assert under(player) == [67, 64]
    player.play([(0, off(71))], rest_ms=100)
    assert under(player) == []


def test_styles_change_while_playing_and_need_no_model():
    player = band(style="thirds", voices=1)
    player.play([(0, on(67))], rest_ms=10)
    player.set("style", "sixths")
    assert under(player) == [], "another style ends what sounds"
    player.play([(10, off(67)), (20, on(69))], rest_ms=5)
    assert under(player) == [60]
    assert player.session.playing is None
    with pytest.raises(AntiphonError, match="chorale"):
        player.set("style", "chorale")
    assert player.session.settings.style == "sixths"
    with pytest.raises(AntiphonError, match="style must be chorale, thirds, sixths or chords"):
        player.set("style", "fourths")
    player.play([(0, controller(120, 0))], rest_ms=5)
    assert not still_sounding(message for _, message in player.sent)
