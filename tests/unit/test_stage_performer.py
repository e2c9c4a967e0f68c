from live.stage import records as r
from live.stage.clock import MILLISECOND
from live.stage.records import CancelMode, SentFlag
from live.stage.rehearsal import Rehearsal

ON, OFF = b"\x90\x3c\x40", b"\x80\x3c\x40"  # channel 1, middle C
CHOIR_ON, CHOIR_OFF = b"\x91\x3c\x30", b"\x81\x3c\x40"  # the companion's channel 2


def at(milliseconds: float) -> int:
    return round(milliseconds * MILLISECOND)


def reports(stage: Rehearsal, kind: type) -> list:
    return [record for record in stage.reports if isinstance(record, kind)]


def test_a_planned_note_is_sent_at_its_moment_and_reported() -> None:
    stage = Rehearsal()
    stage.order(r.Plan(at(10), CHOIR_ON, 7, 70), r.Plan(at(30), CHOIR_OFF, 7, 71))
    stage.run(50)
    assert [(d.at_ns, d.message) for d in stage.sink.deliveries] == [
        (at(10), CHOIR_ON),
        (at(30), CHOIR_OFF),
    ]
    assert stage.reports == [
        r.Sent(at(10), at(10), CHOIR_ON, 7, 70),
        r.Sent(at(30), at(30), CHOIR_OFF, 7, 71),
    ]


def test_a_late_note_on_is_dropped_and_counted_and_its_end_is_no_matter() -> None:
    stage = Rehearsal()
    stage.run(100)
    stage.order(r.Plan(at(49), CHOIR_ON, 1), r.Plan(at(60), CHOIR_OFF, 1))
    assert stage.sent == []
    assert stage.performer.counts[r.Counter.LATE_DROPPED] == 1
    assert reports(stage, r.Dropped)[0].reason is r.DropReason.LATE


def test_a_late_note_off_is_always_sent() -> None:
    stage = Rehearsal()
    stage.order(r.Plan(0, CHOIR_ON, 1))
    stage.run(5000)
    stage.order(r.Plan(at(60), CHOIR_OFF, 1))
    assert stage.sent == [CHOIR_ON, CHOIR_OFF]


def test_the_late_limit_can_be_set() -> None:
    stage = Rehearsal()
    stage.order(r.SetLateLimit(at(200)))
    stage.run(100)
    stage.order(r.Plan(0, CHOIR_ON, 1))
    assert stage.sent == [CHOIR_ON]


def test_a_note_whose_end_overtook_it_never_sounds() -> None:
    stage = Rehearsal()
    stage.run(20)
    stage.order(r.Plan(at(15), CHOIR_OFF, 1))
    stage.order(r.Plan(at(10), CHOIR_ON, 1))
    assert stage.sent == []
    assert reports(stage, r.Dropped)[0].reason is r.DropReason.ENDED


def test_a_note_without_length_never_sounds() -> None:
    stage = Rehearsal()
    stage.order(r.Plan(at(5), CHOIR_ON, 1), r.Plan(at(5), CHOIR_OFF, 1))
    stage.run(10)
    assert stage.sent == []


def test_after_a_dropped_note_the_same_key_can_be_struck_at_its_end() -> None:
    stage = Rehearsal()
    stage.run(100)
    stage.order(r.Plan(0, CHOIR_ON, 1))  # too late
    stage.order(r.Plan(at(120), CHOIR_OFF, 1), r.Plan(at(120), CHOIR_ON, 1))
    stage.run(50)
    assert stage.sent == [CHOIR_ON]


def test_thru_is_byte_for_byte() -> None:
    stage = Rehearsal()
    said = [
        ON,
        b"\xb0\x01\x05",
        b"\x90\x3c\x00",  # a note-off in its other spelling stays so
        b"\xf0\x7e\x7f\x09\x01\xf7",
        b"\xf8",
        b"\x80\x20\x10",  # an orphan
    ]
    for message in said:
        stage.hear(message)
    assert stage.sent == said
    assert [h.message for h in reports(stage, r.Heard)] == [m for m in said if len(m) <= 3]
    assert all(h.flags is r.HeardFlag.THRU for h in reports(stage, r.Heard))
    assert stage.performer.counts[r.Counter.LONG_MESSAGES] == 1


def test_without_thru_everything_is_heard_and_nothing_sent() -> None:
    stage = Rehearsal(thru=[False])
    stage.hear(ON)
    stage.hear(OFF)
    assert stage.sent == []
    assert [h.message for h in reports(stage, r.Heard)] == [ON, OFF]
    assert reports(stage, r.Heard)[0].flags is r.HeardFlag.NONE


def test_a_key_that_is_down_keeps_its_end_when_thru_goes_off() -> None:
    stage = Rehearsal()
    stage.hear(ON)
    stage.hear(b"\xb0\x40\x7f")  # pedal down
    stage.order(r.SetThru(False))
    stage.hear(b"\x90\x40\x40")  # not sent
    stage.hear(OFF)
    stage.hear(b"\xb0\x40\x00")  # pedal up
    assert stage.sent == [ON, b"\xb0\x40\x7f", OFF, b"\xb0\x40\x00"]


