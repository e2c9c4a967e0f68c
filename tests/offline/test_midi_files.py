"""MIDI files in and out: exact to the tick, and the input untouched."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from live.files.chunks import split
from live.files.midi import read_midi
from live.files.midi_out import midi_bytes
from live.files.music import MeterMark, Music, Part
from live.files.tempo import TempoMap
from live.files.write import save
from models.key import Key

DIVISION = 480
NOTES = st.lists(
    st.tuples(st.integers(0, 20_000), st.integers(0, 127), st.integers(1, 127), st.integers(1, 2_000)),
    min_size=1,
    max_size=40,
)


def without_overlap(rows: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Only notes whose key is free when they are struck."""
    kept: list[tuple[int, int, int, int]] = []
    until: dict[int, int] = {}
    for onset, pitch, velocity, length in sorted(rows):
        if onset >= until.get(pitch, 0):
            kept.append((onset, pitch, velocity, length))
            until[pitch] = onset + length
    return kept


def part(rows: list[tuple[int, int, int, int]], **fields) -> Part:
    notes = np.array([[on / DIVISION, p, v, n / DIVISION, 0] for on, p, v, n in rows])
    return Part(**{"name": "part", "notes": notes, **fields})


def ticks(found: Part) -> list[tuple[int, int, int, int]]:
    rows = found.notes * [DIVISION, 1, 1, DIVISION, 1]
    return [tuple(row[:4]) for row in np.rint(rows).astype(int).tolist()]


def again(music: Music, *added: Part) -> Music:
    return read_midi(Path("again.mid"), midi_bytes(music, added))


def midi_file(*tracks: list[mido.Message], **fields) -> bytes:
    whole = BytesIO()
    mido.MidiFile(tracks=[mido.MidiTrack(track) for track in tracks], **fields).save(file=whole)
    return whole.getvalue()


def on(note: int, time: int = 0, velocity: int = 80, channel: int = 0) -> mido.Message:
    return mido.Message("note_on", note=note, velocity=velocity, time=time, channel=channel)


def off(note: int, time: int = 0, channel: int = 0) -> mido.Message:
    return mido.Message("note_off", note=note, time=time, channel=channel)


@given(NOTES)
def test_notes_come_back_exact_to_the_tick(rows):
    rows = without_overlap(rows)
    found = again(Music("test", (part(rows),), TempoMap.of()))
    assert found.midi.division == DIVISION
    assert ticks(found.parts[0]) == rows


@given(NOTES, NOTES)
def test_the_tracks_of_the_input_keep_every_byte(old, new):
    first = midi_bytes(Music("test", (part(without_overlap(old)),), TempoMap.steady(90)))
    music = read_midi(Path("first.mid"), first)
    written = midi_bytes(music, [part(without_overlap(new), name="new")])
    assert split(written).tracks[:-1] == split(first).tracks
    found = read_midi(Path("second.mid"), written)
    assert ticks(found.parts[-1]) == without_overlap(new)
    np.testing.assert_array_equal(found.parts[0].notes, music.parts[0].notes)
    np.testing.assert_array_equal(found.tempo.seconds, music.tempo.seconds)


def test_type_0_becomes_type_1_with_its_track_unchanged():
    data = midi_file([on(60), off(60, 480), on(62, 0, channel=1), off(62, 480, channel=1)], type=0)
    music = read_midi(Path("zero.mid"), data)
    assert [found.name for found in music.parts] == ["track 1, channel 1", "track 1, channel 2"]
    written = midi_bytes(music, [part([(960, 64, 70, 480)])])
    assert mido.MidiFile(file=BytesIO(written)).type == 1
    assert split(written).tracks[0] == split(data).tracks[0]
    assert [found.channel for found in read_midi(Path("one.mid"), written).parts] == [0, 1, 2]


def test_what_mido_would_rewrite_stays_too():
    # An "escape" (F7) instead of a system-exclusive message, and no running status: mido would
    # write F0 and leave the second status byte out.
    body = bytes.fromhex("00 F7 02 11 12  00 90 3C 50  60 90 3C 00  00 FF 2F 00")
    head = bytes.fromhex("4D 54 68 64 00 00 00 06 00 01 00 01 00 60  4D 54 72 6B 00 00 00 11")
    music = read_midi(Path("escape.mid"), head + body)
    assert music.parts[0].notes.tolist() == [[0, 60, 80, 1, 0]]
    assert body in midi_bytes(music, [part([(0, 64, 70, 480)])])


def test_foreign_chunks_are_skipped():
    data = midi_file([on(60), off(60, 480)])
    foreign = data[:14] + b"XFIH\0\0\0\x03abc" + data[14:] + b"trailing"
    assert split(foreign).tracks == split(data).tracks


