"""Piano rolls: old and new differ in colour, bar lines stand where there are meters."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from live.errors import FileError
from live.files.bars import bar_lines
from live.files.music import MeterMark, Music, Part
from live.files.plot import NEW_COLOURS, PROMPT_COLOURS, picture
from live.files.tempo import TempoMap
from live.files.write import save


def music(length: int = 8, **fields) -> Music:
    notes = np.array([[at, 60 + at % 12, 127, 1.0, 0] for at in range(length)])
    return Music(**{"name": "old", "parts": (Part("old", notes),), "tempo": TempoMap.of(), **fields})


def new(start: int, length: int = 8) -> Part:
    notes = np.array([[start + at, 72 - at % 12, 127, 1.0, 0] for at in range(length)])
    return Part("new", notes)


def colours(image: bytes) -> dict[str, int]:
    """How many pixels have each colour."""
    from matplotlib.image import imread

    pixels = (np.asarray(imread(BytesIO(image)))[:, :, :3] * 255).round().astype(int)
    packed = pixels[:, :, 0] << 16 | pixels[:, :, 1] << 8 | pixels[:, :, 2]
    values, counts = np.unique(packed, return_counts=True)
    return {f"#{value:06x}": count for value, count in zip(values.tolist(), counts, strict=True)}


def test_old_and_new_differ_in_colour():
    both = colours(picture(music(), [new(8)]))
    assert both[PROMPT_COLOURS[0]] > 1000
    assert both[NEW_COLOURS[0]] > 1000
    assert NEW_COLOURS[0] not in colours(picture(music()))


@pytest.mark.parametrize("length", [1, 400])
def test_any_length_has_a_picture_of_bounded_size(length: int):
    image = picture(music(length, meters=(MeterMark(0, 4, 4, 0),)), [new(length)])
    assert image.startswith(b"\x89PNG")
    assert int.from_bytes(image[20:24], "big") < 4000


def test_a_piece_of_new_music_alone():
    assert picture(Music("new", (), TempoMap.of()), [new(0)]).startswith(b"\x89PNG")
    assert picture(Music("nothing", (), TempoMap.of())).startswith(b"\x89PNG")


def test_bars_are_counted_from_the_first_full_one():
    marks = (MeterMark(0, 3, 4, 1), MeterMark(7, 4, 4, 7))
    assert bar_lines(marks, 12) == [(1, 1), (2, 4), (3, 7), (4, 11)]
    assert bar_lines((), 12) == []


def test_a_picture_that_cannot_be_written(tmp_path: Path):
    with pytest.raises(FileError, match="cannot write"):
        save(tmp_path / "no" / "roll.png", music())


@pytest.mark.parametrize(("form", "start"), [("svg", b"<?xml"), ("pdf", b"%PDF"), ("png", b"\x89PNG")])
def test_every_kind_of_picture_and_always_the_same_bytes(form: str, start: bytes):
    image = picture(music(), [new(8)], form)
    assert image.startswith(start)
    assert image == picture(music(), [new(8)], form)
