"""Where there is room beside the player: the other side, the widest gap, and no hasty moves."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.engine.room import APART, NARROWEST, Band, Room

LOW, HIGH = 21, 108
STEP_NS = 250_000_000


def room(*pitches: int) -> Room:
    found = Room(LOW, HIGH)
    play(found, pitches)
    return found


def play(where: Room, pitches: Iterable[int], begin_ns: int = 0) -> int:
    for number, pitch in enumerate(pitches):
        where.strike(begin_ns + number * STEP_NS, pitch)
    return begin_ns + number * STEP_NS


def test_before_anybody_plays_there_is_none():
    assert Room(LOW, HIGH).band() is None


@pytest.mark.parametrize(
    ("pitches", "below"), [([72, 74, 76, 79], True), ([40, 43, 47, 45], False), ([60], False), ([67], True)]
)
def test_it_is_on_the_other_side(pitches: list[int], below: bool):
    band = room(*pitches).band()
    assert band is not None
    if below:
        assert band == (LOW, min(pitches) - APART - 1)
    else:
        assert band == (max(pitches) + APART + 1, HIGH)


def test_between_two_hands_far_apart_it_is_in_the_middle():
    band = room(*[34, 88, 36, 91, 38, 86] * 4).band()
    assert band == (38 + APART + 1, 86 - APART - 1)


def test_a_single_note_far_away_takes_no_room_but_two_do():
    where = room(*[72, 74, 76, 74] * 4)
    at = 16 * STEP_NS
    where.strike(at, 40)
    assert where.band() == (LOW, 69 - APART + 2)
    where.strike(at + STEP_NS, 41)
    where.strike(at + 2 * STEP_NS, 40)
    band = where.band()
    assert band is not None
    assert 40 not in band
    assert 41 not in band


def test_a_key_that_is_held_takes_room():
    where = room(*[72, 74, 76, 74] * 2)
    assert where.band(held=[45]) == (45 + APART + 1, 72 - APART - 1)


def test_it_does_not_leave_for_a_room_that_is_hardly_wider():
    where = room(*[66, 67, 69] * 5)
    below = where.band()
    assert below is not None
    assert below.low == LOW
    at = play(where, [62, 62, 64, 62] * 3, 15 * STEP_NS)  # now there is a little more above
    assert where.band() == (LOW, 62 - APART - 1)
    play(where, [50, 52, 50] * 8, at)  # now there is much more
    above = where.band()
    assert above is not None
    assert above.high == HIGH


def test_what_he_left_long_ago_is_free_again():
    where = room(*[40, 43, 45] * 4)
    play(where, [76, 79, 77] * 12, 12 * STEP_NS)
    band = where.band()
    assert band is not None
    assert 43 in band


@given(
    strikes=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 127)), min_size=1, max_size=60),
    held=st.sets(st.integers(0, 127), max_size=6),
)
def test_any_room_is_wide_enough_inside_the_instrument_and_leaves_held_keys_alone(
    strikes: list[tuple[int, int]], held: set[int]
):
    where, now = Room(LOW, HIGH), 0
    for gap_ms, pitch in strikes:
        now += gap_ms * 1_000_000
        where.strike(now, pitch)
    band = where.band(held)
    if band is not None:
        assert isinstance(band, Band)
        assert band.low >= LOW
        assert band.high <= HIGH
        assert band.high - band.low + 1 >= NARROWEST
        assert where.band(held) == band  # asking moves nothing
