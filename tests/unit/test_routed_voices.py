"""Routes and filters as controls of a session: what is sent, and what is heard."""

from __future__ import annotations

import pytest
from band import Band, still_sounding, tune
from sounded import controller, off, on, sounded

from live.commands.ways import listen_settings, voice_settings
from live.controls import BY_NAME, Settings
from live.engine.chosen import Chosen
from live.engine.listening import EVERY_CHANNEL
from live.engine.routing import Route
from live.errors import AntiphonError
from live.stage import records as r
from live.voice_controls import dealt

BEND, REST = b"\xe0\x00\x60", b"\xe0\x00\x40"


def band(**settings: object) -> Band:
    return Band(model=None, **settings)


def struck(player: Band) -> list[bytes]:
    return [message for _, message in player.sent if message[0] & 0xF0 == 0x90 and message[2]]


def test_by_default_voices_play_on_channels_2_3_and_4_as_they_are() -> None:
    chosen = Chosen(Settings)
    assert chosen.routes() == tuple(Route(channel, velocity=80) for channel in (1, 2, 3))
    assert chosen.filter().channels == EVERY_CHANNEL


def test_a_voice_that_fits_nowhere_is_silent_and_the_others_play() -> None:
    player = band(voice2_low=60, voice2_high=60)
    player.play(tune([72, 74, 76, 77, 79]), rest_ms=500)
    assert {message[0] & 0x0F for message in struck(player)} >= {1, 3}
    assert all(message[1] == 60 for message in struck(player) if message[0] & 0x0F == 2)
    assert not still_sounding(message for _, message in player.sent)


def test_voices_on_one_key_are_struck_once_and_end_with_the_last() -> None:
    settings = {f"voice{n}_{name}": v for n in (1, 2, 3) for name, v in (("low", 48), ("high", 59))}
    player = band(**settings, **dealt((2,)))
    player.play(tune([72, 74, 76, 77, 79]), rest_ms=500)
    sounded(player.sent)  # nothing struck while it sounds
    assert not still_sounding(message for _, message in player.sent)


def test_an_answer_takes_the_route_of_the_first_voice() -> None:
    player = band(mode="answer", voice1_channel=7, voice1_transpose=12, voice1_low=72, voice1_high=95)
    player.play(tune([60, 62, 64, 65, 67], gap_ms=200, length_ms=150), rest_ms=6000)
    player.stop()
    assert {message[0] & 0x0F for message in struck(player)} == {6}
    assert all(72 <= message[1] <= 95 for message in struck(player))
    sounded(player.sent)
    assert not still_sounding(message for _, message in player.sent)


def test_an_answer_on_a_single_key_ends_in_time_and_the_next_phrase_is_answered() -> None:
    player = band(mode="answer", voice1_low=60, voice1_high=60, voice1_curve="fixed", voice1_velocity=90)
    for _ in range(3):
        before = len(struck(player))
        player.play(tune([60, 62, 64, 65, 67, 72], gap_ms=200, length_ms=150), rest_ms=9000)
        if len(struck(player)) > before:
            break
    assert set(struck(player)) == {b"\x91\x3c\x5a"}
    sounded(player.sent)
    player.play(tune([60, 62]), rest_ms=100)
    assert not still_sounding(message for _, message in player.sent)


def test_of_notes_of_an_answer_that_fold_onto_one_key_the_first_has_it() -> None:
    player = band(mode="answer", voice1_low=60, voice1_high=71)
    octaves = [
        (at, bytes((m[0], m[1] - down, m[2])))
        for at, m in tune([72, 74, 76, 77, 79, 84] * 2)
        for down in (0, 12, 24)
    ]
    player.play(octaves, rest_ms=12_000)
    sent = [record for record in player.stage.reports if isinstance(record, r.Sent)]
    assert len(sent) > 10
    assert not any(record.flags & r.SentFlag.EARLY_END for record in sent), "struck while it sounded"
    sounded(player.sent)
    assert not still_sounding(message for _, message in player.sent)


def test_an_answer_ends_each_note_where_it_began_though_the_route_changes_all_the_time() -> None:
    player = band(mode="answer")
    player.play(tune([60, 64, 67, 72, 67, 64, 60, 62], gap_ms=250, length_ms=200))
    for number in range(120):
        player.wait(50)
        player.set("voice1_channel", (2, 5, 9)[number % 3])
        player.set("voice1_transpose", (0, 12, -5)[number % 3])
    player.wait(4000)
    assert len({message[0] & 0x0F for message in struck(player)}) > 1
    sounded(player.sent)
    assert not still_sounding(message for _, message in player.sent)


def test_a_change_while_voices_sound_cuts_nothing_and_acts_from_the_next_strike() -> None:
    player = band()
    player.play([(0, on(72))], rest_ms=50)
    before = list(player.sent)
    for name, value in (("voice1_channel", 9), ("voice2_transpose", -12), ("voice3_low", 100)):
        player.set(name, value)
    player.wait(50)
    assert player.sent == before
    player.play([(0, off(72))], rest_ms=200)
    assert not still_sounding(message for _, message in player.sent)
    player.play([(0, on(74)), (200, off(74))], rest_ms=200)
    again = {message[0] & 0x0F for _, message in player.sent[len(before) :]} - {1}
    assert 8 in again
    sounded(player.sent)


