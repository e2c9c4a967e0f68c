"""What a session sounded like, from its lines: notes, controllers, and what was cut off."""

from __future__ import annotations

from sounded import controller, off, on

from live.sessions.lines import Entry
from live.sessions.tracks import Control, Listener, Played, Track, cut
from live.stage.records import SentFlag

MS = 1_000_000


def listened(*entries: Entry, inputs: list[str] | None = None) -> list[Track]:
    listener = Listener(inputs)
    for entry in entries:
        listener.listen(entry)
    return listener.tracks()


def heard(ms: int, message: bytes, source: int = 0) -> Entry:
    return Entry("heard", ms * MS + 500, [ms * MS, source, list(message), 0])


def sent(ms: int, message: bytes, tag: int = 1, flags: SentFlag = SentFlag.NONE) -> Entry:
    return Entry("sent", ms * MS + 500, [ms * MS, ms * MS, list(message), tag, 0, 0, flags])


def note(
    start: float, end: float, pitch: int, velocity: int = 80, channel: int = 0, release: int = 0
) -> Played:
    return Played(round(start * MS), round(end * MS), channel, pitch, velocity, release)


def test_player_and_companion_are_tracks_with_notes_and_controllers():
    player, companion = listened(
        heard(0, controller(64, 127)),
        heard(10, on(60)),
        sent(12, on(52, 60, 1)),
        heard(300, off(60)),
        sent(360, off(52, 1)),
        heard(400, controller(64, 0)),
    )
    assert (player.name, companion.name) == ("player", "companion")
    assert player.notes == [note(10, 300, 60)]
    assert player.controls == [Control(0, controller(64, 127)), Control(400 * MS, controller(64, 0))]
    assert companion.notes == [note(12, 360, 52, 60, 1)]


def test_a_track_for_each_channel_of_the_companion_and_each_input():
    tracks = listened(
        heard(0, on(60)), heard(1, on(64), source=1), sent(2, on(50, 60, 1)), sent(2, on(45, 60, 2)),
        inputs=["Piano", "Pads"],
    )  # fmt: skip
    assert [track.name for track in tracks] == [
        "player, Piano",
        "player, Pads",
        "companion, channel 2",
        "companion, channel 3",
    ]


def test_both_tracks_are_there_when_nobody_played():
    assert [(track.name, track.notes) for track in listened()] == [("player", []), ("companion", [])]


def test_a_key_struck_again_ends_its_note_and_a_release_of_nothing_is_nothing():
    player, _ = listened(heard(0, off(60)), heard(10, on(60)), heard(50, on(60, 90)), heard(90, off(60)))
    assert [each._replace(release=0) for each in player.notes] == [note(10, 50, 60), note(50, 90, 60, 90)]


def test_a_note_with_two_owners_lasts_until_both_let_go():
    _, companion = listened(
        sent(0, on(60), tag=1),
        sent(50, on(60), tag=2, flags=SentFlag.MERGED),
        sent(100, off(60), tag=1, flags=SentFlag.MERGED),
        sent(150, off(60), tag=2),
    )
    assert companion.notes == [note(0, 150, 60)]


def test_what_sounds_when_ports_are_lost_or_the_file_ends_ends_there():
    player, companion = listened(
        heard(0, on(60)), sent(1, on(50)), Entry("port lost", 70 * MS, [1, 255]),
        heard(100, on(62)), Entry("wake", 130 * MS, []),
    )  # fmt: skip
    assert [each[:2] for each in player.notes] == [(0, 70 * MS), (100 * MS, 130 * MS)]
    assert [each[:2] for each in companion.notes] == [(1 * MS, 70 * MS)]


def test_all_notes_off_and_all_sound_off_end_keys_of_their_channel_and_a_reset_all():
    for ends in (controller(123, 0), controller(120, 0), b"\xff"):
        player, _ = listened(
            heard(0, on(60)), heard(5, on(67, channel=1)), heard(40, ends), Entry("wake", 90 * MS, [])
        )
        ended = {each.pitch: each.end_ns // MS for each in player.notes}
        assert ended == {60: 40, 67: 40 if ends == b"\xff" else 90}
    player, _ = listened(heard(0, b"\xf8"), heard(1, b"\xfe"))
    assert player.controls == []


def test_a_window_cuts_notes_and_tells_how_controllers_stood():
    player, companion = cut(
        listened(
            heard(0, controller(64, 127)),
            heard(1, controller(7, 90)),
            heard(2, controller(7, 100)),
            heard(3, bytes((0xE0, 1, 2))),
            heard(10, on(60)),
            sent(10, on(50, 60, 1)),
            sent(90, off(50, 1)),
            heard(150, on(64)),
            heard(160, controller(1, 5)),
            heard(300, off(60)),
            heard(350, off(64)),
            heard(500, on(70)),
            heard(510, off(70)),
        ),
        100 * MS,
        200 * MS,
    )
    assert player.notes == [note(100, 200, 60), note(150, 200, 64)]
    assert player.controls == [
        Control(100 * MS, controller(64, 127)),
        Control(100 * MS, controller(7, 100)),
        Control(100 * MS, bytes((0xE0, 1, 2))),
        Control(160 * MS, controller(1, 5)),
        Control(200 * MS, controller(64, 0)),
    ]
    assert companion.notes == []
