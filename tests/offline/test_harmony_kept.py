"""Harmony of whole pieces: chords that the music has are kept to in every style, else found and named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from live.files.examples import located
from live.files.music import ChordMark, Music, Part
from live.files.read import read
from live.offline.given_chords import given_chords
from live.offline.harmonizing import STYLES, harmonize_music
from live.offline.taste import Taste
from models.chord import Chord
from models.key import Key
from models.step import Network, load_network

MARKS = (ChordMark(0, "C"), ChordMark(6, "N.C."), ChordMark(8, "F"), ChordMark(12, "Gm7"), ChordMark(16, "C"))


@pytest.fixture(scope="module")
def chorale() -> Network:
    return load_network("chorale")


@pytest.fixture
def line() -> Music:
    music = read(located(Path("example-tune.abc")))
    notes = np.array([[at, 72 + (0, 4, 7, 5)[at % 4], 80, 1.0, 0] for at in range(20)])
    return replace(music, parts=(Part("tune", notes),), key=Key(0, "major"), meters=(), chords=MARKS)


@pytest.mark.parametrize("style", STYLES)
def test_given_chords_are_kept_to(line: Music, chorale: Network, style: str):
    made = harmonize_music(line, Taste(1), network=chorale, style=style)
    assert made.music.chords == MARKS
    assert made.facts["chords"] == "given"
    assert len(made.added) == 3
    for part in made.added:
        for onset, pitch, *_ in part.notes.tolist():
            name = [mark.name for mark in MARKS if mark.quarter <= onset][-1]
            if name != "N.C.":
                assert pitch % 12 in Chord.parse(name).classes
            assert pitch < line.parts[0].notes[int(onset), 1]


@pytest.mark.parametrize("style", STYLES)
def test_where_none_are_given_they_are_found_in_the_key_of_the_piece(chorale: Network, style: str):
    music = read(located(Path("example-tune.abc")))  # in G
    made = harmonize_music(music, Taste(1), network=chorale, style=style)
    names = {mark.name.partition("/")[0] for mark in made.music.chords}
    assert len(made.music.chords) >= 4
    assert names & {"G", "D", "Em", "C", "Am"}


def test_chords_of_a_style_sound_as_they_are_named(chorale: Network):
    made = harmonize_music(read(located(Path("example-tune.abc"))), Taste(1), network=chorale, style="chords")
    for mark, until in zip(made.music.chords, [*made.music.chords[1:], None], strict=True):
        for part in made.added:
            starts = part.notes[:, 0]
            inside = (starts >= mark.quarter) & (starts < (until.quarter if until else 1e9))
            assert set((part.notes[inside, 1] % 12).tolist()) <= set(Chord.parse(mark.name).classes)


def test_a_part_of_chords_says_them(line: Music):
    triads = [
        [at, pitch, 70, 4.0, 0] for at, root in ((0, 48), (4, 53)) for pitch in (root, root + 4, root + 7)
    ]
    chords = Part("pad", np.array(triads, float), channel=1)
    music = replace(line, chords=(), parts=(*line.parts, chords))
    found = given_chords(music, music.parts[0], Key(0, "major"))
    assert [(each.quarter, each.chord and each.chord.name) for each in found] == [(0, "C"), (4, "F")]
