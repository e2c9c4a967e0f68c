"""The chords under melodies: what the shipped tables say, and what a damaged file does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from live.engine import chord_tables
from models.chord import Chord
from models.chord_model import (
    CHORDS,
    BadChordsError,
    ChordFilter,
    chord_of,
    load_chords,
    made_of,
    number_of,
)

TABLES = load_chords()


def asked(notes: list[int | None], *, minor: bool = False) -> list[str]:
    told = ChordFilter(TABLES)
    return [
        chord_of(told.ask(note, minor=minor, bar=place % 2 == 0)).name for place, note in enumerate(notes)
    ]


def test_numbers_are_chords_and_back():
    for number in range(CHORDS):
        assert number_of(chord_of(number)) == number
    assert chord_of(number_of(Chord(2, "m7"), 10), -10) == Chord(2, "m")


def test_probabilities_add_up():
    assert np.allclose(TABLES.first.sum(-1), 1, atol=1e-4)
    assert np.allclose(TABLES.moves.sum(-1), 1, atol=1e-4)
    assert np.allclose(TABLES.struck.sum(-1), 1, atol=1e-4)


def test_tunes_begin_on_the_tonic():
    assert asked([0])[0] == "C"
    assert asked([9], minor=True)[0] == "Am"


def test_a_rest_is_no_note_and_nothing_breaks_over_a_long_piece():
    found = asked([None, 0, 4, None, 7, 11, 2] * 200)
    assert {"C", "G"} <= set(found)


def test_only_what_is_allowed_is_chosen():
    told = ChordFilter(TABLES)
    allowed = made_of((0, 2, 4, 5, 7, 9, 11))
    assert {chord_of(number).name for number in np.flatnonzero(allowed)} == {
        "C", "F", "G", "Dm", "Em", "Am", "Bdim", "G7",
    }  # fmt: skip
    for note in (1, 3, 6, 8, 10, 0):
        assert allowed[told.ask(note, minor=False, bar=True, allowed=allowed)]


def heard() -> ChordFilter:
    told = ChordFilter(TABLES)
    for note in (0, 4, 7, 5):
        told.hear(note)
        told.ask(note, minor=False, bar=True)
    told.hear(9)
    return told


def test_in_another_key_what_was_heard_has_turned():
    kept, turned, back = heard(), heard(), heard()
    turned.turn(7)
    back.turn(7)
    back.turn(-7)
    wanted = kept.look(2, minor=False, bar=True)
    assert np.allclose(back.look(2, minor=False, bar=True), wanted, atol=1e-5)
    other = turned.look(9, minor=False, bar=True)
    assert not np.allclose(other, wanted)
    assert np.allclose(np.roll(other[-13:-1], -7), wanted[-13:-1]), "what was heard lately"


def test_what_was_played_is_believed():
    told = ChordFilter(TABLES)
    told.ask(0, minor=False, bar=True)
    told.played(number_of(Chord.parse("Ab")))
    rows = told.look(0, minor=False, bar=True)
    other = ChordFilter(TABLES)
    other.ask(0, minor=False, bar=True)
    assert not np.allclose(rows, other.look(0, minor=False, bar=True))


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04"])
def test_a_damaged_file_is_one_line(content: bytes, tmp_path: Path):
    path = tmp_path / "chords.npz"
    path.write_bytes(content)
    with pytest.raises(BadChordsError, match="holds no chords") as error:
        load_chords(path)
    assert "\n" not in str(error.value)


def test_tables_of_another_shape_are_refused(tmp_path: Path):
    path = tmp_path / "chords.npz"
    np.savez(path, **(TABLES._asdict() | {"struck": np.ones((2, 3))}))
    with pytest.raises(BadChordsError, match="struck is not as it should be"):
        load_chords(path)
    np.savez(path, **(TABLES._asdict() | {"weights": np.full_like(TABLES.weights, np.nan)}))
    with pytest.raises(BadChordsError, match="weights"):
        load_chords(path)


def test_the_users_own_are_found_and_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    own, said = tmp_path / "chords.npz", list[str]()
    monkeypatch.setattr(chord_tables, "OWN", own)
    assert chord_tables.chosen(said.append) is chord_tables.shipped()
    assert said == []
    np.savez(own, **(TABLES._asdict() | {"weights": TABLES.weights * 2}))
    assert chord_tables.chosen(said.append).sha256 != TABLES.sha256
    own.write_bytes(b"?")
    assert chord_tables.chosen(said.append) is chord_tables.shipped()
    assert [line.count("\n") for line in said] == [0, 0]
    assert str(own) in said[0]
    assert "shipped" in said[1]
