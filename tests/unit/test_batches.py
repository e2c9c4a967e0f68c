"""Batches: what a training step is fed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import islice

import numpy as np
import pytest
from made import performance_piece, score_piece
from tiny import MODEL_OF, WINDOW, tiny_settings

from models.vocabulary import LOUDNESS, TOKEN, WAIT, WHO
from training.batches import Batch, epoch, prefetched, stack, validation_batches, window_arrays
from training.settings import ModelSettings
from training.views import draw_transposition, drawn_view, given_first, plain_view

ALL = pytest.mark.parametrize(
    "settings", [tiny_settings(name) for name in MODEL_OF], ids=list(MODEL_OF.values())
)


def pieces(settings: ModelSettings, count: int = 6) -> list:
    if settings.grid == "performance":
        return [performance_piece(seed, notes=60) for seed in range(count)]
    return [score_piece(seed, settings.voices, quarters=90) for seed in range(count)]


def same(one: Batch, other: Batch) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


@ALL
def test_a_window_asks_at_each_event_for_the_next(settings: ModelSettings):
    view = plain_view(pieces(settings)[0], settings)
    arrays = window_arrays(view, 7, settings)
    np.testing.assert_array_equal(arrays["events"][1:], arrays["next_events"][:-1])
    np.testing.assert_array_equal(arrays["conditions"][1:], arrays["next_conditions"][:-1])
    assert len(arrays["events"]) == WINDOW
    later = window_arrays(view, 8, settings)
    np.testing.assert_array_equal(later["events"][:-1], arrays["events"][1:])
    np.testing.assert_array_equal(later["sounding"][:-1], arrays["sounding"][1:])


@ALL
def test_what_is_asked_for_is_legal(settings: ModelSettings):
    for batch in epoch(pieces(settings), settings, seed=3):
        chosen, counted = batch["next_events"], batch["counted"] > 0
        for name, column in (("legal_waits", WAIT), ("legal_tokens", TOKEN), ("legal_voices", WHO)):
            if name in batch:
                legal = np.take_along_axis(batch[name], chosen[..., column, None].astype(np.int64), -1)[
                    ..., 0
                ]
                assert legal[counted].all(), name
        assert (batch["next_events"][..., LOUDNESS] <= 32).all()


@ALL
def test_a_seed_gives_the_same_epoch_and_another_seed_another(settings: ModelSettings):
    one, again, other = (list(epoch(pieces(settings), settings, seed)) for seed in (1, 1, 2))
    assert all(same(*pair) for pair in zip(one, again, strict=True))
    assert not all(same(*pair) for pair in zip(one, other, strict=False))


@ALL
def test_batches_can_be_passed_over_and_counted(settings: ModelSettings):
    whole = list(epoch(pieces(settings), settings, 5))
    rest = list(epoch(pieces(settings), settings, 5, skip=2))
    assert len(whole) == len(rest) + 2 == sum(1 for _ in epoch(pieces(settings), settings, 5, skip=None))
    assert all(same(*pair) for pair in zip(whole[2:], rest, strict=True))


def test_windows_of_unlike_length_are_padded_and_not_counted():
    settings = tiny_settings("lstm")
    view = plain_view(score_piece(1, quarters=6), settings)
    short, long = window_arrays(view, len(view.events) - 4, settings), window_arrays(view, 0, settings)
    batch = stack([short, long])
    assert batch["counted"].sum() == 3 + len(long["counted"])
    assert batch["events"].shape[1] % 32 == 0
    assert not batch["events"][0, 3:].any()


@ALL
def test_validation_is_the_same_each_time_and_only_warms_up_in_the_middle(settings: ModelSettings):
    one, other = (validation_batches(pieces(settings), settings, most=12, uncounted=5) for _ in range(2))
    assert all(same(*pair) for pair in zip(one, other, strict=True))
    starts = [window["counted"][:5].any() for batch in one for window in unstacked(batch)]
    assert any(starts), "some window begins its piece"
    assert not all(starts), "some window stands in the middle"


def unstacked(batch: Batch) -> Iterator[Batch]:
    for index in range(len(batch["counted"])):
        yield {name: array[index] for name, array in batch.items()}


def test_views_are_transposed_and_stretched_within_bounds():
    settings = tiny_settings("transformer")
    piece = performance_piece(1)
    rng = np.random.default_rng(1)
    pitches, lengths = set(), set()
    for _ in range(60):
        events = drawn_view(piece, settings, rng).events
        pitches.add(int(events[1, 2]) - int(piece.notes[0, 1]))
        lengths.add(events[-1, 0] / plain_view(piece, settings).events[-1, 0])
    assert pitches <= set(range(-3, 4))
    assert len(pitches) >= 5
    assert 0.94 < min(lengths) < 0.97
    assert 1.03 < max(lengths) < 1.06
    assert piece.notes[0, 1] == performance_piece(1).notes[0, 1], "the piece itself was changed"


def test_a_transposition_that_leaves_the_keyboard_is_not_drawn():
    rng = np.random.default_rng(1)
    assert {draw_transposition(np.array([22.0, 107.0]), 3, rng) for _ in range(50)} == {-1, 0, 1}
    assert draw_transposition(np.array([10.0, 120.0]), 3, rng) == 0


def test_the_given_voice_comes_first_and_the_others_keep_their_order():
    notes = np.array([[0, 70 - voice, 64, 24, voice] for voice in range(4)], float)
    assert given_first(notes, 2, 4)[:, 4].tolist() == [1, 2, 0, 3]


def test_the_soprano_is_given_half_the_time_and_roles_and_meters_are_sometimes_unknown():
    settings = tiny_settings("gru")
    rng = np.random.default_rng(1)
    views = [drawn_view(score_piece(1, 4), settings, rng) for _ in range(400)]
    columns = list(settings.conditions)
    roles = np.array([view.conditions[0, columns.index("role")] for view in views])
    meters = np.array([view.conditions[0, columns.index("meter")] for view in views])
    assert 0.05 < (roles == 0).mean() < 0.16
    assert 0.38 < (roles == 1).mean() < 0.53
    assert set(roles) == {0, 1, 2, 3, 4}
    assert 0.17 < (meters == 0).mean() < 0.33


def test_what_goes_wrong_in_the_thread_is_raised_here():
    def broken() -> Iterator[Batch]:
        yield {"first": np.zeros(1)}
        raise KeyError("a bad piece")

    found = prefetched(broken)
    assert next(found)["first"].shape == (1,)
    with pytest.raises(KeyError, match="a bad piece"):
        next(found)


def test_the_thread_ends_when_nobody_wants_more():
    def endless() -> Iterator[Batch]:
        while True:
            yield {}

    before = threading.active_count()
    found = prefetched(endless)
    assert len(list(islice(found, 3))) == 3
    found.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before
