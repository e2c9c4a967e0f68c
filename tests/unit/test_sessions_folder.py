"""Sessions in their folder: which one is meant, what the list says of each, which go to make room."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from babbler import babbler
from band import tune
from recorded import RecordedBand

from live.engine.capture import Capture
from live.errors import AntiphonError, FileError
from live.sessions.file import SessionFile
from live.sessions.folder import session_named, sessions, sessions_folder
from live.sessions.listing import duration_words, summary
from live.sessions.prune import prune, prune_in_background
from live.sessions.size import parse_size, size_words


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of sessions, under a data folder of the test's own."""
    monkeypatch.setattr("live.sessions.folder.data_folder", lambda: tmp_path)
    sessions_folder().mkdir()
    return sessions_folder()


def played(path: Path, seconds: float = 2.0) -> SessionFile:
    band = RecordedBand(path, networks=babbler)  # type: ignore[arg-type]
    band.play(tune([67, 69, 71]), rest_ms=seconds * 500)
    band.set("mode", "answer")
    band.wait(seconds * 500)
    return band.close()


def test_last_and_numbers_count_from_the_newest_and_a_path_is_a_path(home: Path):
    names = ["2026-01-01-120000-7.jsonl", "2026-01-02-120000-3.jsonl"]
    for name in names:
        (home / name).touch()
    (home / "notes.txt").touch()
    assert [path.name for path in sessions()] == names[::-1]
    assert session_named("last").name == session_named("1").name == names[1]
    assert session_named("2").name == names[0]
    assert session_named(str(home / names[0])) == home / names[0]


@pytest.mark.parametrize(
    ("name", "said"), [("3", "1 (the newest) to 1"), ("0", "to 1"), ("x.jsonl", "no session x.j")]
)
def test_a_session_that_is_not_there_is_told(home: Path, name: str, said: str):
    (home / "2026-01-01-120000-7.jsonl").touch()
    with pytest.raises(FileError) as error:
        session_named(name)
    assert said in str(error.value)


def test_without_any_session_the_way_to_one_is_told(home: Path):
    with pytest.raises(FileError, match="play with 'antiphon live'"):
        session_named("last")


def test_a_summary_says_notes_length_and_modes(tmp_path: Path):
    found = summary(played(tmp_path / "one.jsonl").path)
    assert (found.player_notes, found.modes, found.state) == (3, ("harmonize", "answer"), "")
    assert found.companion_notes >= 3
    assert 2.5 < found.seconds < 3.5


@pytest.mark.parametrize("torn", [0, 1, 17])
def test_a_session_that_was_cut_short_has_the_same_summary_and_says_so(tmp_path: Path, torn: int):
    path = played(tmp_path / "one.jsonl").path
    whole = summary(path)
    lines = path.read_bytes().splitlines(keepends=True)
    assert lines[-1].startswith(b'["end"')
    path.write_bytes(b"".join(lines[:-1]) + b'["heard",123456,1234'[:torn])
    cut = summary(path)
    assert cut.state == "cut short"
    assert cut[3:6] == whole[3:6]
    assert abs(cut.seconds - whole.seconds) < 0.1


def test_a_session_that_is_being_recorded_says_so(tmp_path: Path):
    band = RecordedBand(tmp_path / "one.jsonl", networks=babbler)  # type: ignore[arg-type]
    assert summary(band.path).state == "being recorded"
    band.close()


def test_every_cut_of_a_file_can_be_read(tmp_path: Path):
    path = played(tmp_path / "one.jsonl").path
    data = path.read_bytes()
    first = data.index(b"\n") + 1
    before = 0
    for end in range(first, len(data), 997):
        path.write_bytes(data[:end])
        file = SessionFile(path)
        count = sum(1 for _ in file.entries())
        assert count >= before
        assert file.damaged == 0
        before = count


def test_a_damaged_line_in_the_middle_is_left_out_and_counted(tmp_path: Path):
    path = played(tmp_path / "one.jsonl").path
    lines = path.read_bytes().splitlines(keepends=True)
    count = len(lines) - 1
    lines[5] = b'["hea\x00\xff\n'
    path.write_bytes(b"".join(lines))
    file = SessionFile(path)
    assert sum(1 for _ in file.entries()) == count - 1
    assert file.damaged == 1


