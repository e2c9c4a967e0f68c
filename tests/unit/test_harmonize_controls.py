"""Harmonize: controllers, keys of music, modes, and the messages that end things."""

from __future__ import annotations

import pytest
from babbler import babbler
from band import Band, still_sounding, tune
from sounded import controller, off, on, sounded, sounding_at

from live.errors import AntiphonError

D_MAJOR = [74, 76, 78, 79, 81, 83, 85, 86, 81, 78, 74, 69, 74, 78, 81, 74]


def band(**settings: object) -> Band:
    return Band(networks=babbler, **settings)


def silent(player: Band) -> bool:
    return not still_sounding(message for _, message in player.sent)


def transposition(player: Band) -> int:
    """Semitones from the player's notes to those that the model heard last."""
    context = player.session.policy._ear.context  # type: ignore[attr-defined]
    return [event.pitch for event in context.recent() if event.voice == 0 and event.pitch][-1] - 67


@pytest.mark.parametrize(
    "message",
    [
        bytes((0xE0, 5, 70)),  # pitch bend
        bytes((0xD0, 33)),  # channel pressure
        controller(1, 99),  # modulation
        controller(11, 12),  # expression
    ],
)
def test_expression_goes_to_the_companions_channels(message: bytes):
    player = band()
    player.play([(0, message)], rest_ms=1)
    assert [sent for _, sent in player.sent] == [
        bytes((message[0] | channel, *message[1:])) for channel in (1, 2, 3)
    ]


@pytest.mark.parametrize("number", [0, 7, 10, 64, 66, 74, 91])
def test_other_controllers_and_programs_do_not(number: int):
    player = band()
    player.play([(0, controller(number, 100)), (1, bytes((0xC0, 5)))], rest_ms=1)
    assert player.sent == []


def test_a_fixed_key_brings_the_music_to_c_and_back():
    player = band(key="D")
    player.play([(0, on(67))], rest_ms=5)
    assert transposition(player) % 12 == 10
    assert player.session.policy.status() == "D"


def test_another_key_acts_from_the_next_strike_and_cuts_nothing():
    player = band(key="C")
    player.play([(0, on(67))], rest_ms=20)
    before = list(player.sent)
    player.set("key", "Eb")
    player.wait(20)
    assert player.sent == before, "a change of key ended or began notes"
    player.play([(0, off(67)), (10, on(67))], rest_ms=5)
    assert transposition(player) % 12 == 9
    assert player.session.policy.status() == "Eb"
    assert set(sounding_at(sounded(player.sent), player.now_ms)) == {1, 2, 3}


def test_what_was_heard_is_heard_again_in_another_key():
    player = band(key="C")
    player.play(tune([67, 69, 71, 72]), rest_ms=20)
    context = player.session.policy._ear.context  # type: ignore[attr-defined]
    before = [event for event in context.recent() if event.pitch]
    player.set("key", "D")
    player.wait(20)
    after = [event for event in player.session.policy._ear.context.recent() if event.pitch]  # type: ignore[attr-defined]
    mute = [event._replace(velocity=0) for event in after]  # this model knows no loudness
    assert mute == [event._replace(pitch=event.pitch - 2, velocity=0) for event in before]


def test_the_key_is_found_from_the_melody():
    player = band()
    player.play(tune(D_MAJOR * 2), rest_ms=100)
    assert player.session.policy.status() == "D"


@pytest.mark.parametrize("key", ["H", "", "C major minor", "7"])
def test_a_key_that_there_is_not_is_refused_in_one_line(key: str):
    player = band(key="C")
    with pytest.raises(AntiphonError, match="key"):
        player.set("key", key)
    assert player.session.settings.key == "C"


def test_another_mode_tells_which_model_plays_now():
    player, told = band(), []
    player.session.on_model = told.append
    assert player.session.playing == "chorale"
    for mode in ("answer", "answer", "off", "harmonize"):
        player.set("mode", mode)
    assert told == ["piano", None, "chorale"]


@pytest.mark.parametrize("mode", ["off", "answer"])
def test_another_mode_ends_the_companions_notes(mode: str):
    player = band()
    player.play([(0, on(67))], rest_ms=100)
    now = player.now_ms
    player.set("mode", mode)
    assert {note.end for note in sounded(player.sent)} == {now}
    player.play([(100, off(67))], rest_ms=20)
    player.set("mode", "harmonize")
    player.play([(0, on(69))], rest_ms=10)
    assert set(sounding_at(sounded(player.sent), player.now_ms)) == {1, 2, 3}


def test_fewer_voices_from_the_next_strike_on():
    player = band()
    player.play([(0, on(67))], rest_ms=100)
    player.set("voices", 1)
    player.wait(10)
    assert len(sounding_at(sounded(player.sent), player.now_ms)) == 3
    player.play([(0, off(67)), (10, on(69))], rest_ms=10)
    assert set(sounding_at(sounded(player.sent), player.now_ms)) == {1}
    player.play([(0, off(69))], rest_ms=100)
    assert silent(player)


@pytest.mark.parametrize("number", [123, 124, 125, 126, 127])
def test_cc_123_and_above_mean_the_keys_are_up(number: int):
    player = band()
    player.play([(0, on(67))], rest_ms=100)
    now = player.now_ms
    player.play([(0, controller(number, 0))], rest_ms=100)
    assert {note.end - now for note in sounded(player.sent)} == {60}


def test_a_reset_of_all_controllers_lifts_the_pedal():
    player = band()
    player.play([(0, controller(64, 127)), (1, on(67)), (50, off(67))], rest_ms=500)
    now = player.now_ms
    player.play([(0, controller(121, 0))], rest_ms=100)
    assert {note.end - now for note in sounded(player.sent)} == {60}


def test_cc_123_under_the_pedal_lets_notes_go_on():
    player = band()
    player.play([(0, controller(64, 127)), (1, on(67)), (50, controller(123, 0))], rest_ms=500)
    assert len(sounding_at(sounded(player.sent), player.now_ms)) == 3
    player.play([(0, controller(64, 0))], rest_ms=100)
    assert silent(player)


@pytest.mark.parametrize("message", [controller(120, 0), bytes((0xFF,))], ids=["CC 120", "system reset"])
def test_all_sound_off_ends_everything_at_once_and_playing_goes_on(message: bytes):
    player = band()
    player.play([(0, on(67))], rest_ms=100)
    now = player.now_ms
    player.play([(0, message)])
    assert {note.end for note in sounded(player.sent)} == {now}
    player.play([(20, off(67)), (30, on(69))], rest_ms=5)
    assert set(sounding_at(sounded(player.sent), player.now_ms)) == {1, 2, 3}
    player.play([(0, off(69))], rest_ms=100)
    assert silent(player)


def test_an_unknown_control_and_a_bad_value_are_refused_in_one_line():
    player = band()
    for name, value in (("speed", 3), ("voices", 9), ("mode", "dance"), ("top_p", "much"), ("thru", "maybe")):
        with pytest.raises(AntiphonError, match=name):
            player.set(name, value)
    assert player.session.settings.mode == "harmonize"


def test_a_mode_whose_model_is_not_there_changes_nothing():
    def only_chorale(name: str) -> object:
        if name != "chorale":
            raise AntiphonError(f"no model named {name!r}")
        return babbler(name)

    player = Band(networks=only_chorale)  # type: ignore[arg-type]
    player.play([(0, on(67))], rest_ms=10)
    with pytest.raises(AntiphonError, match="piano"):
        player.set("mode", "answer")
    assert player.session.settings.mode == "harmonize"
    assert len(sounding_at(sounded(player.sent), player.now_ms)) == 3
