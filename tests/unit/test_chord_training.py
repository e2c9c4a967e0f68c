"""Tunes with chords: what is read of ABC and of four voices, and that tables learn what is to be learned."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from models.chord import Chord
from models.chord_model import ChordFilter, chord_of, load_chords, number_of
from training.chords import train
from training.chords.bach import chord_at
from training.chords.learn import learn
from training.chords.nottingham import chord_of as written
from training.chords.nottingham import read, tunes
from training.chords.tunes import UNKNOWN, Line, asked

BOOK = """\
X: 1
T:Our own
M:3/4
L:1/4
K:G
D|"G"G A B|"C"c2 "D7/f+"d|^c/2=c/2 B/2>A/2 (3G/2G/2G/2|"G"G3-|G:|
X: 2
T:In six
M:6/8
K:Em
P:A
B|"Em"e2f "B7"g2a|"Em"bge "Am"E3|z3 "?"e3|
M:4/4
K:C
"C"CEGc "G7"Bdgf|"C"c8|"F"F8|"Dd"_A8|
"""


def parts(book: str = BOOK) -> list[Line]:
    return list(tunes("book", book))


def names(line: Line) -> list[str]:
    return [chord_of(each).name if each != UNKNOWN else "?" for _, each in line.chords]


def test_notes_lengths_signs_and_ties():
    line = parts()[0]
    pitches = [pitch for _, _, pitch in line.notes]
    assert pitches == [67, 72, 74, 76, 77, 79, 78, 77, 76, 74, 72, 72, 72, 72]  # G brought to C
    lengths = [length / 24 for _, length, _ in line.notes]
    assert lengths == pytest.approx([1, 1, 1, 1, 2, 1, 0.5, 0.5, 0.75, 0.25, 1 / 3, 1 / 3, 1 / 3, 4])


def test_strong_beats_begin_with_the_bar_after_a_pickup():
    line = parts()[0]
    assert [tick for tick, _ in line.beats][:4] == [24, 96, 168, 240]
    assert all(bar for _, bar in line.beats)
    six = parts()[1]
    assert [(tick, bar) for tick, bar in six.beats][:4] == [(12, True), (48, False), (84, True), (120, False)]


def test_chords_are_of_the_key_brought_home():
    assert names(parts()[0]) == ["C", "F", "G7", "C"]
    assert names(parts()[1]) == ["Am", "E7", "Am", "Dm", "?"]
    assert names(parts()[2]) == ["C", "G7", "C", "F", "Ddim"]
    assert [line.minor for line in parts()] == [False, True, False]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("G7/b", "G7"),
        ("F#m", "F#m"),
        ("(E7)", "E7"),
        ("Bb", "Bb"),
        ("Cd", "Cdim"),
        ("Ca", "C"),
        ("Bm7", "Bm"),
    ],
)
def test_spellings_of_the_collection(text: str, name: str):
    assert chord_of(written(text, 0)).name == name


@pytest.mark.parametrize("text", ["", "?", "g", "hallo"])
def test_what_is_no_chord_is_unknown(text: str):
    assert written(text, 0) == UNKNOWN


def test_what_is_heard_and_asked_at_each_strong_beat():
    found = asked(parts()[0])
    assert [each.note for each in found[:3]] == [0, 5, 6]
    assert found[0].passed == (7,)
    assert found[1].passed == (2, 4)
    assert [chord_of(each.chord).name for each in found[:3]] == ["C", "F", "G7"]


def voices(*pitches: int, length: int = 24) -> np.ndarray:
    return np.array([(0, pitch, 64, length, voice) for voice, pitch in enumerate(pitches)], np.float64)


@pytest.mark.parametrize(
    ("pitches", "name"),
    [((72, 67, 64, 48), "C"), ((69, 64, 60, 45), "Am"), ((71, 67, 62, 41), "G7"), ((74, 69, 65, 59), "Bdim"),
     ((72, 67, 64, 52), "C"), ((74, 71, 67, 55), "G")],
)  # fmt: skip
def test_a_chord_of_four_voices(pitches: tuple[int, ...], name: str):
    found = chord_of(chord_at(voices(*pitches), 0, 24))
    assert found.root == Chord.parse(name).root or name == "Bdim"
    assert found.name in (name, "Dm")  # B D F A has both


def test_a_passing_note_is_no_chord_tone():
    notes = np.array([(0, 72, 64, 24, 0), (0, 67, 64, 12, 1), (12, 65, 64, 12, 1), (0, 64, 64, 24, 2),
                      (0, 48, 64, 24, 3)], np.float64)  # fmt: skip
    assert chord_of(chord_at(notes, 0, 24)).name == "C"
    assert chord_at(notes, 48, 72) == UNKNOWN


def two_chords(name: str, seed: int) -> Line:
    """Over C, E or G stands C, over F, A or D stands F; always."""
    rng = np.random.default_rng(seed)
    chords, notes = [], []
    for bar in range(40):
        on_tonic = rng.random() < 0.5
        pitch = int(rng.choice([60, 64, 67] if on_tonic else [65, 69, 62]))
        chords.append((96 * bar, number_of(Chord(0 if on_tonic else 5))))
        notes.append((96 * bar, 96, pitch))
    return Line(name, False, notes, chords, [(96 * bar, True) for bar in range(40)])


def test_what_stands_there_is_learned_and_read_back(tmp_path: Path):
    tables = learn([two_chords(f"tune {seed}", seed) for seed in range(8)])
    path = tmp_path / "data" / "chords.npz"
    train.write(tables, path)
    again = load_chords(path)
    assert again.sha256 == tables.sha256
    held_out = two_chords("another", 99)
    told = ChordFilter(again)
    right = [told.ask(each.note, minor=False, bar=each.bar) == each.chord for each in asked(held_out)]
    assert np.mean(right) == 1.0
    lines = train.figures(again, [two_chords("x", 1)], [held_out])
    assert lines[-1] == "| this model | 100.0% | 100.0% |"
    assert len(lines) == 6


def books(folder: Path) -> Path:
    """Twelve tunes that differ."""
    rng = np.random.default_rng(3)
    tunes_ = []
    for number in range(12):
        bars = []
        for _ in range(16):
            name = str(rng.choice(["C", "F", "G7", "Am"]))
            bars.append(f'"{name}"' + "".join(rng.choice(list("CDEFGABcdefg"), 4)))
        tunes_.append(f"X: {number}\nM:4/4\nL:1/4\nK:C\n{'|'.join(bars)}|\n")
    (folder / "own.abc").write_text("\n".join(tunes_))
    return folder


def test_the_command_trains_and_measures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    own = tmp_path / "user" / "chords.npz"
    monkeypatch.setattr(train, "OWN", own)
    options = ["--corpus", "nottingham", "--data", str(books(tmp_path)), "--use", "--split", "validation"]
    monkeypatch.setattr(sys, "argv", ["train", *options])
    assert sum(len(lines) for lines in read(tmp_path).values()) == 12
    train.main()
    said = capsys.readouterr().out
    assert f"written to {own}" in said
    assert "| this model |" in said
    first = load_chords(own).sha256
    train.main()
    assert load_chords(own).sha256 == first, "the same tunes make the same tables"


@pytest.mark.parametrize("corpus", ["nottingham", "chorales"])
def test_where_no_corpus_is_one_line_says_so(corpus: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "argv", ["train", "--corpus", corpus, "--data", str(tmp_path)])
    with pytest.raises(SystemExit, match=r"training.chords.train: .* holds no .*: unpack"):
        train.main()
