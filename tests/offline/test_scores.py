"""kern, ABC and MusicXML, by hand and from music21's own corpus."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np
import pytest

from live.files.music import ChordMark, MeterMark, Music
from live.files.read import read
from models.key import Key

KERN = """**kern
*I"Flute
*M3/4
*k[f#]
*G:
*MM90
{4d
=1
4g
12a
12b
12cc
[4b
=2
2b]}
qcc
4r
==
*-
"""
ABC = """X:1
T:One
M:6/8
L:1/8
Q:3/8=80
K:Ddor
A|d2f "Dm"[Af]ga|{b}d3-d2z|]
"""


def load(tmp_path: Path, name: str, text: str) -> Music:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read(path)


def corpus(name: str) -> Path:
    import music21

    return Path(music21.__file__).parent / "corpus" / name


def onsets(music: Music, part: int = 0) -> list[list[float]]:
    """Onset, pitch and duration of each note."""
    return music.parts[part].notes[:, [0, 1, 3]].round(6).tolist()


def test_kern_with_pickup_tie_triplet_grace_and_rest(tmp_path: Path):
    music = load(tmp_path, "tune.krn", KERN)
    third = round(1 / 3, 6)
    assert onsets(music) == [
        [0, 62, 1],
        [1, 67, 1],
        [2, 69, third],
        [2 + third, 71, third],
        [round(2 + 2 / 3, 6), 72, third],
        [3, 71, 3],
    ]
    assert music.meters == (MeterMark(0, 3, 4, 1),)
    assert music.key == Key(7, "major")
    assert music.tempo.seconds_at(3) == pytest.approx(2)
    assert music.name == "tune"


def test_kern_in_latin_1_with_windows_lines(tmp_path: Path):
    path = tmp_path / "tune.krn"
    path.write_bytes(("!!!OTL: Frühling\n" + KERN).replace("\n", "\r\n").encode("latin-1"))
    assert len(read(path).parts[0].notes) == 6


def test_two_kern_spines_that_split_and_join(tmp_path: Path):
    text = "**kern\t**kern\n4C\t4c\n*^\t*\n4D\t4F\t4d\n*v\t*v\t*\n4E\t4e\n*-\t*-\n"
    music = load(tmp_path, "split.krn", text)
    assert sorted(len(part.notes) for part in music.parts) == [3, 4]


def test_abc_with_chord_symbol_grace_tie_and_church_mode(tmp_path: Path):
    music = load(tmp_path, "tune.abc", ABC)
    assert onsets(music) == [
        [0, 69, 0.5], [0.5, 74, 1], [1.5, 77, 0.5], [2, 69, 0.5], [2, 77, 0.5],
        [2.5, 79, 0.5], [3, 81, 0.5], [3.5, 74, 2.5],
    ]  # fmt: skip
    assert music.meters == (MeterMark(0, 6, 8, 0.5),)
    assert music.key == Key(2, "minor")
    assert music.tempo.seconds_at(1.5) == pytest.approx(0.75)


def test_of_a_book_of_tunes_the_first_is_taken_and_a_remark_says_so(tmp_path: Path):
    music = load(tmp_path, "book.abc", ABC + "\n" + ABC.replace("X:1", "X:2"))
    assert len(music.parts[0].notes) == 8
    assert music.remarks == ("book.abc holds 2 tunes; the first is taken",)


def test_a_chorale_in_compressed_musicxml():
    music = read(corpus("bach/bwv66.6.mxl"))
    assert [part.name for part in music.parts] == ["Soprano", "Alto", "Tenor", "Bass"]
    assert music.meters == (MeterMark(0, 4, 4, 1),)
    assert music.key == Key(6, "minor")
    assert music.end == 36
    assert onsets(music)[:3] == [[0, 73, 0.5], [0.5, 71, 0.5], [1, 69, 1]]


def test_the_same_score_zipped_or_not(tmp_path: Path):
    zipped = corpus("bach/bwv66.6.mxl")
    plain = tmp_path / "plain.musicxml"
    with zipfile.ZipFile(zipped) as archive:
        name = next(name for name in archive.namelist() if not name.startswith("META-INF"))
        plain.write_bytes(archive.read(name))
    for one, other in zip(read(zipped).parts, read(plain).parts, strict=True):
        np.testing.assert_array_equal(one.notes, other.notes)


def test_programs_and_transposing_instruments_sound_as_written_for_them(tmp_path: Path):
    clarinet = """<score-partwise version="3.1"><part-list><score-part id="P1">
    <part-name>Clarinet in Bb</part-name><score-instrument id="I1"><instrument-name>Clarinet
    </instrument-name></score-instrument><midi-instrument id="I1"><midi-program>72</midi-program>
    </midi-instrument></score-part></part-list><part id="P1"><measure number="1"><attributes>
    <divisions>1</divisions><time><beats>4</beats><beat-type>4</beat-type></time><transpose>
    <diatonic>-1</diatonic><chromatic>-2</chromatic></transpose></attributes><note><pitch>
    <step>D</step><octave>5</octave></pitch><duration>4</duration></note></measure></part>
    </score-partwise>"""
    music = load(tmp_path, "clarinet.musicxml", clarinet)
    assert onsets(music) == [[0, 72, 4]]
    assert music.parts[0].program == 71


@pytest.mark.parametrize(
    ("name", "parts", "key"),
    [
        ("chopin/mazurka06-2.krn", 2, Key(1, "minor")),
        ("palestrina/Agnus_II_47.krn", 6, Key(7, "minor")),
        ("schubert/Lindenbaum.xml", 3, Key(4, "major")),
        ("johnson_j_r/lift_every_voice.mxl", 4, Key(8, "major")),
        ("oneills1850/0001-0050.abc", 1, Key(7, "minor")),
    ],
)
def test_scores_of_many_kinds_are_read_whole(name: str, parts: int, key: Key):
    music = read(corpus(name))
    assert len(music.parts) == parts
    assert music.key == key
    for part in music.parts:
        assert (part.notes[:, 3] > 0).all()
        assert (np.diff(part.notes[:, 0]) >= 0).all()


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]):
    read(corpus("chopin/mazurka06-2.krn"))
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""


def test_kern_phrase_marks_and_fermatas_end_phrases(tmp_path: Path):
    assert load(tmp_path, "tune.krn", KERN).parts[0].phrases == (6,)
    held = "**kern\n4c;\n4d\n8r\n[4e;\n8e]\n*-\n"
    assert load(tmp_path, "held.krn", held).parts[0].phrases == (1, 4)
    assert read(corpus("bach/bwv66.6.mxl")).parts[0].phrases == (4, 8, 12, 20, 29, 36)


def test_kern_keys_of_church_modes(tmp_path: Path):
    for token, key in (("*g:dor", Key(7, "minor")), ("*B-:mix", Key(10, "major")), ("*?:", Key(7, "major"))):
        assert load(tmp_path, "mode.krn", KERN.replace("*G:", token)).key == key


def test_bars_that_do_not_fit_begin_anew_and_divided_bars_do_not(tmp_path: Path):
    text = "**kern\n*M3/4\n4c\n=1\n2.d\n=2\n2d\n=:|!\n4e\n=3\n2.f\n=4\n2g\n=5\n2.a\n=6\n2.b\n*-\n"
    assert load(tmp_path, "bars.krn", text).meters == (MeterMark(0, 3, 4, 1), MeterMark(12, 3, 4, 12))


def test_chord_symbols_of_abc_and_musicxml(tmp_path: Path):
    text = ABC.replace("K:Ddor", "K:Bb").replace('"Dm"', '"Ebmaj7/D"').replace("{b}d3", '"N.C."d3')
    assert load(tmp_path, "tune.abc", text).chords == (ChordMark(2, "Ebmaj7/D"), ChordMark(3.5, "N.C."))
    assert load(tmp_path, "plain.abc", ABC.replace('"Dm"', "")).chords == ()
    lead_sheet = read(corpus("leadSheet/fosterBrownHair.mxl"))
    assert lead_sheet.chords[:3] == (ChordMark(4, "F"), ChordMark(8, "Bb"), ChordMark(12, "F"))
