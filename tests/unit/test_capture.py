"""The record of a session: everything in order, one JSON array a line, and never in anybody's way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from live.engine.capture import Capture
from live.errors import FileError


def lines(path: Path) -> list[list[object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_lines_come_in_the_order_of_writing(tmp_path: Path):
    capture = Capture(tmp_path / "sessions" / "one.jsonl")
    for number in range(2000):
        capture.write("heard", number, number, [0x90, 60, 64])
    capture.close()
    assert lines(capture.path) == [["heard", n, n, [0x90, 60, 64]] for n in range(2000)]


def test_bytes_are_numbers_and_strange_values_are_words(tmp_path: Path):
    capture = Capture(tmp_path / "one.jsonl")
    capture.write("odd", 1, b"\x90\x3c", (1, 2), {"a": None}, object)
    capture.close()
    assert lines(capture.path) == [["odd", 1, [0x90, 0x3C], [1, 2], {"a": None}, "<class 'object'>"]]


def test_what_is_there_is_kept(tmp_path: Path):
    for number in (1, 2):
        capture = Capture(tmp_path / "one.jsonl")
        capture.write("session", number)
        capture.close()
    assert lines(tmp_path / "one.jsonl") == [["session", 1], ["session", 2]]


def test_closing_twice_and_writing_after_the_end_do_no_harm(tmp_path: Path):
    capture = Capture(tmp_path / "one.jsonl")
    capture.close()
    capture.close()
    capture.write("late", 1)
    assert lines(capture.path) == []


def test_a_disk_that_refuses_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    capture = Capture(tmp_path / "one.jsonl")

    class Full:
        def write(self, _: str) -> None:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            pass

    capture._file.close()
    monkeypatch.setattr(capture, "_file", Full())
    capture.write("heard", 1)
    capture.close()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "sessions").write_text("a file")
    with pytest.raises(FileError, match="cannot write the session to"):
        Capture(tmp_path / "sessions" / "one.jsonl")