def test_programs_are_told_at_the_start_on_a_change_and_when_the_synth_came_back() -> None:
    player = band(voice1_program=53, voice3_program=1, voice3_bank=129)
    everything = [b"\xc1\x34", b"\xb3\x00\x01", b"\xb3\x20\x01", b"\xc3\x00"]
    for record in (r.Ready(True, 1, 1, 1), r.OutputBack(0)):
        told = len(player.sent)
        player.session.on_record(record, player.stage.clock.now_ns())
        player.wait(1)
        assert [message for _, message in player.sent[told:]] == everything
    told = len(player.sent)
    player.set("voice1_channel", 6)
    player.set("voice2_program", 7)
    player.wait(1)
    assert [message for _, message in player.sent[told:]] == [b"\xc5\x34", b"\xc2\x06"]


def test_expression_goes_to_the_channels_of_the_routes() -> None:
    player = band(voice1_channel=5, voice2_channel=5, voice3_channel=7)
    player.play([(0, BEND), (20, controller(1, 9)), (30, REST)])
    assert [message for _, message in player.sent] == [
        *(b"\xe4\x00\x60", b"\xe6\x00\x60"),
        *(b"\xb4\x01\x09", b"\xb6\x01\x09"),
        *(b"\xe4\x00\x40", b"\xe6\x00\x40"),
    ]


def test_what_is_not_listened_to_is_not_harmonised() -> None:
    player = band(listen="2", listen_low=60)
    player.play(tune([72, 74, 76]), rest_ms=300)
    player.play([(0, on(59, channel=1)), (100, off(59, channel=1))], rest_ms=300)
    assert player.sent == []
    player.play([(0, on(60, channel=1)), (100, off(60, channel=1))], rest_ms=300)
    assert struck(player)


def test_a_key_that_is_down_is_let_go_though_it_is_no_longer_listened_to() -> None:
    player = band()
    player.play([(0, on(72))], rest_ms=50)
    player.set("listen", "5")
    player.play([(0, off(72))], rest_ms=200)
    assert not still_sounding(message for _, message in player.sent)


def test_a_source_that_vanishes_lets_go_its_keys() -> None:
    player = band()
    player.play([(0, controller(64, 127)), (0, on(72))], rest_ms=50)
    assert still_sounding(message for _, message in player.sent)
    player.stage.performer.take_note(r.SourceGone(0))
    player.wait(5)  # its harmony does not linger
    assert not still_sounding(message for _, message in player.sent)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (
            "1:channel=2,program=52,low=48,high=72,transpose=-12,curve=soft",
            {"channel": 2, "program": 52, "low": 48, "high": 72, "transpose": -12, "curve": "soft"},
        ),
        ("1: low = C3 , high = f#5", {"low": 48, "high": 78}),
        ("1:low=Bb-1", {"low": 10}),
        ("1:bank=130,curve=fixed,velocity=90", {"bank": 130, "curve": "fixed", "velocity": 90}),
    ],
)
def test_a_voice_in_words(said: str, meant: dict[str, object]) -> None:
    assert voice_settings([said]) == {f"voice1_{name}": value for name, value in meant.items()}


def test_what_is_listened_to_in_words() -> None:
    assert listen_settings("1,3-5,low=C3,transpose=12") == {
        "listen": "1,3,4,5",
        "listen_low": 48,
        "listen_transpose": 12,
    }
    assert listen_settings("curve=hard") == {"listen_curve": "hard"}
    assert listen_settings("all") == {"listen": "all"}
    assert listen_settings(None) == {}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("4:channel=1", r"--voice 4:channel=1: write the voice \(1 to 3\)"),
        ("channel=1", "write the voice"),
        ("1:", "write the voice"),
        ("1:channel", "write channel=value"),
        ("1:chanel=2", "'chanel' is none of channel, program, bank"),
        ("1:channel=10", "1 to 16 without 10, which is for drums"),
        ("1:low=H3", "voice1_low must be 0 to 127"),
        ("1:low=G#9", "voice1_low must be 0 to 127"),
        ("1:curve=steep", "linear, soft, hard or fixed"),
    ],
)
def test_a_voice_in_wrong_words(said: str, why: str) -> None:
    with pytest.raises(AntiphonError, match=why):
        voice_settings([said])


@pytest.mark.parametrize("said", ["0", "17", "5-3", "x", "", "low=x"])
def test_channels_in_wrong_words(said: str) -> None:
    with pytest.raises(AntiphonError, match="must be"):
        listen_settings(said)


def test_a_knob_never_chooses_the_drums() -> None:
    row = BY_NAME["voice2_channel"]
    chosen = {row.from_unit(place / 100) for place in range(101)}
    assert chosen == {*range(1, 17)} - {10}
    assert all(row.from_unit(row.to_unit(value)) == value for value in chosen)


def test_a_mute_voice_is_silent_from_the_next_strike_and_the_others_play() -> None:
    player = band()
    player.play(tune([72, 74]), rest_ms=100)
    assert {message[0] & 0x0F for message in struck(player)} == {1, 2, 3}
    player.session.set("voice2_mute", "on", player.stage.clock.now_ns())
    before = len(struck(player))
    player.play(tune([76, 77, 79]), rest_ms=500)
    assert {message[0] & 0x0F for message in struck(player)[before:]} == {1, 3}
    assert not still_sounding(message for _, message in player.sent)
    player.session.set("voice2_mute", "off", player.stage.clock.now_ns())
    before = len(struck(player))
    player.play(tune([72, 74]), rest_ms=500)
    assert {message[0] & 0x0F for message in struck(player)[before:]} == {1, 2, 3}
