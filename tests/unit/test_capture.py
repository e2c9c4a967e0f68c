"""The record of a session: everything in order, and never in anybody's way, whatever the disk does."""

from __future__ import annotations

import contextlib
import json
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from live.engine import capture as module
from live.engine.capture import Capture
from live.errors import FileError
from live.sessions.hold import is_held
from live.stage import records as r
from live.stage.clock import ManualClock


def lines(path: Path) -> list[list[object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def wait_until(so: Callable[[], object]) -> None:
    until = time.monotonic() + 20
    while not so():
        assert time.monotonic() < until
        time.sleep(0.002)


def recorded(path: Path, said: list[str] | None = None) -> Capture:
    """A capture whose last line is of moment 7."""
    return Capture(path, [].append if said is None else said.append, ManualClock(7))


END = ["end", 7, 0, 0, []]


def test_lines_come_in_the_order_of_writing(tmp_path: Path):
    capture = recorded(tmp_path / "sessions" / "one.jsonl")
    for number in range(2000):
        capture.write("heard", number, number, [0x90, 60, 64])
    capture.close()
    assert lines(capture.path) == [*(["heard", n, n, [0x90, 60, 64]] for n in range(2000)), END]


def test_bytes_are_numbers_orders_have_names_and_strange_values_are_words(tmp_path: Path):
    capture = recorded(tmp_path / "one.jsonl")
    capture.write("odd", 1, b"\x90\x3c", (1, 2), {"a": None}, object)
    capture.write("order", 2, r.Plan(5, b"\x90\x3c\x40", 6), r.Cancel(6, r.CancelMode.KEEP))
    capture.close()
    assert lines(capture.path) == [
        ["odd", 1, [0x90, 0x3C], [1, 2], {"a": None}, "<class 'object'>"],
        ["order", 2, ["Plan", 5, [0x90, 0x3C, 0x40], 6, 0, 0], ["Cancel", 6, 2, 255, 255]],
        END,
    ]


def test_what_is_there_is_kept(tmp_path: Path):
    for number in (1, 2):
        capture = recorded(tmp_path / "one.jsonl")
        capture.write("session", number)
        capture.close()
    assert lines(tmp_path / "one.jsonl") == [["session", 1], END, ["session", 2], END]


def test_closing_twice_and_writing_after_the_end_do_no_harm(tmp_path: Path):
    capture = recorded(tmp_path / "one.jsonl")
    capture.close()
    capture.close()
    capture.write("late", 1)
    assert lines(capture.path) == [END]


def test_a_line_is_in_the_file_soon_though_nothing_closes_it(tmp_path: Path):
    capture = recorded(tmp_path / "one.jsonl")
    capture.write("heard", 1)
    began = time.monotonic()
    wait_until(capture.path.read_text)
    assert time.monotonic() - began < 2  # 20 ms where the machine has time
    capture.close()


class Disk:
    """A file that takes ``room`` bytes more, then refuses. A cut write is what a disk does at its end."""

    def __init__(self, room: int) -> None:
        self.taken, self.room = b"", room

    def write(self, data: bytes) -> int:
        if not self.room:
            raise OSError(28, "No space left on device")
        part = data[: self.room]
        self.taken += part
        self.room -= len(part)
        return len(part)

    def close(self) -> None:
        pass


def test_a_full_disk_is_said_once_and_the_record_goes_on_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    said: list[str] = []
    capture = recorded(tmp_path / "one.jsonl", said)
    disk = Disk(room=30)
    capture._file.close()
    monkeypatch.setattr(capture, "_file", disk)
    for number in range(5):
        capture.write("heard", number, "sixteen letters.")
        wait_until(lambda: not capture._waiting)
    wait_until(lambda: capture.lost == 5)
    disk.room = 10_000
    capture.write("heard", 9)
    capture.close()
    assert said == [
        f"cannot write to {capture.path}: No space left on device; the music goes on, its record has a gap",
        f"5 lines of the session are missing in {capture.path}",
    ]
    assert [json.loads(line) for line in disk.taken.splitlines()[-3:]] == [["lost", 9, 5], ["heard", 9], END]


def test_a_stalled_disk_stalls_nobody_and_takes_no_more_memory_than_allowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A FIFO that nobody reads: after 64 KB its writer blocks in the system call, as on a dead disk."""
    monkeypatch.setattr(module, "MOST_WAITING", 5000)
    path = tmp_path / "one.jsonl"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    said: list[str] = []
    capture = recorded(path, said)
    slowest = 0.0
    for number in range(30_000):
        began = time.thread_time()
        capture.write("heard", number, number, 0, b"\x90\x3c\x50", 0)
        slowest = max(slowest, time.thread_time() - began)
        if number % 1000 == 0:
            time.sleep(0.002)  # the writer has its turns
    assert slowest < 0.01
    assert len(capture._waiting) <= 5000
    wait_until(lambda: said)
    assert said == [f"the disk does not take the session: the music goes on, {path} gets a gap"]
    lost, taken = capture.lost, b""
    assert lost > 20_000
    os.set_blocking(reader, True)
    closing = threading.Thread(target=capture.close)  # the disk is back
    closing.start()
    while part := os.read(reader, 65_536):
        taken += part
    closing.join()
    os.close(reader)
    found = [json.loads(line) for line in taken.splitlines()]
    gaps = [line for line in found if line[0] == "lost"]
    assert sum(count for _, _, count in gaps) == lost
    assert found[-1] == ["end", 7, sum(line[0] == "heard" for line in found), 0, []]
    assert len(found) - len(gaps) + lost == 30_000 + 1
    assert said[1:] == [f"{lost} lines of the session are missing in {path}"]


def test_a_disk_that_never_answers_does_not_keep_the_program_from_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "GOODBYE_SECONDS", 0.05)
    path = tmp_path / "one.jsonl"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    said: list[str] = []
    capture = recorded(path, said)
    for number in range(3000):
        capture.write("heard", number, "a line of some length, so that the pipe is full")
    capture.close()
    assert said == [f"the disk does not take the end of the session: {path} is not complete"]
    while capture._thread.is_alive():
        with contextlib.suppress(BlockingIOError):
            os.read(reader, 65_536)
    capture._file.close()
    os.close(reader)


def test_a_file_is_held_while_it_is_written(tmp_path: Path):
    capture = recorded(tmp_path / "one.jsonl")
    assert is_held(capture.path)
    capture.close()
    assert not is_held(capture.path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path):
    (tmp_path / "sessions").write_text("a file")
    with pytest.raises(FileError, match="cannot write the session to"):
        Capture(tmp_path / "sessions" / "one.jsonl")