def test_a_blocked_controller_is_heard_and_not_sent_on() -> None:
    stage = Rehearsal()
    stage.order(r.SetBlocked(0, 21))
    stage.hear(b"\xb0\x15\x40")
    stage.hear(b"\xb0\x16\x40")
    stage.order(r.SetBlocked(9))
    stage.hear(b"\x99\x24\x40")
    assert stage.sent == [b"\xb0\x16\x40"]
    assert len(reports(stage, r.Heard)) == 3


def test_a_second_owner_sends_no_second_note_on_and_the_last_sends_the_note_off() -> None:
    stage = Rehearsal()
    stage.hear(ON)
    stage.order(r.Plan(0, b"\x90\x3c\x20", 1))
    stage.hear(OFF)
    assert stage.sent == [ON]
    stage.order(r.Plan(0, b"\x80\x3c\x11", 1))
    assert stage.sent == [ON, b"\x80\x3c\x11"]
    assert [s.flags for s in reports(stage, r.Sent)] == [SentFlag.MERGED, SentFlag.NONE]


def test_a_tag_that_strikes_again_ends_its_note_first() -> None:
    stage = Rehearsal()
    stage.order(r.Plan(0, CHOIR_ON, 1), r.Plan(0, CHOIR_ON, 1))
    assert stage.sent == [CHOIR_ON, CHOIR_OFF, CHOIR_ON]


def test_cancel_ends_what_sounds_and_drops_what_waits() -> None:
    stage = Rehearsal()
    later = b"\x91\x40\x30"
    stage.order(r.Plan(0, CHOIR_ON, 1), r.Plan(at(50), CHOIR_OFF, 1), r.Plan(at(20), later, 1))
    stage.order(r.Plan(at(20), b"\x91\x43\x30", 2))
    stage.order(r.Cancel(1))
    stage.run(100)
    assert stage.sent == [CHOIR_ON, CHOIR_OFF, b"\x91\x43\x30"]
    assert reports(stage, r.Cancelled) == [r.Cancelled(1, 2, 1)]
    assert reports(stage, r.Sent)[1].flags is SentFlag.EARLY_END


def test_let_ring_drops_only_what_would_start() -> None:
    stage = Rehearsal()
    stage.order(r.Plan(0, CHOIR_ON, 1), r.Plan(at(50), CHOIR_OFF, 1))
    stage.order(r.Plan(at(20), b"\x91\x40\x30", 1), r.Plan(at(60), b"\x81\x40\x40", 1))
    stage.order(r.Cancel(1, CancelMode.LET_RING))
    stage.run(100)
    assert [(d.at_ns, d.message) for d in stage.sink.deliveries] == [
        (0, CHOIR_ON),
        (at(50), CHOIR_OFF),
    ]


def test_keep_lets_a_voice_be_adopted() -> None:
    stage = Rehearsal()
    stage.order(r.Plan(0, CHOIR_ON, 1), r.Plan(at(60), CHOIR_OFF, 1))
    stage.order(r.Cancel(1, CancelMode.KEEP, 1, 60))
    stage.run(100)
    assert stage.sent == [CHOIR_ON]
    stage.order(r.Plan(0, CHOIR_OFF, 1))
    assert stage.sent == [CHOIR_ON, CHOIR_OFF]


def test_release_companion_leaves_thru_alone() -> None:
    stage = Rehearsal()
    stage.hear(ON)
    stage.order(r.Plan(0, CHOIR_ON, 1), r.Plan(at(50), b"\x91\x40\x40", 2))
    stage.order(r.ReleaseCompanion())
    stage.run(100)
    assert stage.sent == [ON, CHOIR_ON, CHOIR_OFF]
    assert reports(stage, r.Cancelled) == [r.Cancelled(0, 1, 1)]


def test_cc_120_ends_everything() -> None:
    stage = Rehearsal()
    stage.hear(b"\xb0\x40\x7f")
    stage.hear(ON)
    stage.order(r.Plan(0, CHOIR_ON, 1), r.Plan(at(9), b"\x91\x40\x40", 1))
    stage.hear(b"\xb0\x78\x00")
    stage.run(100)
    assert stage.sent[3:] == [b"\xb0\x78\x00", OFF, CHOIR_OFF, b"\xb0\x40\x00"]


def test_cc_123_means_these_keys_are_up_and_cuts_no_companion() -> None:
    stage = Rehearsal()
    stage.hear(ON)
    stage.order(r.Plan(0, CHOIR_ON, 1), r.Plan(0, b"\x90\x43\x30", 1))
    stage.hear(b"\xb0\x7b\x00")  # the companion holds a key of this channel: not sent on
    assert stage.sent[3:] == [OFF]
    stage.hear(b"\xb2\x7b\x00")  # nobody does here
    assert stage.sent[4:] == [b"\xb2\x7b\x00"]


