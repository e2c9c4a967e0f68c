"""Kern tokens to monophonic voices on 24 ticks per quarter."""

from __future__ import annotations

from fractions import Fraction

import pytest
from kern_text import chorale, tune
from music21 import converter, corpus

from training.kern import Voice, decode, read_voices
from training.report import RefusedError


def voice(*tokens: str, **more: str) -> Voice:
    (found,) = read_voices(tune(*tokens, **more))
    return found


def rows(*tokens: str) -> list[tuple[float, int, float]]:
    return [(note.onset, note.pitch, note.duration) for note in voice(*tokens).notes]


def test_pitches_are_midi_numbers():
    assert [pitch for _, pitch, _ in rows("4c", "4cc#", "4BB-", "4ccc", "4fn", "4a##")] == [
        60, 73, 46, 84, 65, 71,
    ]  # fmt: skip


def test_values_are_ticks():
    lengths = [length for _, _, length in rows("4c", "8.d", "16e", "0f", "12g", "2..a", "3%2b")]
    assert lengths == [24, 18, 6, 192, 8, 84, 64]


def test_a_fraction_after_the_dot_is_a_reciprocal_as_in_some_essen_tunes():
    assert [length for _, _, length in rows("3c", "1.5d")] == [32, 64]


def test_rests_are_gaps():
    assert rows("4c", "4r", "4d") == [(0, 60, 24), (48, 62, 24)]
    assert voice("4c", "4r", "4d", "2r").length == 24 * 5


def test_ties_make_one_note():
    assert rows("[4c", "=1", "4c_", "8c]", "8c") == [(0, 60, 60), (60, 60, 12)]


def test_a_tie_to_another_pitch_or_over_a_rest_holds_nothing():
    assert rows("[4c", "4d]") == [(0, 60, 24), (24, 62, 24)]
    assert rows("[4c", "4r", "4c]") == [(0, 60, 24), (48, 60, 24)]


def test_repeats_stay_as_written_and_only_numbered_lines_are_bars():
    found = voice("=1", "2c", "=:|!", "2d", "=2", "1e", "=3:|!", "1f")
    assert len(found.notes) == 4
    assert found.bars == [0, 96, 192]


def test_phrases_end_with_their_last_note():
    found = voice("{4c", "4d}", "{4e", "4f", "4r}", "{[4g", "=2", "4g]}")
    assert found.phrase_notes == [1, 3, 4]


def test_forgotten_phrase_marks_are_put_in():
    assert voice("{4c", "4d", "{4e", "4f").phrase_notes == [1, 3]
    assert voice("4r}", "{4c}", "4r}", "4d").phrase_notes == [0]


def test_fermatas_belong_to_notes():
    assert voice("4c;", "[4d;", "4d]", "4e").fermatas == [0, 1]


def test_grace_notes_take_no_time():
    assert rows("8dq", "4c") == [(0, 60, 24)]


def test_meters_and_keys_are_read():
    found = voice("4c", "*M3/4", "4d", "*MX", key="*f#:", meter="*M2/4")
    assert found.meters == [(0, 2, 4), (24, 3, 4), (48, 0, 0)]
    assert found.key == ("f#", "")
    assert voice("4c", key="*a:dor").key == ("a", "dor")
    assert voice("4c", key="*k[f#]").key is None


def test_written_values_are_kept_for_the_classic_filter():
    assert voice("[4c", "8c]", "12r").values == {Fraction(1), Fraction(1, 2), Fraction(1, 3)}


def test_voices_go_from_left_to_right():
    found = read_voices(chorale("4C 4E 4G 4c", "2D . . 2d", ". 4F 4A .", ". 4F 4A ."))
    assert [each.notes[0].pitch for each in found] == [48, 52, 55, 60]
    assert [len(each.notes) for each in found] == [2, 3, 3, 2]
    assert {each.length for each in found} == {72}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no kern spine"),
        ("**text\nla\n*-\n", "no kern spine"),
        ("**kern\n4c\n", "not closed"),
        ("4c\n*-\n", "do not begin"),
        ("**kern\t**kern\n4c\n*-\t*-\n", "broken spines: line 2"),
        ("**kern\n*^\n4c\t4d\n*v\t*v\n*-\n", "spines split: line 2"),
        (tune("4c 4e"), "chords"),
        (tune("4.B8G"), r"broken token: '4.B8G'"),
        (tune("c"), "broken token"),
        (tune("4"), "broken token"),
        (tune("64c"), "not on the grid: '64c'"),
        (tune("20c"), "not on the grid"),
        (tune("4c") + tune("4d"), "several pieces"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(text: str, reason: str):
    with pytest.raises(RefusedError, match=reason):
        read_voices(text)


def test_old_files_are_latin_1():
    assert decode("Gruß".encode("latin-1")) == decode("Gruß".encode()) == "Gruß"


@pytest.mark.parametrize("name", ["bach/bwv277.krn", "bach/bwv281.krn", "bach/bwv366.krn"])
def test_notes_are_those_of_the_full_parse_of_music21(name: str):
    path = corpus.getWork(name)
    voices = read_voices(decode(path.read_bytes()))
    parts = converter.parse(path, forceSource=True).parts
    for own, part in zip(reversed(voices), parts, strict=True):  # music21: from the right
        tied = part.stripTies()
        assert [(note.onset, note.pitch, note.duration) for note in own.notes] == [
            (24 * note.getOffsetInHierarchy(tied), note.pitch.midi, 24 * note.quarterLength)
            for note in tied.recurse().notes
        ]
