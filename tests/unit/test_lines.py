"""Single line or not, and which notes are the melody."""

from __future__ import annotations

import numpy as np
import pytest

from live.errors import FileError
from live.files.lines import is_line, melody, melody_part
from live.files.music import Music, Part
from live.files.tempo import TempoMap


def part(*rows: tuple[float, int, float], name: str = "") -> Part:
    return Part(name, np.array([[on, pitch, 64, length, 0] for on, pitch, length in rows], float))


def music(*parts: Part) -> Music:
    return Music("test", parts, TempoMap.of())


def scale(overlap: float) -> Part:
    return part(*[(at / 2, 60 + at, 0.5 + overlap) for at in range(20)])


@pytest.mark.parametrize("overlap", [-0.4, 0.0, 0.02, 0.2])
def test_a_scale_is_a_line_also_when_played_legato(overlap: float):
    assert is_line(music(scale(overlap)))
    assert melody(scale(overlap))[:, 1].tolist() == list(range(60, 80))


def test_two_voices_are_no_line():
    assert not is_line(music(scale(0), part((0, 40, 10))))
    assert not is_line(music(part((0, 60, 0.1), (0, 64, 0.1), (1, 60, 0.1), (1, 64, 0.1))))


def test_one_slip_in_a_long_line_is_forgiven():
    slip = part(*[(at, 60, 0.9) for at in range(100)], (7.1, 61, 0.8))
    assert is_line(music(slip))


def test_a_line_may_change_parts():
    assert is_line(music(part((0, 60, 1), (1, 62, 1)), part((2, 64, 1), (3, 65, 1))))


def test_the_melody_is_the_highest_sounding_note():
    chorale = part((0, 72, 2), (0, 60, 2), (1, 64, 1), (2, 67, 1), (2.5, 71, 1))
    assert melody(chorale)[:, [0, 1, 3]].tolist() == [[0, 72, 2], [2, 67, 0.5], [2.5, 71, 1]]


def test_of_a_rolled_chord_the_top_is_melody():
    rolled = part((0, 60, 2), (0.02, 64, 2), (0.04, 67, 2), (2, 65, 1))
    assert melody(rolled)[:, 1].tolist() == [67, 65]


def test_the_melody_part_is_named_or_the_highest():
    high, low = part((0, 80, 1), name="flute"), part((0, 60, 1), name="Solo voice")
    assert melody_part(music(high, part((0, 40, 1), name="bass"))) is high
    assert melody_part(music(high, low)) is low
    assert melody_part(music(high, low), "FLUTE") is high
    assert melody_part(music(high, low), "2") is low


def test_an_unknown_part_is_named_with_those_there_are():
    with pytest.raises(FileError, match=r"no part is called 'oboe'; there are: 1 flute"):
        melody_part(music(part((0, 80, 1), name="flute")), "oboe")
