"""Voices go into another chord by the shortest way, together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from live.engine.leading import lead


def tones(*classes: int) -> np.ndarray:
    return np.isin(np.arange(128) % 12, classes)


def test_common_tones_stay_and_others_step():
    assert lead({1: 64, 2: 60, 3: 55}, tones(9, 0, 4), 72) == {1: 64, 2: 60, 3: 57}
    assert lead({1: 67, 2: 64, 3: 60}, tones(5, 9, 0), 72) == {1: 69, 2: 65, 3: 60}
    assert lead({1: 64, 2: 60, 3: 55}, tones(7, 11, 2), 74) == {1: 62, 2: 59, 3: 55}


def test_nothing_below_the_melody_is_nothing():
    assert lead({1: 64}, tones(11), 3) == {}
    assert lead({1: 64}, tones(0), 1) == {1: 0}
    assert lead({}, tones(0), 60) == {}


VOICES = st.lists(st.integers(36, 80), min_size=1, max_size=3)
CLASSES = st.sets(st.integers(0, 11), min_size=1, max_size=5)


@given(VOICES, CLASSES, st.integers(60, 90))
def test_no_way_is_shorter(held: list[int], classes: set[int], melody: int):
    voices = {voice + 1: pitch for voice, pitch in enumerate(sorted(held, reverse=True))}
    found = lead(voices, tones(*classes), melody)
    assert found.keys() == voices.keys()
    moved = [found[voice] for voice in sorted(found)]
    assert moved == sorted(moved, reverse=True), "voices cross"
    assert all(pitch < melody and pitch % 12 in classes for pitch in moved)
    start = sorted(held, reverse=True)

    def joined(pitches: Sequence[int]) -> int:
        """Voices that come to share a pitch."""
        return sum(
            a == b and c != d for (a, b), (c, d) in zip(pairwise(pitches), pairwise(start), strict=True)
        )

    distance = sum(abs(found[voice] - pitch) for voice, pitch in voices.items())
    near = [p for p in range(min(held) - 14, min(melody, max(held) + 15)) if p % 12 in classes]
    for each in product(near, repeat=len(held)) if len(near) <= 16 else []:
        if list(each) == sorted(each, reverse=True) and joined(each) <= joined(moved):
            assert sum(abs(a - b) for a, b in zip(each, start, strict=True)) >= distance
