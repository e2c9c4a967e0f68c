"""Notes become events and notes again, exactly, on both grids."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from made import performance_piece, score_piece

from models.convert import events_to_notes, note_array, notes_to_events
from models.events import KIND, TIME, Event, Kind, Note, from_array, to_array
from models.grid import PERFORMANCE, SCORE

SILENCE = st.integers(0, 60)
LENGTH = st.integers(1, 400)
PITCH = st.integers(0, 127)
VELOCITY = st.integers(1, 127)

# Of each pitch a chain of (silence before, length, velocity): no two notes of a pitch overlap.
PERFORMANCES = st.dictionaries(PITCH, st.lists(st.tuples(SILENCE, LENGTH, VELOCITY), max_size=8), max_size=6)
# Of each voice a chain of (rest before, length, velocity, pitch): no two notes of a voice overlap.
VOICES = st.lists(st.lists(st.tuples(SILENCE, LENGTH, VELOCITY, PITCH), max_size=12), min_size=1, max_size=4)


def by_onset(notes: list[Note]) -> list[Note]:
    return sorted(notes, key=lambda note: (note.onset, note.voice, -note.pitch))


def performance(chains: dict[int, list[tuple[int, int, int]]]) -> list[Note]:
    notes = []
    for pitch, chain in chains.items():
        now = 0
        for silence, length, velocity in chain:
            notes.append(Note(now + silence, pitch, velocity, length))
            now += silence + length
    return by_onset(notes)


def score(chains: list[list[tuple[int, int, int, int]]]) -> list[Note]:
    notes = []
    for voice, chain in enumerate(chains):
        now = 0
        for rest, length, velocity, pitch in chain:
            notes.append(Note(now + rest, pitch, velocity, length, voice))
            now += rest + length
    return by_onset(notes)


@given(PERFORMANCES)
def test_a_performance_on_the_grid_survives(chains: dict[int, list[tuple[int, int, int]]]):
    notes = performance(chains)
    events = notes_to_events(note_array(notes), PERFORMANCE)
    assert events_to_notes(events, PERFORMANCE) == notes


@given(VOICES)
def test_a_score_on_the_grid_survives(chains: list[list[tuple[int, int, int, int]]]):
    notes = score(chains)
    events = notes_to_events(note_array(notes), SCORE, voices=len(chains))
    assert events_to_notes(events, SCORE) == notes


@given(VOICES)
def test_the_events_of_a_score_survive(chains: list[list[tuple[int, int, int, int]]]):
    events = notes_to_events(note_array(score(chains)), SCORE, voices=len(chains))
    again = notes_to_events(note_array(events_to_notes(events, SCORE)), SCORE, voices=len(chains))
    np.testing.assert_array_equal(again, events)


@given(st.integers(0, 10**6))
def test_a_long_performance_off_the_grid_is_rounded_once(seed: int):
    events = performance_piece(seed, notes=400).events(PERFORMANCE)
    notes = events_to_notes(events)
    assert len(notes) == 400
    assert events_to_notes(notes_to_events(note_array(notes), PERFORMANCE)) == notes


@given(st.integers(0, 10**6), st.integers(1, 4))
def test_a_long_score_survives_with_its_phrases(seed: int, voices: int):
    piece = score_piece(seed, voices, quarters=200)
    events = piece.events(SCORE, voices)
    notes = note_array(events_to_notes(events, SCORE))
    again = notes_to_events(notes, SCORE, voices=voices, phrases=piece.phrases)
    np.testing.assert_array_equal(again, events)


@given(st.integers(0, 10**6))
def test_events_are_in_order_of_time_between_start_and_end(seed: int):
    events = performance_piece(seed).events(PERFORMANCE)
    assert (np.diff(events[:, TIME]) >= 0).all()
    assert events[0].tolist() == [0, Kind.START, 0, 0, 0]
    assert events[-1, KIND] == Kind.END


@given(
    st.lists(
        st.builds(Event, st.integers(0, 10**6), st.sampled_from(Kind), PITCH, VELOCITY, st.integers(0, 7))
    )
)
def test_events_pack_and_unpack(events: list[Event]):
    assert from_array(to_array(events)) == events
