"""Bad input: one clear line with the file and what is wrong, for every way a file can be bad."""

from __future__ import annotations

import os
import struct
import zipfile
from io import BytesIO
from pathlib import Path

import mido
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from live.errors import FileError
from live.files.midi import read_midi
from live.files.music import Music
from live.files.read import read, read_all
from live.files.unreadable import UnreadableError
from live.files.whole import check_writable, write_whole
from live.files.write import ROLLS, check


def midi(*messages: mido.Message, **fields) -> bytes:
    whole = BytesIO()
    mido.MidiFile(tracks=[mido.MidiTrack(messages)], **fields).save(file=whole)
    return whole.getvalue()


def header(form: int = 1, tracks: int = 1, division: int = 480) -> bytes:
    return b"MThd\0\0\0\x06" + b"".join(value.to_bytes(2, "big") for value in (form, tracks, division))


def track(body: str) -> bytes:
    data = bytes.fromhex(body)
    return b"MTrk" + len(data).to_bytes(4, "big") + data


NOTE = (mido.Message("note_on", note=60, velocity=80), mido.Message("note_off", note=60, time=480))
GOOD = midi(mido.MetaMessage("set_tempo", tempo=400_000), *NOTE)
KERN = "**kern\t**kern\n*M4/4\t*M4/4\n4c\t4e\n{}\n4e\t4g\n*-\t*-\n"
CONTAINER = '<container><rootfiles><rootfile full-path="gone.xml"/></rootfiles></container>'


def archive(**members: str) -> bytes:
    whole = BytesIO()
    with zipfile.ZipFile(whole, "w") as made:
        for name, text in members.items():
            made.writestr(name.replace("__", "/"), text)
    return whole.getvalue()


def recording(sound: np.ndarray) -> bytes:
    """A WAV file of 32-bit floats, 16,000 a second."""
    data = sound.astype("<f4").tobytes()
    kind = struct.pack("<HHIIHH", 3, 1, 16000, 64000, 4, 32)
    body = b"WAVEfmt " + struct.pack("<I", len(kind)) + kind + b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