def test_notes_are_paired_in_the_order_they_were_struck():
    track = [
        on(60),
        on(60, 240),
        off(60, 240),
        on(60, 0, velocity=0),
        off(60, 9),
        on(61),
        on(62, 5),
    ]
    found = read_midi(Path("pairs.mid"), midi_file(track)).parts[0]
    expected = [(0, 60, 80, 480), (240, 60, 80, 240), (489, 61, 80, 5), (494, 62, 80, 0)]
    assert ticks(found) == expected


def test_everything_about_the_file_is_read():
    conductor = [
        mido.MetaMessage("set_tempo", tempo=600_000),
        mido.MetaMessage("time_signature", numerator=1, denominator=4),
        mido.MetaMessage("key_signature", key="F#m"),
        mido.MetaMessage("time_signature", numerator=3, denominator=4, time=480),
        mido.MetaMessage("set_tempo", tempo=300_000, time=480),
    ]
    violin = [
        mido.MetaMessage("track_name", name="Vi\u00f3la".encode().decode("latin-1")),
        mido.Message("program_change", program=41, channel=3),
        mido.Message("control_change", control=64, value=127, channel=3),
        on(60, channel=3),
        off(60, 240, channel=3),
        mido.Message("control_change", control=64, value=0, channel=3, time=720),
    ]
    drums = [on(36, channel=9), off(36, 4800, channel=9)]
    music = read_midi(Path("all.mid"), midi_file(conductor, violin, drums))
    assert music.tempo.seconds_at([1, 2, 3]).tolist() == pytest.approx([0.6, 1.2, 1.5])
    assert music.meters == (MeterMark(0, 3, 4, 1),)  # the bar of one quarter was a pickup
    assert music.key == Key(6, "minor")
    assert [(p.name, p.program, p.channel) for p in music.pitched] == [("Vióla", 41, 3)]
    assert music.end == 2  # the pedal holds the note; drums do not count
    assert music.midi.channels == {3, 9}


def test_a_clean_file_says_all_that_the_score_said():
    score = Music(
        "score",
        (part([(480, 60, 64, 480)], name="Blockflöte", program=74, channel=2),),
        TempoMap.of([(0, 0.5), (4, 0.75)]),
        meters=(MeterMark(0, 6, 8, 0.5), MeterMark(9.5, 2, 4, 9.5)),
        key=Key(10, "minor"),
    )
    found = again(score)
    assert found.meters == score.meters
    assert found.key == score.key
    assert found.tempo.pace.tolist() == [0.5, 0.75]
    assert (found.parts[0].name, found.parts[0].program) == ("Blockflöte", 74)


def test_septuplets_get_a_finer_division():
    seven = part([])
    notes = np.array([[at / 7, 60, 64, 1 / 7, 0] for at in range(7)])
    found = again(Music("seven", (replace(seven, notes=notes),), TempoMap.of()))
    assert found.midi.division == 3360
    np.testing.assert_allclose(found.parts[0].notes, notes, atol=1e-12)


def test_new_parts_take_free_channels_and_never_the_drums():
    tracks = [[on(60, channel=at), off(60, 480, channel=at)] for at in range(9)]
    music = read_midi(Path("nine.mid"), midi_file(*tracks))
    found = again(music, part([(480, 60, 64, 9)]), part([(480, 60, 64, 9)]))
    assert [p.channel for p in found.parts[9:]] == [10, 11]


def test_when_all_channels_are_taken_no_program_of_the_input_is_changed():
    tracks = [[on(60, channel=at), off(60, 480, channel=at)] for at in range(16)]
    music = read_midi(Path("full.mid"), midi_file(*tracks))
    written = again(music, part([(480, 60, 64, 9)], program=40))
    assert all(found.program is None for found in written.parts)


def test_time_code_files_keep_their_seconds():
    data = bytearray(midi_file([on(60), off(60, 1000)]))
    data[12:14] = bytes([256 - 25, 40])  # 25 frames of 40 ticks: a tick is a millisecond
    music = read_midi(Path("film.mid"), bytes(data))
    assert float(music.tempo.seconds_at(music.end)) == pytest.approx(1.0)
    found = again(music, Part("new", np.array([[music.end, 60, 64, 2.0, 0]])))
    assert float(found.tempo.seconds_at(found.end)) == pytest.approx(2.0)


def test_an_existing_file_is_replaced_and_nothing_else_is_left(tmp_path: Path):
    out = tmp_path / "out.mid"
    out.write_bytes(b"old")
    save(out, Music("new", (part([(0, 60, 64, 9)]),), TempoMap.of()))
    assert out.read_bytes().startswith(b"MThd")
    assert list(tmp_path.iterdir()) == [out]
