"""Splits that part no melody."""

from __future__ import annotations

import numpy as np
import pytest

from models.piece import Piece
from training.melody import beat_features, exact_key, note_features
from training.report import Report
from training.split import SplitSettings, clusters, divide_by_melody, draw, join

RNG_SEED = 5


def melody(pitches: list[int], *, name: str = "m", start: float = 0, step: float = 24) -> Piece:
    notes = [(start + step * i, pitch, 64, step, 0) for i, pitch in enumerate(pitches)]
    return Piece(name, np.array(notes, float))


def tunes(count: int) -> list[Piece]:
    rng = np.random.default_rng(RNG_SEED)
    return [melody(rng.integers(60, 78, 40).tolist(), name=f"t{i}") for i in range(count)]


def test_exact_duplicates_are_equal_after_transposition_and_shift():
    one = melody([60, 62, 64])
    assert exact_key(one) == exact_key(melody([65, 67, 69], start=48))
    assert exact_key(one) != exact_key(melody([60, 62, 63]))
    assert exact_key(one) != exact_key(melody([60, 62, 64], step=12))


def test_note_features_know_no_rhythm_and_no_key():
    pitches = [60, 62, 64, 65, 67, 69, 71, 72]
    assert note_features(melody(pitches)) == note_features(melody([p + 3 for p in pitches], step=12))
    assert len(note_features(melody(pitches))) == 3
    assert note_features(melody([60, 62])) != note_features(melody([60]))


def test_beat_features_know_no_passing_notes():
    plain = melody([60, 64, 67, 65, 62, 60, 59, 60])
    eighths = [60, 62, 64, 65, 67, 66, 65, 64, 62, 61, 60, 60, 59, 60, 60, 60]
    assert beat_features(melody(eighths, step=12)) == beat_features(plain)


def test_clusters_are_chains_of_overlaps():
    numbers = [set(range(0, 20)), set(range(10, 30)), set(range(20, 40)), set(range(90, 99))]
    features = [{bytes([n]) for n in own} for own in numbers]
    one, two, three, four = clusters(features, 0.5)
    assert one == two == three != four
    assert len(set(clusters(features, 0.6))) == 4


def test_few_features_in_common_are_chance_unless_they_are_all():
    small, large = {b"1", b"2", b"3"}, {bytes([n]) for n in range(48, 90)}
    assert len(set(clusters([small, large], 0.5))) == 1  # b"1" is 49: wholly contained
    other = {b"1", b"2", b"x", b"!"}
    assert len(set(clusters([other, large], 0.5))) == 2


def test_equal_titles_join_and_empty_ones_do_not():
    assert len(set(join([0, 1, 2, 3], ["a", "b", "a", ""]))) == 3
    assert len(set(join([0, 1], ["", ""]))) == 2
    one, two, three = join([0, 0, 2], ["a", "b", "b"])
    assert one == two == three


def test_near_duplicates_share_group_and_split():
    pieces = []
    for tune in tunes(80):
        varied = tune.notes[:, 1].astype(int).tolist()
        varied[20] += 1
        pieces += [tune, melody(varied, name=f"{tune.name} varied")]
    splits = divide_by_melody(pieces, note_features, SplitSettings(), Report("folk"))
    groups = {name: {piece.group for piece in part} for name, part in splits.items()}
    assert sum(len(part) for part in splits.values()) == 160
    assert sum(len(own) for own in groups.values()) == 80
    assert not groups["train"] & groups["test"]
    assert not groups["train"] & groups["validation"]
    assert not groups["validation"] & groups["test"]


def test_the_split_depends_on_contents_alone():
    def where(pieces: list[Piece]) -> dict[str, str]:
        splits = divide_by_melody(pieces, note_features, SplitSettings(), Report("folk"))
        return {piece.name: name for name, part in splits.items() for piece in part}

    everything = where(tunes(100))
    assert where(tunes(100)[::-1]) == everything
    assert where(tunes(50)) == {f"t{i}": everything[f"t{i}"] for i in range(50)}


def test_exact_duplicates_are_kept_once_and_reported():
    report = Report("folk")
    pieces = [melody([60, 62, 64], name="a"), melody([67, 69, 71], name="b")]
    splits = divide_by_melody(pieces, note_features, SplitSettings(), report)
    assert [piece.name for part in splits.values() for piece in part] == ["a"]
    assert report.refused == {"b": "exact duplicate: of a"}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_shares_are_about_a_tenth_each(seed: int):
    settings = SplitSettings(seed=seed)
    drawn = [draw(str(group), settings) for group in range(4000)]
    assert 300 < drawn.count("test") < 500
    assert 300 < drawn.count("validation") < 500
