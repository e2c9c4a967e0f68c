"""What a page of the panel plays goes the way of an input: thru, ledger, double notes, and its end."""

from __future__ import annotations

from live.stage import records as r
from live.stage.rehearsal import Rehearsal

ON, OFF = b"\x90\x3c\x50", b"\x80\x3c\x00"


def heard(stage: Rehearsal) -> list[r.Heard]:
    return [record for record in stage.reports if isinstance(record, r.Heard)]


def test_a_page_is_heard_with_its_own_stamp_and_is_not_sent_on_by_itself() -> None:
    stage = Rehearsal(thru=(True,))
    page = stage.settings.page(0)
    stage.clock.advance(10**9)
    stage.order(r.FromPage(5, page, ON))
    assert [record.source for record in heard(stage)] == [page]
    assert heard(stage)[0].stamp_ns == 5
    assert stage.sent == []


def test_thru_of_all_is_thru_of_pages() -> None:
    stage = Rehearsal(thru=(False,))
    stage.order(r.SetThru(True), r.FromPage(0, stage.settings.page(1), ON))
    assert stage.sent == [ON]
    stage.order(r.FromPage(0, stage.settings.page(1), OFF))
    assert stage.sent == [ON, OFF]


def test_a_page_that_leaves_leaves_no_note() -> None:
    stage = Rehearsal(thru=(False,))
    page = stage.settings.page(2)
    stage.order(r.SetThru(True), r.FromPage(0, page, ON), r.FromPage(0, page, b"\xb0\x40\x7f"))
    stage.performer.take_note(r.SourceGone(page))
    assert stage.sent[-2:] == [b"\x80\x3c\x40", b"\xb0\x40\x00"]
    assert r.SourceGone(page) in stage.reports


def test_the_same_key_in_two_pages_at_once_counts_once() -> None:
    stage = Rehearsal(thru=(False,))
    stage.order(r.FromPage(0, stage.settings.page(0), ON), r.FromPage(5_000_000, stage.settings.page(1), ON))
    assert len(heard(stage)) == 1