BAD = {
    "empty.mid": (b"", "it is empty"),
    "text.mid": (b"Dear diary, today I wrote no music.", "it is not a MIDI file"),
    "random.mid": (bytes(range(7, 207)), "it is not a MIDI file"),
    "head.mid": (GOOD[:10], "it is cut short"),
    "cut.mid": (GOOD[:-5], "it is cut short: 5 bytes are missing"),
    "half.mid": (header(tracks=2) + GOOD[14:], "it is cut short: 1 of its 2 tracks are there"),
    "zero.mid": (header(division=0) + GOOD[14:], "its header says 0 ticks a quarter"),
    "two.mid": (header(form=2) + GOOD[14:], "it is MIDI of type 2; save it as type 0 or 1"),
    "tempo.mid": (
        midi(mido.MetaMessage("set_tempo", tempo=0), *NOTE),
        "its tempo says that a quarter lasts 0 microseconds",
    ),
    # 3C without a status byte before it
    "running.mid": (
        header() + track("00 3C 40 00 FF 2F 00"),
        "track 1 is damaged: a message has no status byte",
    ),
    # a second data byte of C0
    "data.mid": (header() + track("00 90 3C C0"), "track 1 is damaged: a data byte is above 127"),
    "middle.mid": (header() + track("00 90 3C"), "track 1 ends in the middle of a message"),
    # a key signature with 9 sharps
    "key.mid": (header() + track("00 FF 59 02 09 00"), "track 1 is damaged"),
    # a pause of 2^35 ticks
    "pause.mid": (
        header() + track("FF FF FF FF 7F 90 3C 40"),
        "track 1 is damaged: a pause is longer than MIDI can write",
    ),
    "long.mid": (
        header(division=1) + track("00 90 3C 40 FF FF FF 7F 80 3C 40"),
        "it lasts more than 24 hours",
    ),
    "silent.mid": (midi(mido.MetaMessage("set_tempo", tempo=400_000)), "it holds no notes"),
    "drums.mid": (
        midi(*(message.copy(channel=9) for message in NOTE)),
        "it holds only drums",
    ),
    "empty.krn": (b"", "it is empty"),
    "text.krn": (b"Dear diary", "line 1 stands outside of all **kern spines"),
    "columns.krn": (KERN.format("4d").encode(), "line 4 has 1 of 2 columns"),
    "wide.krn": (KERN.format("4d\t4f\t4a").encode(), "line 4 has 3 of 2 columns"),
    "join.krn": (KERN.format("*v\t*").encode(), "line 4 joins a single one"),
    "split.krn": (KERN.format("*^\t*").encode(), "line 5 has 2 of 3 columns"),
    "open.krn": (KERN.format("4d\t4f").encode()[:-6], "they are not closed with *-"),
    "harm.krn": (b"**harm\nI\n*-\n", "it holds no **kern spine"),
    "rests.krn": (b"**kern\n4r\n4r\n*-\n", "it holds no notes"),
    "binary.krn": (b"**kern\n\0\x01\xff", "it is not a text file"),
    "text.abc": (b"Dear diary", "it is not ABC notation"),
    "empty.abc": (b" \n", "it is empty"),
    "rests.abc": (b"X:1\nL:1/4\nK:C\nz z|\n", "it holds no notes"),
    "nolength.abc": (b"X:1\nK:C\n", "it holds no notes"),
    "text.musicxml": (b"Dear diary", "it is not MusicXML"),
    "other.xml": (b"<?xml version='1.0'?><svg/>", "it is not MusicXML"),
    "cut.musicxml": (
        b"<score-partwise><part-list><score-part id='P1'>",
        "its notation is not understood",
    ),
    "random.mxl": (bytes(range(7, 207)), "it is not MusicXML"),
    "cut.mxl": (b"PK\x03\x04" + bytes(40), "its archive is damaged or cut short"),
    "none.mxl": (archive(readme="hello"), "its archive holds no score"),
    "empty.wav": (b"", "it is empty"),
    "text.wav": (b"Dear diary", "it is no audio that can be decoded"),
    "random.mp3": (bytes(range(7, 207)), "it is no audio that can be decoded"),
    "cut.flac": (b"fLaC\0\0\0\x22", "it is no audio that can be decoded"),
    "silent.wav": (recording(np.zeros(16000)), "no line is heard in it"),
    "noise.wav": (recording(np.random.default_rng(0).normal(0, 0.1, 16000)), "no line is heard in it"),
    "short.wav": (recording(np.zeros(100)), "it is too short"),
    "nan.wav": (recording(np.full(16000, np.nan)), "its samples are no numbers"),
    "gone.mxl": (archive(**{"META-INF__container.xml": CONTAINER}), "its archive is damaged"),
}


@pytest.mark.parametrize("name", BAD)
def test_one_line_says_which_file_and_what_is_wrong(name: str, tmp_path: Path):
    if name.endswith((".wav", ".mp3", ".flac")):
        pytest.importorskip("swift_f0")
    data, reason = BAD[name]
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(FileError) as caught:
        read(path)
    message = str(caught.value)
    assert message.startswith(f"cannot read {path}: ")
    assert reason in message
    assert "\n" not in message
    assert len(message) - len(str(path)) < 200


def test_of_a_book_what_can_be_read_is_kept_and_the_rest_is_named(tmp_path: Path):
    path = tmp_path / "book.abc"
    path.write_text("X:1\nK:C\nc d|\n\nX:2\nK:C\nz z|\n\nX:3\nK:C\nL:1/4\ne f g|\n")
    found = read_all(path)
    assert [(music.name, len(music.parts[0].notes)) for music in found] == [("book-1", 2), ("book-3", 3)]
    assert found[0].remarks == ("book.abc: tune 2 is left out, it holds no notes",)
    path.write_text("X:1\nK:C\nz|\n\nX:2\nK:C\nz z|\n")
    with pytest.raises(FileError, match=r"cannot read .*book\.abc: it holds no notes"):
        read_all(path)
    path.write_text("Dear diary")
    with pytest.raises(FileError, match="it is not ABC notation"):
        read_all(path)


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(FileError, match=r"gone\.mid: No such file or directory"):
        read(tmp_path / "gone.mid")


