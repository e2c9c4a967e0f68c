"""Events that no network could predict are found."""

from __future__ import annotations

from models.events import Event, EventArray, Kind, to_array
from models.grid import PERFORMANCE, SCORE
from training import legal
from training.legal import forbidden


def piece(*events: Event) -> EventArray:
    return to_array([Event(0, Kind.START), *events])


def test_a_sound_piece_has_none():
    events = piece(
        Event(0, Kind.ON, 60, 64),
        Event(5, Kind.OFF, 60),
        Event(5, Kind.END),
    )
    assert forbidden(events, PERFORMANCE, 1).tolist() == []
    assert forbidden(events, SCORE, 1).tolist() == []


def test_orphans_and_strikes_of_what_sounds_are_found():
    events = piece(
        Event(0, Kind.OFF, 60),
        Event(1, Kind.ON, 60, 64),
        Event(2, Kind.ON, 60, 64),
        Event(3, Kind.END),
    )
    assert forbidden(events, PERFORMANCE, 1).tolist() == [1, 3, 4]


def test_what_begins_and_ends_in_one_tick_is_found():
    events = piece(Event(0, Kind.ON, 60, 64), Event(0, Kind.OFF, 60))
    assert forbidden(events, PERFORMANCE, 1).tolist() == [2]


def test_the_wrong_order_in_a_tick_is_found():
    events = piece(Event(0, Kind.ON, 60, 64, 1), Event(0, Kind.ON, 64, 64, 0))
    assert forbidden(events, SCORE, 2).tolist() == [2]


def test_long_pieces_are_looked_at_in_parts(monkeypatch):
    monkeypatch.setattr(legal, "CHUNK", 2)
    events = piece(
        Event(0, Kind.ON, 60, 64),
        Event(1, Kind.ON, 64, 64),
        Event(2, Kind.OFF, 60),
        Event(3, Kind.OFF, 60),
        Event(4, Kind.OFF, 64),
        Event(4, Kind.END),
    )
    assert forbidden(events, PERFORMANCE, 1).tolist() == [4]
