"""Music to prompts and back: both grids, keys, ranges, meters, the end."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.files.melody import melody_prompt
from live.files.music import MeterMark, Music, Part
from live.files.performance import performance_prompt
from live.files.prompt import Prompt, empty_prompt
from live.files.tempo import TempoMap
from models.grid import PERFORMANCE, SCORE
from models.key import Key
from models.meter import Meter
from models.piece import Piece


def part(*rows: tuple[float, int, float], pedal: list[tuple[float, int]] | None = None) -> Part:
    notes = np.array([[on, pitch, 64, length, 0] for on, pitch, length in rows], float)
    return Part("part", notes, pedal=np.array(pedal or [], float).reshape(-1, 2))


def music(*parts: Part, **fields) -> Music:
    return Music(**{"name": "test", "parts": parts, "tempo": TempoMap.steady(60), **fields})


def rows(prompt: Prompt) -> list[list[float]]:
    return prompt.piece.notes[:, [0, 1, 3]].round(6).tolist()


def restored(prompt: Prompt, *notes: tuple[float, int, float]) -> list[list[float]]:
    made = np.array([[on, pitch, 64, length, 0] for on, pitch, length in notes], float)
    return prompt.restored(made)[:, [0, 1, 3]].round(6).tolist()


def test_a_performance_begins_with_its_first_note_and_follows_the_tempo():
    tempo = TempoMap.of([(0, 1.0), (4, 0.5)])
    prompt = performance_prompt(music(part((2, 60, 1), (4, 64, 2)), tempo=tempo))
    assert rows(prompt) == [[0, 60, 100], [200, 64, 100]]
    assert prompt.end == 300
    assert restored(prompt, (300, 67, 50)) == [[6, 67, 1]]


def test_the_pedal_prolongs_notes_of_its_own_part_only():
    pedal = [(0.5, 127), (3, 0)]
    prompt = performance_prompt(music(part((0, 60, 1), pedal=pedal), part((0, 40, 1))))
    assert sorted(rows(prompt)) == [[0, 40, 100], [0, 60, 300]]
    assert prompt.end == 300


def test_drums_are_not_heard():
    drums = Part("drums", np.array([[0, 36, 64, 9, 0]]), channel=9)
    prompt = performance_prompt(music(part((1, 60, 1)), drums))
    assert rows(prompt) == [[0, 60, 100]]
    assert prompt.end == 100


def test_a_written_melody_keeps_its_rhythm_and_comes_home_to_c():
    tune = part((1, 62, 1), (2, 66, 1 / 3), (2 + 1 / 3, 67, 2 / 3), (4, 69, 2))
    prompt = melody_prompt(music(tune, key=Key(2, "major"), meters=(MeterMark(0, 3, 4, 1),)))
    assert rows(prompt) == [[0, 60, 24], [24, 64, 8], [32, 65, 16], [72, 67, 48]]
    assert prompt.piece.transposition == -2
    assert prompt.piece.mode == "major"
    assert prompt.piece.meters == [Meter(0, 3, 4, 0)]
    assert prompt.end == 120
    assert restored(prompt, (0, 60, 24), (120, 60, 12)) == [[1, 62, 1], [6, 62, 0.5]]


def test_the_key_is_found_where_none_is_given_and_can_be_told():
    scale = [62, 64, 66, 67, 69, 71, 73, 74, 69, 66, 62]
    tune = part(*[(at, pitch, 1) for at, pitch in enumerate(scale)])
    assert melody_prompt(music(tune)).piece.transposition == -2
    assert melody_prompt(music(tune), key=Key(4, "minor")).piece.transposition == 5


def test_a_melody_far_below_the_model_is_moved_by_octaves_and_back():
    prompt = melody_prompt(music(part((0, 36, 1), (1, 43, 1))), key=Key(0, "major"), pitch_range=(57, 84))
    assert prompt.piece.notes[:, 1].tolist() == [60, 67]
    assert restored(prompt, (48, 72, 24)) == [[2, 48, 1]]


def test_a_played_melody_is_snapped_and_what_is_new_comes_back_where_it_was_played():
    played = part((0.03, 60, 0.9), (1.02, 62, 0.46), (1.48, 64, 0.5), (2.04, 65, 0.8))
    prompt = melody_prompt(music(played), key=Key(0, "major"))
    assert rows(prompt)[:3] == [[0, 60, 24], [24, 62, 12], [36, 64, 12]]
    found = restored(prompt, (24, 55, 12), (36, 57, 12))
    assert found == [[1.02, 55, 0.46], [1.48, 57, 0.56]]


def test_after_a_played_melody_the_answer_begins_in_time():
    prompt = melody_prompt(music(part((0, 60, 0.93), (1.03, 62, 0.9))), key=Key(0, "major"))
    assert prompt.end == 48
    prompt = melody_prompt(music(part((0, 60, 0.93), (1.03, 62, 1.1))), key=Key(0, "major"))
    assert prompt.end == 54  # a sixteenth later: it still sounded on the beat


def test_music_without_a_beat_has_no_meters():
    onsets = np.cumsum(np.random.default_rng(0).uniform(0.2, 0.9, 40))
    free = part(*[(float(at), 60, 0.1) for at in onsets])
    assert melody_prompt(music(free, meters=(MeterMark(0, 4, 4, 0),))).piece.meters == []


def test_a_meter_that_changes_on_the_way():
    tune = part(*[(at, 60 + at, 1) for at in range(4, 12)])
    marks = (MeterMark(0, 4, 4, 0), MeterMark(3, 3, 4, 3), MeterMark(9, 2, 4, 9))
    assert melody_prompt(music(tune, meters=marks)).piece.meters == [
        Meter(0, 3, 4, -24),
        Meter(120, 2, 4, 120),
    ]


def test_length_in_bars_and_seconds():
    tune = music(part((0, 60, 3)), meters=(MeterMark(0, 3, 4, 0),), tempo=TempoMap.steady(120))
    score, performance = melody_prompt(tune, key=Key(0, "major")), performance_prompt(tune)
    assert score.length(bars=2) == 144
    assert score.length(seconds=2) == 96
    assert performance.length(bars=2) == 300
    assert performance.length(seconds=2) == 200


def test_composing_starts_from_nothing():
    blank = music(parts=(), meters=(MeterMark(0, 6, 8, 0),))
    prompt = empty_prompt(blank, SCORE, Piece("new", np.zeros((0, 5)), transposition=-2))
    assert prompt.length(bars=4) == 288
    assert restored(prompt, (24, 60, 24)) == [[1, 62, 1]]
    prompt = empty_prompt(blank, PERFORMANCE, Piece("new", np.zeros((0, 5))))
    assert restored(prompt, (100, 60, 50)) == [[1, 60, 0.5]]


LINE = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 60), st.integers(40, 90)), min_size=1)


@given(LINE, st.sampled_from([Key(tonic, mode) for tonic in range(12) for mode in ("major", "minor")]))
def test_any_line_makes_events_and_comes_back(gaps, key):
    notes, now = [], 0
    for gap, length, pitch in gaps:
        start = now + (gap if gap >= 6 else 0)
        notes.append((start / 24, pitch, length / 24))
        now = start + length
    tune = music(part(*notes))
    prompt = melody_prompt(tune, key=key)
    assert len(prompt.piece.events(SCORE)) >= len(notes) + 2
    back = prompt.restored(prompt.piece.notes)
    np.testing.assert_allclose(back[:, :2], tune.parts[0].notes[:, :2], atol=1e-9)
    np.testing.assert_allclose(back[:, 3], tune.parts[0].notes[:, 3], atol=1e-9)


@given(
    st.lists(
        st.tuples(st.floats(0, 60), st.integers(21, 108), st.floats(0.02, 4)),
        min_size=1,
        max_size=30,
    ),
    st.lists(st.tuples(st.floats(0, 50), st.floats(0.2, 2)), max_size=5),
)
def test_any_performance_comes_back_within_half_a_tick(notes, tempos):
    played = music(part(*sorted(notes)), tempo=TempoMap.of(tempos))
    prompt = performance_prompt(played)
    back = prompt.restored(prompt.piece.notes)
    np.testing.assert_allclose(back[:, 0], played.parts[0].notes[:, 0], atol=1e-6)
    assert prompt.piece.notes[:, 0].min() == pytest.approx(0, abs=1e-6)
    assert (prompt.piece.notes[:, 0] + prompt.piece.notes[:, 3]).max() <= prompt.end + 1e-3