def test_panic_ends_everything_on_all_channels() -> None:
    stage = Rehearsal()
    stage.hear(ON)
    stage.order(r.Panic())
    assert stage.sent[1] == OFF
    assert len(stage.sent) == 2 + 16 * 3
    assert stage.sent[-1] == b"\xbf\x78\x00"


def test_a_silence_is_sent_whatever_the_ledger_says() -> None:
    stage = Rehearsal()
    stage.order(r.Silence(1, 60))
    assert stage.sent == [CHOIR_OFF]


def test_an_echo_of_our_own_note_is_swallowed_once_with_its_end() -> None:
    stage = Rehearsal(thru=[True])
    stage.order(r.Plan(0, CHOIR_ON, 1))
    stage.run(10)
    stage.hear(CHOIR_ON)  # it comes back
    stage.hear(CHOIR_OFF)
    assert reports(stage, r.Heard) == []
    stage.hear(CHOIR_ON)  # and now somebody plays it
    assert len(reports(stage, r.Heard)) == 1
    assert stage.performer.counts[r.Counter.ECHOES] == 2


def test_after_50_ms_or_with_another_velocity_it_is_no_echo() -> None:
    stage = Rehearsal(thru=[False])
    stage.order(r.Plan(0, CHOIR_ON, 1))
    stage.hear(b"\x91\x3c\x31")
    stage.run(51)
    stage.hear(CHOIR_ON)
    assert len(reports(stage, r.Heard)) == 2


def test_a_loop_through_thru_neither_hangs_nor_sounds_twice() -> None:
    stage = Rehearsal()
    stage.hear(ON)
    stage.hear(ON)  # what was sent comes back
    stage.hear(OFF)  # the player's own
    stage.hear(OFF)  # comes back
    assert stage.sent == [ON, OFF]


def test_a_fast_repetition_of_the_player_is_no_echo() -> None:
    stage = Rehearsal()
    for _ in range(4):
        stage.hear(ON)
        stage.run(10)
        stage.hear(OFF)
        stage.run(10)
    assert stage.sent == [ON, OFF] * 4


def test_a_flood_mutes_thru_with_one_line_until_it_is_switched_on_again() -> None:
    stage = Rehearsal()
    stage.hear(b"\x90\x40\x40")
    for _ in range(300):
        stage.hear(b"\xb0\x01\x05")
        stage.run(2)
    lines = reports(stage, r.Text)
    assert len(lines) == 1
    assert lines[0].text.startswith("thru is muted")
    assert stage.sent.count(b"\xb0\x01\x05") == 200
    assert stage.sent[-1] == b"\x80\x40\x40"  # nothing stays behind the mute
    stage.order(r.SetThru(True))
    stage.hear(ON)
    assert stage.sent[-1] == ON


def test_a_flood_is_seen_whenever_its_second_begins() -> None:
    stage = Rehearsal()
    stage.hear(b"\xb0\x01\x05")  # a second that is counted from here would end in the middle
    stage.run(700)
    for _ in range(250):
        stage.hear(b"\xb0\x01\x05")
        stage.run(2)
    assert stage.sent.count(b"\xb0\x01\x05") == 201
    assert stage.performer.counts[r.Counter.THRU_MUTED] == 1


def test_200_identical_messages_a_second_are_music() -> None:
    stage = Rehearsal()
    for _ in range(1000):
        stage.hear(b"\xf8")
        stage.run(5.001)
    assert len(stage.sent) == 1000


def test_the_same_note_from_two_sources_within_20_ms_counts_once() -> None:
    stage = Rehearsal(thru=[False, True])
    stage.hear(ON, source=0)
    stage.run(19)
    stage.hear(ON, source=1)
    stage.hear(OFF, source=1)
    stage.hear(OFF, source=0)
    assert [(h.source, h.message) for h in reports(stage, r.Heard)] == [(0, ON), (0, OFF)]
    assert stage.sent == [ON, OFF]  # thru of the second source is not touched
    assert stage.performer.counts[r.Counter.DOUBLES] == 2


def test_later_than_20_ms_two_sources_are_two_players() -> None:
    stage = Rehearsal(thru=[False, False])
    stage.hear(ON, source=0)
    stage.run(21)
    stage.hear(ON, source=1)
    assert len(reports(stage, r.Heard)) == 2


def test_the_end_ends_everything_and_lifts_pedals() -> None:
    stage = Rehearsal()
    stage.hear(ON)
    stage.hear(b"\xb0\x42\x7f")
    stage.order(r.Plan(0, CHOIR_ON, 1), r.Plan(at(10), b"\x91\x40\x40", 1))
    stage.performer.end_everything()
    stage.run(100)
    assert stage.sent[3:] == [OFF, CHOIR_OFF, b"\xb0\x42\x00"]
    stage.performer.end_everything()
    assert len(stage.sent) == 6
