"""What is counted of what a model plays: passages, features, overlap, repetition, extremes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from made import performance_piece, score_piece

from models.grid import PERFORMANCE, SCORE
from models.meter import Meter
from models.piece import Piece
from training.listening import features, overlap, repetition
from training.listening.excerpt import Excerpt, played_excerpt, real_excerpt
from training.listening.figures import listen, means
from training.listening.passages import at_strikes, passages
from training.listening.samples import Sample
from training.novelty.index import NoveltyIndex

BAR = 96


def excerpt(
    *rows: tuple[float, int, float], before: tuple[tuple[float, int, float], ...] = (), **other
) -> Excerpt:
    """Notes (onset, pitch, duration) of a score, from the first bar line on unless told otherwise."""
    notes = [np.array([(at, pitch, 64, length, 0) for at, pitch, length in each]) for each in (rows, before)]
    fields = {
        "piece": "a tune", "grid": SCORE, "start": 0, "end": 4 * BAR, "mode": "major",
        "meters": [Meter(0, 4, 4, 0)], "phrases": [], "ended": False,
    } | other  # fmt: skip
    return Excerpt(notes=notes[0].reshape(-1, 5), before=notes[1].reshape(-1, 5), **fields)


def bar_of_quarters(bar: int, *pitches: int) -> list[tuple[float, int, float]]:
    return [(BAR * bar + 24 * n, pitch, 24) for n, pitch in enumerate(pitches)]


def test_a_performance_is_cut_to_what_is_given_and_what_is_real():
    pieces = [performance_piece(seed, notes=900) for seed in range(3)]
    for passage in passages(pieces, PERFORMANCE, 1, 7, seed=5):
        assert (passage.start, passage.end, passage.limit) == (2000, 4000, 4000)
        assert passage.given.notes[:, 0].max() < 2000 <= passage.real[:, 0].min()
        assert (passage.real[:, 0] + passage.real[:, 3]).max() <= 4000
    assert len({passage.piece.name for passage in passages(pieces, PERFORMANCE, 1, 7, seed=5)}) == 3


def test_longer_series_of_passages_begin_like_shorter_ones():
    pieces = [performance_piece(seed, notes=900) for seed in range(4)]
    few, many = (passages(pieces, PERFORMANCE, 1, count, seed=2) for count in (3, 9))
    for one, other in zip(few, many, strict=False):
        assert one.piece.name == other.piece.name
        np.testing.assert_array_equal(one.real, other.real)


def test_a_tune_is_given_up_to_the_phrase_end_nearest_to_its_middle():
    notes = np.array([(24 * n, 60, 64, 24, 0) for n in range(40)], float)
    tune = Piece("tune", notes, phrases=np.array([24 * 9, 24 * 17, 24 * 31, 24 * 40]))
    (passage,) = passages([tune], SCORE, 1, 1, seed=1)
    assert (passage.start, passage.end, passage.limit) == (24 * 17, 24 * 40, 24 * 63)
    assert passage.given.phrases.tolist() == [24 * 9, 24 * 17]
    assert len(passage.real) == 23
    assert passages([replace(tune, phrases=np.array([24 * 40]))], SCORE, 1, 1, seed=1) == []


def test_of_a_chorale_the_melody_is_given():
    (passage,) = passages([score_piece(1, voices=4)], SCORE, 4, 1, seed=1)
    assert set(passage.given.notes[:, 4]) == {0}
    assert set(passage.real[:, 4]) == {1, 2, 3}
    assert passage.voices == 3


def test_features_count_what_they_say():
    music = excerpt(*bar_of_quarters(0, 60, 64, 67, 72), (BAR, 71, 48), end=2 * BAR)
    assert features.pitch_class(music)[[0, 4, 7, 11]].tolist() == [2, 1, 1, 1]
    assert features.interval(music)[[12 + 4, 12 + 3, 12 + 5, 12 - 1]].tolist() == [1, 1, 1, 1]
    assert features.inter_onset(music).max() == 4
    assert sorted(features.duration(music)[features.duration(music) > 0].tolist()) == [1, 4]
    assert features.density(music) == 5 / 8
    assert features.polyphony(music)[:2].tolist() == [48, 144]
    assert features.in_key(music) == 1.0
    assert features.in_key(excerpt((0, 61, 24), (24, 60, 24))) == 0.5


def test_the_raised_degrees_of_minor_are_in_the_key():
    assert (
        features.in_key(excerpt((0, 69, 24), (24, 68, 24), (48, 66, 24), (72, 70, 24), mode="minor")) == 0.75
    )


def test_equal_sets_overlap_wholly_and_strangers_not_at_all():
    rng = np.random.default_rng(1)
    some = rng.random((60, 6))
    far = np.zeros((60, 6))
    far[:, 0] = 1.0
    assert overlap.pooled(some, some) == pytest.approx(1.0)
    assert overlap.pooled(np.eye(2)[[0] * 5], np.eye(2)[[1] * 5]) == 0.0
    assert overlap.of_distances(rng.random((60, 6)), some) > 0.9
    assert overlap.of_distances(far, some) < 0.1


def test_music_that_is_always_the_same_does_not_pass_for_music_that_differs():
    """The pooled distributions are equal; the distances see it."""
    rng = np.random.default_rng(1)
    real = np.eye(8)[rng.integers(0, 8, 400)]
    same = np.full((400, 8), 1 / 8)
    assert overlap.pooled(same, real) > 0.9
    assert overlap.of_distances(same, real) < 0.5


def test_numbers_overlap_too():
    rng = np.random.default_rng(2)
    one, other = rng.normal(0, 1, (500, 1)), rng.normal(0, 1, (500, 1))
    assert overlap.pooled(one, other) > 0.85
    assert overlap.pooled(one, other + 30) < 0.01
    assert overlap.of_distances(other + 30, one) < 0.01


def test_bars_that_come_back_are_seen_at_their_distance():
    first = bar_of_quarters(0, 60, 62, 64, 65)
    music = excerpt(
        *bar_of_quarters(1, 67, 67, 67, 67),
        *bar_of_quarters(2, 60, 62, 64, 65),
        before=tuple(first),
        start=BAR,
    )
    found = repetition.at_bars(music)
    assert found["rhythm as bar before"] == 1.0
    assert found["pitch and rhythm as bar before"] == 0.0
    assert found["pitch and rhythm as 2 bars before"] == 1.0
    assert "rhythm as 8 bars before" not in found  # nothing stood there
    assert repetition.at_bars(replace(music, meters=[])) == {}


def test_a_phrase_is_compared_with_the_earlier_one_that_is_most_like_it():
    before = (*bar_of_quarters(0, 60, 62, 64, 65), *bar_of_quarters(1, 67, 69, 71, 72))
    music = excerpt(
        *bar_of_quarters(2, 60, 62, 64, 72), before=before, start=2 * BAR, phrases=[BAR, 2 * BAR, 3 * BAR]
    )
    found = repetition.at_phrases(music)
    assert found["rhythm as an earlier phrase"] == 1.0
    assert found["pitch and rhythm as an earlier phrase"] == 0.75
    assert repetition.phrase_notes(music) == [4]


def test_a_figure_that_is_played_three_times_is_a_loop():
    round_and_round = np.array([(24 * n, (60, 64, 67)[n % 3], 64, 24, 0) for n in range(14)], float)
    assert repetition.extremes(round_and_round, SCORE).loop == 14
    assert repetition.extremes(round_and_round[:8], SCORE).loop == 0
    changed = round_and_round.copy()
    changed[7, 1] = 50
    assert repetition.extremes(changed, SCORE).loop == 0


def test_a_loop_of_a_performance_need_not_be_in_time():
    rng = np.random.default_rng(3)
    notes = np.array([(50 * n + rng.uniform(-4, 4), 60 + n % 2, 64, 20, 0) for n in range(30)], float)
    assert repetition.extremes(notes, PERFORMANCE).loop == 30


def test_the_longest_note_and_the_longest_silence():
    notes = np.array([(0, 60, 64, 200, 0), (10, 64, 64, 20, 0), (260, 60, 64, 5, 0)], float)
    assert repetition.extremes(notes, PERFORMANCE)[1:] == (200.0, 60.0)
    assert repetition.extremes(notes[:0], PERFORMANCE) == (0, 0.0, 0.0)


def test_the_windows_of_a_performance_see_what_comes_back():
    notes = np.array([(25 * n, 60 + (n // 8 % 2) * 6, 64, 20, 0) for n in range(160)], float)
    music = excerpt(grid=PERFORMANCE, start=2000, end=4000)
    music = replace(music, notes=notes[80:], before=notes[:80])
    found = repetition.of_windows(music)
    assert found["pitch classes as 2 s before"] < 0.2
    assert found["pitch classes as 8 s before"] > 0.8


def test_real_music_in_the_place_of_samples_reaches_the_ceiling_and_is_found_copied():
    pieces = [performance_piece(seed, notes=900) for seed in range(8)]
    chosen = passages(pieces, PERFORMANCE, 1, 16, seed=1)
    real = [real_excerpt(passage, PERFORMANCE) for passage in chosen]
    played = [played_excerpt(p, Sample(p.real, [], ended=False), PERFORMANCE) for p in chosen]
    found = listen(played, real, pieces, NoveltyIndex(pieces, PERFORMANCE), PERFORMANCE)
    assert all(one.same == pytest.approx(1.0) for one in found.overlaps.values())
    assert all(one.distances == pytest.approx(one.distances_ceiling) for one in found.overlaps.values())
    assert all(ours == pytest.approx(theirs) for ours, theirs in found.means.values())
    assert found.degenerate is not None
    assert set(found.degenerate.above.values()) == {0}
    assert found.copied["played"] == found.copied["real"]
    assert found.copied["played"].most > 16
    assert (found.samples, found.pieces, found.seconds) == (16, 8, True)


def test_ends_count_where_the_model_ended_and_only_lines_have_them():
    done = excerpt(*bar_of_quarters(0, 67, 65, 62, 60), ended=True)
    cut = excerpt(*bar_of_quarters(0, 67, 65, 62, 62), ended=False)
    found = means([done, cut])
    assert found["ends on the tonic"] == 1.0
    assert found["ends before the limit"] == 0.5
    alto = done.notes.copy()
    alto[:, 4] = 1
    assert "ends on the tonic" not in means([replace(done, notes=alto)])


def test_voices_at_the_strikes_leave_out_what_happens_between():
    melody = [(24 * n, 72, 64, 24, 0) for n in range(4)]
    alto = [(0, 64, 64, 12, 1), (12, 65, 64, 12, 1), (24, 64, 64, 48, 1), (72, 64, 64, 24, 1)]
    bass = [(0, 48, 64, 36, 2), (36, 50, 64, 36, 2)]  # silent at the last strike
    found = at_strikes(np.array([*melody, *alto, *bass], float)).astype(int).tolist()
    assert [(at, pitch, length) for at, pitch, _, length, voice in found if voice == 1] == [
        (0, 64, 24), (24, 64, 48), (72, 64, 24)
    ]  # fmt: skip
    assert [(at, pitch, length) for at, pitch, _, length, voice in found if voice == 2] == [
        (0, 48, 48), (48, 50, 24)
    ]  # fmt: skip
