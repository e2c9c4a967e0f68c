"""The n-gram baseline over the events that networks predict."""

from __future__ import annotations

import numpy as np
import pytest

from models.events import Kind
from models.grid import PERFORMANCE, SCORE, Grid
from models.piece import Piece
from models.vocabulary import TOKENS
from training.ngram import NGram, baseline, classic

SEED = 3


class Settings:
    def __init__(self, grid: Grid, voices: int) -> None:
        self.grid_object, self.voices = grid, voices


def song(pitches: list[int], phrases: tuple[int, ...] = ()) -> Piece:
    notes = [(24 * index, pitch, 64, 24, 0) for index, pitch in enumerate(pitches)]
    return Piece("song", np.array(notes, float), phrases=np.array(phrases, np.int64))


def scales(count: int) -> list[Piece]:
    rng = np.random.default_rng(SEED)
    starts = rng.integers(60, 66, count).tolist()
    return [song([start + step for step in (0, 2, 4, 5, 7, 9, 11, 12)]) for start in starts]


def test_every_event_but_start_is_counted_and_end_apart():
    model = NGram(SCORE, 1, 2)
    model.fit(scales(10))
    figure = model.evaluate([song([60, 62, 64], phrases=(72,))])
    assert (figure.events, figure.notes) == (5, 3)  # three on, off, phrase
    assert figure.nats > 0 < figure.end_nats
    assert figure.per_note == figure.nats / 3
    assert figure.per_event == figure.nats / 5


def test_what_was_never_seen_costs_the_uniform_distribution_at_least():
    model = NGram(SCORE, 1, 0)
    model.fit([song([60])])
    nats = model.evaluate([song([90])]).nats
    assert nats > 2 * np.log(TOKENS)


def test_a_wide_time_bin_costs_the_logarithm_of_its_width():
    far = int(SCORE.bin_edges[-2])
    late = Piece("late", np.array([[0, 60, 64, 24, 0], [far + 24, 60, 64, 24, 0]], float))
    model = NGram(SCORE, 1, 0)
    model.fit([late])
    nats = model.evaluate([late]).nats
    width = np.log(SCORE.bin_widths[SCORE.time_bin(far)])
    assert width > 3
    narrow = Piece("near", np.array([[0, 60, 64, 24, 0], [72, 60, 64, 24, 0]], float))
    near = NGram(SCORE, 1, 0)
    near.fit([narrow])
    assert nats - near.evaluate([narrow]).nats == pytest.approx(width)


def test_performances_say_velocities_of_strikes_alone():
    notes = np.array([[0, 60, 10, 50, 0], [7, 64, 100, 20, 0]], float)
    model = NGram(PERFORMANCE, 1, 1)
    said, events = model._said([Piece("p", notes)])
    assert events.tolist() == [Kind.ON, Kind.ON, Kind.OFF, Kind.OFF, Kind.END]
    assert said.kinds.tolist() == [0, 2, 3, 0, 2, 3, 0, 2, 0, 2, 0, 2]


def test_several_voices_say_who():
    notes = np.array([[0, 60, 64, 24, 0], [0, 48, 64, 24, 1]], float)
    said, _ = NGram(SCORE, 2, 1)._said([Piece("p", notes)])
    assert said.kinds.tolist() == [0, 1, 2] * 5


def test_the_order_is_chosen_on_validation():
    figure = baseline(scales(40), scales(10), scales(10), Settings(SCORE, 1))
    assert figure.order >= 2
    assert figure.per_note < 0.5
    shallow = NGram(SCORE, 1, 0)
    shallow.fit(scales(40))
    assert figure.nats < shallow.evaluate(scales(10)).nats / 3


def test_the_classic_figure_says_pitch_and_duration_together():
    known, asked = scales(40), scales(10)
    assert classic(known, asked, order=2) < classic(known, asked, order=0) / 3
    assert classic([song([60] * 9)], [song([60] * 9)], order=0) == 0  # one symbol: nothing to guess
