"""Keys are read, found and brought home."""

from __future__ import annotations

import numpy as np
import pytest

from models.key import Key, find_key

MAJOR = (0, 2, 4, 5, 7, 9, 11, 12, 7, 4, 0)
MINOR = (0, 2, 3, 5, 7, 8, 11, 12, 7, 3, 0)


def melody(steps: tuple[int, ...], tonic: int) -> np.ndarray:
    lengths = [2.0 if step % 12 in (0, 7) else 1.0 for step in steps]
    return np.array(
        [
            [at, 60 + tonic + step, 64, length, 0]
            for at, (step, length) in enumerate(zip(steps, lengths, strict=True))
        ]
    )


@pytest.mark.parametrize("tonic", range(12))
def test_scales_are_recognised_in_every_key(tonic: int):
    assert find_key(melody(MAJOR, tonic)) == Key(tonic, "major")
    assert find_key(melody(MINOR, tonic)) == Key(tonic, "minor")


@pytest.mark.parametrize("tonic", range(12))
@pytest.mark.parametrize(("mode", "home"), [("major", 0), ("minor", 9)])
def test_the_transposition_leads_home_by_the_shortest_way(tonic: int, mode, home: int):
    shift = Key(tonic, mode).transposition
    assert (tonic + shift) % 12 == home
    assert -5 <= shift <= 6


@pytest.mark.parametrize("mode", ["major", "minor"])
@pytest.mark.parametrize("tonic", range(12))
def test_names_are_read_back(tonic: int, mode):
    assert Key.parse(Key(tonic, mode).name) == Key(tonic, mode)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("bb minor", Key(10, "minor")),
        ("F#m", Key(6, "minor")),
        ("Ddor", Key(2, "minor")),
        ("GM", Key(7, "major")),
    ],
)
def test_keys_as_people_write_them(text: str, key: Key):
    assert Key.parse(text) == key


@pytest.mark.parametrize("text", ["", "H", "C##", "Cmaybe", "auto"])
def test_what_is_no_key_is_refused(text: str):
    with pytest.raises(ValueError, match="is not a key"):
        Key.parse(text)


def test_nothing_at_all_counts_as_c_major():
    assert find_key(np.zeros((0, 5))) == Key(0, "major")
