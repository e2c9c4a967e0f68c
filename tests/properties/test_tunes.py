"""Whatever a tune's tokens are, its piece is sound and survives the way through events."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.convert import events_to_notes, note_array, notes_to_events
from models.grid import SCORE
from training import chorales
from training.folk import Settings, read
from training.legal import forbidden
from training.report import RefusedError

tokens = st.lists(
    st.one_of(
        st.builds(
            "{}{}{}{}{}{}".format,
            st.sampled_from(["", "", "{"]),
            st.sampled_from(["", "", "["]),
            st.sampled_from(["4", "8", "8.", "12", "2", "16"]),
            st.sampled_from(["c", "d", "e", "f#", "g", "r", "c"]),
            st.sampled_from(["", "", "]", "_"]),
            st.sampled_from(["", "", "}"]),
        ),
        st.sampled_from(["=1", "=2", "=:|!", "*M3/4", "*M6/8"]),
    ),
    min_size=1,
    max_size=40,
)


def text(body: list[str]) -> bytes:
    return "\n".join(["**kern", "*M4/4", "*G:", *body, "*-"]).encode()


@given(tokens)
def test_tunes_are_sound_and_survive_the_way_through_events(body: list[str]):
    try:
        piece, _ = read("a.krn", text(body), Settings())
    except RefusedError as reason:
        if str(reason) != "no notes":
            raise
        return
    onsets, ends = piece.notes[:, 0], piece.notes[:, 0] + piece.notes[:, 3]
    assert (piece.notes[:, 3] > 0).all()
    assert (ends[:-1] <= onsets[1:]).all()
    assert (piece.notes == np.rint(piece.notes)).all()

    assert (np.diff(piece.phrases) > 0).all()
    assert set(piece.phrases.tolist()) <= set(ends.tolist())
    for before, after in zip(piece.phrases, piece.phrases[1:], strict=False):
        assert ((before <= onsets) & (onsets < after)).any()

    events = piece.events(SCORE)
    assert not len(forbidden(events, SCORE, 1))
    notes = note_array(events_to_notes(events, SCORE))
    np.testing.assert_array_equal(notes, piece.notes)
    again = notes_to_events(notes, SCORE, phrases=piece.phrases)
    np.testing.assert_array_equal(again, events)


voice_tokens = st.builds(
    "{}8{}{}".format,
    st.sampled_from(["", "", "["]),
    st.sampled_from(["c", "d", "e", "r", "c"]),
    st.sampled_from(["", "]", ";"]),
)
lines = st.lists(st.tuples(*[voice_tokens] * 4), min_size=1, max_size=12)


@given(lines)
def test_chorales_are_sound_and_survive_the_way_through_events(body: list[tuple[str, ...]]):
    first = ("8c",) * 4  # no voice is empty
    rows = [("**kern",) * 4, ("*M4/4",) * 4, ("*D:",) * 4, first, *body, ("*-",) * 4]
    text = "\n".join("\t".join(row) for row in rows).encode()
    piece, _ = chorales.read("chor001.krn", text, chorales.Settings())
    soprano = piece.notes[piece.notes[:, 4] == 0]
    assert (np.diff(piece.phrases) > 0).all()
    assert set(piece.phrases.tolist()) <= set((soprano[:, 0] + soprano[:, 3]).tolist())
    events = piece.events(SCORE, 4)
    assert not len(forbidden(events, SCORE, 4))
    notes = note_array(events_to_notes(events, SCORE))
    np.testing.assert_array_equal(notes, piece.notes)
    again = notes_to_events(notes, SCORE, voices=4, phrases=piece.phrases)
    np.testing.assert_array_equal(again, events)