@pytest.mark.parametrize(
    ("first", "said"),
    [
        (b"", "is no session of Antiphon"),
        (b"MThd\x00\x00", "is no session of Antiphon"),
        (b'["heard",1,2]\n', "is no session of Antiphon"),
        (b'["session",0,1,"Settings()","{}"]\n', "early version"),
        (b'["session",0,{"format":99,"antiphon":"3.0"}]\n', "format 99, this program reads 1"),
        (b'["session",0,{"format":1}]\n', "damaged in its first line: antiphon"),
    ],
)
def test_what_is_no_session_is_told_in_one_line(tmp_path: Path, first: bytes, said: str):
    path = tmp_path / "one.jsonl"
    path.write_bytes(first)
    with pytest.raises(FileError) as error:
        SessionFile(path)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


WRITES = """
import sys, time
from pathlib import Path
from live.engine.capture import Capture

Capture(Path(sys.argv[1]))
print("ready", flush=True)
time.sleep(60)
"""


# -- pruning ---------------------------------------------------------------------------------------


def sized(home: Path, *days: int) -> list[Path]:
    """Sessions of 1000 bytes."""
    paths = [home / f"2026-01-{day:02}-120000-1.jsonl" for day in days]
    for path in paths:
        path.write_bytes(bytes(1000))
    return paths


def test_the_oldest_go_first_until_the_rest_fits(home: Path):
    paths = sized(home, 5, 1, 3, 2, 4)
    (home / "mine.mid").write_bytes(bytes(9000))
    assert [path.name[8:10] for path in prune(home, 3000)] == ["01", "02"]
    assert sorted(path for path in paths if path.exists()) == sorted(home.glob("*.jsonl"))
    assert (home / "mine.mid").exists()
    assert prune(home, 3000) == []


def test_the_current_session_and_one_that_another_program_writes_stay(home: Path):
    current, other, free = sized(home, 1, 2, 3)
    capture = Capture(other)  # holds it as another process would: locks belong to the open file
    assert prune(home, 0, keep=current) == [free]
    capture.close()
    assert prune(home, 0, keep=current) == [other]
    assert current.exists()


def test_a_session_written_by_another_process_stays_and_goes_when_it_was_killed(home: Path):
    path = home / "2026-01-01-120000-9.jsonl"
    process = subprocess.Popen([sys.executable, "-c", WRITES, str(path)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    path.write_bytes(bytes(1000))
    assert prune(home, 0) == []
    process.kill()
    process.wait()
    process.stdout.close()
    assert prune(home, 0) == [path]


def test_pruning_goes_on_in_the_background_and_a_folder_that_is_not_there_is_no_trouble(home: Path):
    paths = sized(home, 1, 2)
    prune_in_background(home, 1000, None).join()
    assert [path.exists() for path in paths] == [False, True]
    assert prune(home / "nowhere", 0) == []


def test_a_session_that_cannot_be_deleted_is_no_trouble(home: Path, monkeypatch: pytest.MonkeyPatch):
    stuck, free = sized(home, 1, 2)

    def unlink(path: Path) -> None:
        if path == stuck:
            raise PermissionError(13, "Permission denied")
        os.unlink(path)

    monkeypatch.setattr(Path, "unlink", unlink)
    assert prune(home, 0) == [free]


def test_sizes_as_people_write_them():
    assert [parse_size(text) for text in ("500MB", "2 gb", "1.5k", "0", "7", "1GiB", "none")] == [
        500_000_000, 2_000_000_000, 1500, 0, 7, 2**30, None,
    ]  # fmt: skip
    for text in ("", "much", "-1MB", "1TB", "5 5MB", "MB"):
        with pytest.raises(AntiphonError, match="is no size"):
            parse_size(text)
    assert [size_words(count) for count in (12, 1500, 2_500_000, 10**9)] == [
        "12 B",
        "1.5 kB",
        "2.5 MB",
        "1.0 GB",
    ]


def test_durations_in_words():
    assert [duration_words(seconds) for seconds in (0, 59.6, 61, 3723)] == ["0:00", "1:00", "1:01", "1:02:03"]
