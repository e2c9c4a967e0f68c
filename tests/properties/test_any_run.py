"""The longest run found in a corpus is the longest there is, for any music."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from models.grid import PERFORMANCE, SCORE, Grid
from models.piece import Piece
from training.novelty.index import NoveltyIndex
from training.novelty.sequence import Sequence, fresh, in_order
from training.novelty.tempo import FASTEST, Tolerance, same_rhythm

STEPS = st.lists(st.tuples(st.sampled_from([-2, 0, 1, 2]), st.sampled_from([5, 6, 12, 24])), max_size=40)
GRIDS = st.sampled_from([SCORE, PERFORMANCE])


def line(steps: list[tuple[int, int]], start: int = 60) -> Piece:
    """A line by intervals and gaps."""
    rows, pitch, time = [(0, start, 64, 5, 0)], start, 0
    for step, gap in steps:
        pitch, time = pitch + step, time + gap
        rows.append((time, pitch, 64, 5, 0))
    return Piece("line", np.array(rows, float))


def same(one: Sequence, other: Sequence, at: int, there: int, count: int, grid: Grid) -> bool:
    """Whether so many notes are the same, said in the plainest way."""
    gaps = np.diff(one.onset[at : at + count]).tolist()
    others = np.diff(other.onset[there : there + count]).tolist()
    steps = np.diff(one.pitch[at : at + count])
    if (steps != np.diff(other.pitch[there : there + count])).any():
        return False
    ticks, share = Tolerance.of(grid)
    low, high = 1 / FASTEST, FASTEST
    for gap, wanted in zip(gaps, others, strict=True):
        slack = max(ticks, share * wanted)
        low, high = max(low, (wanted - slack) / gap), min(high, (wanted + slack) / gap)
    return low <= high + 1e-6


def longest(one: Sequence, other: Sequence, grid: Grid) -> int:
    sizes = range(min(len(one.pitch), len(other.pitch)), 1, -1)
    for count in sizes:
        places = range(len(one.pitch) - count + 1), range(len(other.pitch) - count + 1)
        if any(same(one, other, at, there, count, grid) for at in places[0] for there in places[1]):
            return count
    return 1


@given(st.lists(STEPS, min_size=1, max_size=3), STEPS, GRIDS)
def test_no_longer_run_is_there(corpus, music, grid):
    pieces = [line(steps) for steps in corpus]
    query = in_order(line(music, 65).notes, grid)
    expected = max(longest(query, in_order(piece.notes, grid), grid) for piece in pieces)
    run = NoveltyIndex(pieces, grid).longest(query)
    assert run.notes == expected
    if run.piece is not None:
        there = in_order(run.piece.notes, grid)
        assert same(query, there, run.at, run.there, run.notes, grid)
        assert (run.tick, run.tick_there) == (query.onset[run.at], there.onset[run.there])


@given(st.lists(STEPS, min_size=1, max_size=2), STEPS, GRIDS)
def test_no_run_has_more_notes_that_count(corpus, music, grid):
    pieces = [line(steps) for steps in corpus]
    query = in_order(line(music, 65).notes, grid)
    counts = fresh(query.pitch)
    most = 1
    for other in (in_order(piece.notes, grid) for piece in pieces):
        for at in range(len(counts)):
            for there in range(len(other.pitch)):
                count = 2
                while at + count <= len(counts) and there + count <= len(other.pitch):
                    if not same(query, other, at, there, count, grid):
                        break
                    most = max(most, int(counts[at : at + count].sum()))
                    count += 1
    assert NoveltyIndex(pieces, grid).longest(query, figures_once=True).notes == most


@given(STEPS, st.integers(-20, 20), st.sampled_from([0.5, 1.0, 2.0]))
def test_a_piece_is_found_whole_in_any_key_and_at_half_or_double_tempo(music, shift, factor):
    piece = line([(step, 2 * gap) for step, gap in music])
    notes = piece.notes.copy()
    notes[:, 1] += shift
    notes[:, [0, 3]] *= factor
    run = NoveltyIndex([line([(5, 7)] * 12), piece], SCORE).longest(in_order(notes, SCORE))
    assert run.notes == len(notes)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=30))
def test_the_stretch_of_one_rhythm_cannot_be_lengthened(gaps):
    one, other = np.array(gaps, np.int32).T
    tolerance = Tolerance(3.0, 0.25)
    found = same_rhythm(one, other, tolerance)
    for count in range(found.gaps + 1, len(gaps) + 1):
        for first in range(len(gaps) - count + 1):
            part = slice(first, first + count)
            assert same_rhythm(one[part], other[part], tolerance).gaps < count
