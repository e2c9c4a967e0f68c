"""Whatever is struck, whenever: probabilities stay probabilities, and music in another key is alike."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from live.engine.key_follower import KeyFollower
from models.key import Key
from models.key_filter import EVEN, KeyFilter, learned

STRIKES = st.lists(
    st.tuples(
        st.one_of(
            st.sampled_from([0, 1, 29_999_999, 30_000_000, -5_000_000, 10**13]),
            st.integers(0, 3_000_000_000),
        ),
        st.integers(0, 127),
    ),
    max_size=60,
)


def times(strikes):
    return np.cumsum([gap for gap, _ in strikes]).tolist()


@given(STRIKES)
def test_probabilities_stay_probabilities(strikes):
    heard, follower = KeyFilter(), KeyFollower()
    for ns, (_, pitch) in zip(times(strikes), strikes, strict=True):
        keys = heard.strike(ns, pitch)
        assert np.isfinite(keys).all()
        assert (keys >= 0).all()
        assert abs(keys.sum() - 1) < 1e-9
        follower.strike(ns, pitch)
        follower.follow()
        assert 0.0 <= follower.confidence <= 1.0
        assert -5 <= follower.shift <= 6


@given(STRIKES, st.integers(0, 11))
def test_the_same_music_higher_gives_the_same_keys_higher(strikes, up: int):
    even = learned()._replace(keys=EVEN)  # else keys that are frequent are believed sooner
    here, there = KeyFilter(even), KeyFilter(even)
    for ns, (_, pitch) in zip(times(strikes), strikes, strict=True):
        keys = here.strike(ns, pitch).reshape(2, 12)
        moved = there.strike(ns, pitch + up).reshape(2, 12)
        np.testing.assert_allclose(np.roll(keys, up, axis=1), moved, atol=1e-6)


@given(STRIKES, st.sampled_from(["C", "F#m", "Bb"]))
def test_a_key_that_is_set_is_told_whatever_is_played(strikes, name: str):
    follower = KeyFollower(name)
    for ns, (_, pitch) in zip(times(strikes), strikes, strict=True):
        follower.strike(ns, pitch)
        follower.follow()
        assert follower.key == Key.parse(name)
