"""Chorales: four voices, fermatas, titles."""

from __future__ import annotations

import pytest
from kern_text import chorale, tune

from models.grid import SCORE
from models.piece import Piece
from training.chorales import Settings, plain_title, read, wanted
from training.report import RefusedError

ROWS = ("4C 4E 4G 4c", "=1 =1 =1 =1", "2D 2F 4A 2d;", ". . 4B .", "2C; 2E; 2G; 2c")


def piece(*rows: str, key: str = "*C:") -> Piece:
    return read("kern/chor001.krn", chorale(*rows, key=key).encode(), Settings())[0]


def test_voices_are_numbered_from_the_soprano():
    notes = piece(*ROWS).notes
    assert notes[:4, [1, 4]].tolist() == [[60, 0], [55, 1], [52, 2], [48, 3]]


def test_phrases_end_where_the_soprano_has_fermatas_and_at_the_end():
    assert piece(*ROWS).phrases.tolist() == [72, 120]


def test_all_voices_go_home_together():
    assert piece(*ROWS, key="*B-:").notes[:4, 1].tolist() == [62, 57, 54, 50]


def test_the_meter_honours_the_pickup():
    assert piece(*ROWS).meters[0].bar_line == 24


def test_a_chorale_goes_to_events_of_four_voices():
    events = piece(*ROWS).events(SCORE, 4)
    assert events[events[:, 0] == 24][:, [1, 4]].tolist() == [[1, 0], [1, 1], [1, 2], [1, 3]]


def test_what_is_no_four_part_chorale_is_refused():
    for text, reason in (
        (tune("4c"), "not four voices: 1"),
        (chorale("4C 4E 4G 4r"), "without notes"),
        (chorale("4C 4E 4G 2c"), "different length"),
    ):
        with pytest.raises(RefusedError, match=reason):
            read("chor001.krn", text.encode(), Settings())


def test_titles_agree_whatever_their_spelling():
    text = "!!!OTL@@DE: Sch&uuml;tz uns, gro&szlig;er Herr!\n"
    assert plain_title(text) == plain_title("!!!OTL: Schütz uns großer Herr\n")
    assert plain_title("!!!COM: Bach\n") == ""


def test_only_files_of_the_edition_are_read():
    assert wanted("bach-370-chorales/kern/chor001.krn", Settings())
    assert not wanted("essen/europa/deutschl/erk/deut001.krn", Settings())
