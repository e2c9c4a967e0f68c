"""Whatever is played, the prepared notes are sound and survive the way through events."""

from __future__ import annotations

import io

import mido
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.convert import events_to_notes, note_array, notes_to_events
from models.grid import PERFORMANCE
from models.piece import Piece
from training.legal import forbidden
from training.maestro import Settings, read

messages = st.lists(
    st.tuples(
        st.integers(0, 300),  # ticks since the message before
        st.one_of(
            st.builds(
                mido.Message,
                st.just("note_on"),
                note=st.integers(60, 63),
                velocity=st.integers(0, 127),
            ),
            st.builds(
                mido.Message,
                st.just("control_change"),
                control=st.just(64),
                value=st.sampled_from([0, 63, 64, 127]),
            ),
        ),
    ),
    max_size=40,
)


def performance(rows: list[tuple[int, mido.Message]]) -> Piece:
    last = [(200, mido.Message("note_on", note=70, velocity=64)), (9, mido.Message("note_off", note=70))]
    track = mido.MidiTrack(message.copy(time=wait) for wait, message in rows + last)
    file = io.BytesIO()
    mido.MidiFile(ticks_per_beat=480, tracks=[track]).save(file=file)
    return read("a.midi", file.getvalue(), Settings())[0]


@given(messages)
def test_no_two_notes_of_a_pitch_overlap_and_all_are_positive(rows: list[tuple[int, mido.Message]]):
    notes = performance(rows).notes
    assert (notes[:, 3] > 0).all()
    assert (np.diff(notes[:, 0]) >= 0).all()
    for pitch in np.unique(notes[:, 1]):
        own = notes[notes[:, 1] == pitch]
        struck = np.diff(own[:, 0]) > 0  # one key struck twice at one instant sounds twice as one
        assert (own[:-1, 0] + own[:-1, 3] <= own[1:, 0] + 1e-9)[struck].all()


@given(messages)
def test_notes_survive_the_way_through_events(rows: list[tuple[int, mido.Message]]):
    events = performance(rows).events(PERFORMANCE)
    assert not len(forbidden(events, PERFORMANCE, 1))
    notes = events_to_notes(events)
    again = notes_to_events(note_array(notes), PERFORMANCE)
    assert events_to_notes(again) == notes