def test_a_folder_in_place_of_a_file(tmp_path: Path):
    (tmp_path / "folder.mid").mkdir()
    with pytest.raises(FileError, match="Is a directory"):
        read(tmp_path / "folder.mid")


def test_an_unknown_kind_of_file_is_told_the_known_ones(tmp_path: Path):
    with pytest.raises(FileError, match=r"must end in one of \.mid, .*\.mxl"):
        read(tmp_path / "song.ogg")


def reads_or_refuses(data: bytes) -> Music | None:
    try:
        return read_midi(Path("fuzz.mid"), data)
    except UnreadableError:
        return None


@pytest.mark.parametrize("length", range(len(GOOD)))
def test_a_file_cut_anywhere_is_refused(length: int):
    assert reads_or_refuses(GOOD[:length]) is None


@given(st.binary(max_size=300))
@example(b"\xff\x58\x04\x00\x00\x00\x00")
def test_a_track_of_random_bytes_is_read_or_refused(body: bytes):
    reads_or_refuses(header() + b"MTrk" + len(body).to_bytes(4, "big") + body)
    reads_or_refuses(header() + track("00 90 3C 40") + body)


@given(st.integers(0, len(GOOD) - 1), st.integers(0, 255))
def test_a_file_with_one_wrong_byte_is_read_or_refused(at: int, value: int):
    reads_or_refuses(GOOD[:at] + bytes([value]) + GOOD[at + 1 :])


def test_an_output_folder_that_is_not_there(tmp_path: Path):
    out = tmp_path / "none" / "out.mid"
    with pytest.raises(FileError, match=r"cannot write .*out\.mid: there is no folder .*none"):
        check_writable(out)
    with pytest.raises(FileError, match="cannot write"):
        write_whole(out, b"data")


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write anywhere")
def test_an_output_folder_that_cannot_be_written(tmp_path: Path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(FileError, match="Permission denied"):
            check_writable(tmp_path / "out.mid")
    finally:
        tmp_path.chmod(0o700)


def test_a_refusal_by_the_system_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_args: object, **_fields: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    for write in (check_writable, lambda out: write_whole(out, b"x")):
        with pytest.raises(FileError, match=r"cannot write .*out\.mid: Permission denied"):
            write(tmp_path / "out.mid")


def test_a_folder_in_the_place_of_the_output(tmp_path: Path):
    (tmp_path / "out.mid").mkdir()
    with pytest.raises(FileError, match="it is a folder"):
        check_writable(tmp_path / "out.mid")
    with pytest.raises(FileError, match="cannot write"):
        write_whole(tmp_path / "out.mid", b"data")
    assert [path.name for path in tmp_path.iterdir()] == ["out.mid"]


def test_the_name_of_the_output_says_its_format(tmp_path: Path):
    with pytest.raises(FileError, match=r"cannot write .*out\.ogg: its name must end in one of \.mid, "):
        check(tmp_path / "out.ogg")
    with pytest.raises(FileError, match=r"must end in one of \.png, \.svg, \.pdf"):
        check(tmp_path / "out.mid", ROLLS)


def test_checking_leaves_nothing_behind(tmp_path: Path):
    check_writable(tmp_path / "out.mid")
    assert not list(tmp_path.iterdir())


def test_a_disk_that_fills_up_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    out = tmp_path / "out.mid"
    out.write_bytes(b"old")

    def full(*_args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(FileError, match="No space left on device"):
        write_whole(out, b"new")
    assert out.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [out]
