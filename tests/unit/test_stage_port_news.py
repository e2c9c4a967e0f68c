"""What a stage does when one of its ports loses its device, and when it has it again."""

from __future__ import annotations

from sounded import controller, off, on

from live.stage import records as r
from live.stage.rehearsal import Rehearsal

VOICE_ON, VOICE_OFF = on(48, channel=1), b"\x81\x30\x40"
PEDAL, PEDAL_UP = controller(64, 127), controller(64, 0)


def news(stage: Rehearsal, record: r.PortNews) -> list[bytes]:
    """What is sent because of it."""
    before = len(stage.sent)
    stage.performer.take_note(record)
    assert stage.reports[-1] == record
    return stage.sent[before:]


def test_a_source_that_goes_ends_its_own_notes_and_lifts_its_own_pedals() -> None:
    stage = Rehearsal(thru=[True, True])
    for source, pitch, pedal in ((0, 60, PEDAL), (1, 64, controller(66, 127))):
        stage.hear(on(pitch), source)
        stage.hear(pedal, source)
    stage.order(r.Plan(0, VOICE_ON, 1))
    assert news(stage, r.SourceGone(0)) == [b"\x80\x3c\x40", PEDAL_UP]
    assert news(stage, r.SourceGone(0)) == []
    assert news(stage, r.SourceGone(1)) == [b"\x80\x40\x40", controller(66, 0)]


def test_a_key_that_two_sources_hold_goes_on() -> None:
    stage = Rehearsal(thru=[True, True])
    stage.hear(on(60), 0)
    stage.run(30)
    stage.hear(on(60, 70), 1)
    assert news(stage, r.SourceGone(0)) == []
    stage.hear(off(60), 1)
    assert stage.sent[-1] == off(60)


def test_after_its_return_the_keys_of_a_source_are_its_own() -> None:
    """What guards knew of it is forgotten: no note-off is taken for that of an echo or of a double."""
    stage = Rehearsal(thru=[False, False])
    stage.order(r.Plan(0, on(60), 1))
    stage.hear(on(60), 0)  # an echo
    stage.run(60)
    stage.hear(on(62), 1)
    stage.hear(on(62), 0)  # a double
    news(stage, r.SourceGone(0))
    heard = len(stage.reports)
    stage.hear(off(60), 0)
    stage.hear(off(62), 0)
    assert [record.message for record in stage.reports[heard:]] == [off(60), off(62)]


def test_an_output_that_goes_ends_everything_there_and_is_told_so_when_it_is_back() -> None:
    stage = Rehearsal()
    stage.hear(on(60))
    stage.hear(PEDAL)
    stage.order(r.Plan(0, VOICE_ON, 1, 5))
    told = len(stage.reports)
    sent = news(stage, r.OutputGone(0))
    assert sorted(sent) == sorted([b"\x80\x3c\x40", VOICE_OFF, PEDAL_UP])
    end = next(record for record in stage.reports[told:] if isinstance(record, r.Sent))
    assert (end.message, end.tag, end.flags) == (VOICE_OFF, 1, r.SentFlag.EARLY_END)
    assert not stage.performer.outputs.held.held_by(lambda _: True)
    assert sorted(news(stage, r.OutputBack(0))) == sorted(sent)
    assert news(stage, r.OutputBack(0)) == []
    stage.order(r.Plan(stage.clock.now_ns(), VOICE_ON, 2))
    assert stage.sent[-1] == VOICE_ON
