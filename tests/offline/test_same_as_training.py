"""A file as the piano model hears it is the file as the piano model was trained on it."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import mido
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from live.files.kern import read_kern
from live.files.melody import melody_prompt
from live.files.midi import read_midi
from live.files.performance import performance_prompt
from models.meter import positions
from training import folk, maestro

NOTES = st.lists(st.tuples(st.integers(0, 300), st.integers(1, 90), st.integers(58, 62)), min_size=1)
MOVES = st.lists(st.tuples(st.integers(0, 600), st.sampled_from([0, 63, 64, 127])), max_size=20)


@given(NOTES, MOVES, st.sampled_from([384, 480, 220]), st.integers(200_000, 900_000))
def test_a_performance_is_heard_as_it_was_trained(rows, moves, division: int, tempo: int):
    data = performance(rows, moves, division, tempo)
    trained = maestro.read("x.midi", data, maestro.Settings())[0]
    trained.notes[:, 0] -= trained.notes[:, 0].min()  # a prompt begins with its first note
    heard = performance_prompt(read_midi(Path("x.midi"), data)).piece
    np.testing.assert_allclose(ordered(heard.notes), ordered(trained.notes), atol=1e-6)


def ordered(notes: np.ndarray) -> np.ndarray:
    """By onset and pitch, without the rounding errors of either way."""
    rounded = notes.round(6)
    return rounded[np.lexsort((-rounded[:, 1], rounded[:, 0]))]


def performance(rows, moves, division: int, tempo: int) -> bytes:
    """A MIDI file of keys that are never struck while they are down, with pedal."""
    timed: list[tuple[int, mido.Message]] = []
    free: dict[int, int] = {}
    for onset, length, pitch in sorted(rows):
        if onset < free.get(pitch, 0):
            continue
        free[pitch] = onset + length + 1
        timed.append((onset, mido.Message("note_on", note=pitch, velocity=64)))
        timed.append((onset + length, mido.Message("note_off", note=pitch)))
    for tick, value in sorted(moves, key=lambda move: move[0]):
        timed.append((tick, mido.Message("control_change", control=64, value=value)))
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=tempo)])
    now = 0
    for tick, message in sorted(timed, key=lambda pair: pair[0]):
        track.append(message.copy(time=tick - now))
        now = tick
    whole = BytesIO()
    mido.MidiFile(tracks=[track], ticks_per_beat=division).save(file=whole)
    return whole.getvalue()


TUNE = """**kern
*M3/4
*k[b-]
*g:dor
{8d
8d
=1
4g
12a
12b-
12cc
[4b-
=2
4b-]}
{8r
8a
2g;}
=3
2f
=:|!
{4d
=4
2.g}
==
*-
"""


def test_a_kern_tune_is_heard_as_it_was_trained():
    trained = folk.read("tune.krn", TUNE.encode(), folk.Settings())[0]
    heard = melody_prompt(read_kern(Path("tune.krn"), TUNE.encode())).piece
    np.testing.assert_array_equal(heard.notes[:, [0, 1, 3]], trained.notes[:, [0, 1, 3]])
    np.testing.assert_array_equal(heard.phrases, trained.phrases)
    assert (heard.mode, heard.transposition) == (trained.mode, trained.transposition)
    ticks = np.arange(trained.notes[-1, 0], dtype=np.int32)
    np.testing.assert_array_equal(positions(ticks, heard.meters), positions(ticks, trained.meters))
