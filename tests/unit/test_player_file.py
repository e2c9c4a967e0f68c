"""A player's file: several daemons, programs that are killed, disks and people that spoil it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from live.errors import AntiphonError, FileError
from live.phrase_lines import PhraseLine
from live.player_file import FIRST, PlayerFile
from models.phrase_memory import MOST, Note


def phrase(name: str, notes: int = 5) -> PhraseLine:
    return PhraseLine(
        name, tuple(Note(100_000 * index, 90_000, 60 + index % 12, 64) for index in range(notes))
    )


def silent(line: str) -> None:
    raise AssertionError(line)


def test_nobody_has_played_yet(tmp_path: Path):
    assert PlayerFile("Anna", tmp_path).load(silent) == []


def test_names_are_files_of_their_own(tmp_path: Path):
    PlayerFile("Anna", tmp_path).change(add=[phrase("a")])
    assert PlayerFile(" anna ", tmp_path).load(silent) == [phrase("a")]
    for other in ("Anna B", "../Anna", "ann/a", "Ännä", "a" * 60):
        assert PlayerFile(other, tmp_path).load(silent) == []
        assert PlayerFile(other, tmp_path).path.parent == tmp_path
    for bad in ("", "  ", "x" * 61, "a\nb", 5, None):
        with pytest.raises(AntiphonError, match="1 to 60 printable characters"):
            PlayerFile(bad, tmp_path)  # type: ignore[arg-type]


def test_what_another_daemon_added_or_forgot_stays_so(tmp_path: Path):
    one, other = PlayerFile("Anna", tmp_path), PlayerFile("Anna", tmp_path)
    one.change(add=[phrase("a"), phrase("b")])
    other.change(add=[phrase("c")], remove=["a"])
    one.change(add=[phrase("d")])
    assert [each.id for each in one.load(silent)] == ["b", "c", "d"]


def test_many_at_once_lose_nothing(tmp_path: Path):
    def play(who: int) -> None:
        for index in range(20):
            PlayerFile("Anna", tmp_path).change(add=[phrase(f"{who} {index}")])

    threads = [threading.Thread(target=play, args=(who,)) for who in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    found = [each.id for each in PlayerFile("Anna", tmp_path).load(silent)]
    assert sorted(found) == sorted(f"{who} {index}" for who in range(4) for index in range(20))


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_killed_program_leaves_a_whole_file(tmp_path: Path):
    program = (
        "import sys; from pathlib import Path; from live.player_file import PlayerFile;"
        "from live.phrase_lines import PhraseLine; from models.phrase_memory import Note\n"
        "notes = tuple(Note(i, 1, 60, 64) for i in range(900))\n"
        "for n in range(100000):\n"
        "    PlayerFile('Anna', Path(sys.argv[1])).change(add=[PhraseLine(str(n), notes)])\n"
        "    print(n, flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = [int(process.stdout.readline()) for _ in range(12)]
        process.kill()
        said += map(int, process.stdout.read().split())
    last = said[-1]
    ids = [int(each.id) for each in PlayerFile("Anna", tmp_path).load(silent)]
    assert ids in (list(range(last + 1)), list(range(last + 2)))


def test_a_spoilt_line_is_left_out_and_said_once(tmp_path: Path):
    file = PlayerFile("Anna", tmp_path)
    file.change(add=[phrase("a"), phrase("b")])
    spoilt = file.path.read_text().replace('"b",5', '"b",6') + '["c",1,[[0,1,'
    file.path.write_text(spoilt)
    said: list[str] = []
    assert file.load(said.append) == [phrase("a")]
    assert len(said) == 1
    assert "phrases of Anna were damaged: 1 of them are left" in said[0]
    assert Path(said[0].rpartition(" is ")[2]).read_text() == spoilt
    assert file.load(silent) == [phrase("a")]


@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff\xfe", b"{}", b'["antiphon phrases",2]\n', b"[" * 100_000]
)
def test_a_file_of_something_else_is_set_aside(tmp_path: Path, content: bytes):
    file = PlayerFile("Anna", tmp_path)
    tmp_path.joinpath(file.path.name).write_bytes(content)
    said: list[str] = []
    assert file.load(said.append) == []
    assert len(said) == 1
    assert "0 of them are left" in said[0]
    file.change(add=[phrase("a")])
    assert file.load(silent) == [phrase("a")]


@pytest.mark.parametrize(
    "row", ["[0,1,60]", '[0,1,60,"x"]', "[0,1,200,64]", "[0,1,60,0]", "[-5,1,60,64]", "[0,1e99,60,64]", "7"]
)
def test_a_note_that_cannot_be_is_no_note(tmp_path: Path, row: str):
    file = PlayerFile("Anna", tmp_path)
    file.path.write_text(f'{FIRST}\n["a",1,[{row}]]\n')
    said: list[str] = []
    assert file.load(said.append) == []
    assert len(said) == 1


def test_the_oldest_phrases_make_room(tmp_path: Path):
    file = PlayerFile("Anna", tmp_path)
    file.change(add=[phrase(str(index), 900) for index in range(30)])
    kept = file.load(silent)
    assert sum(len(each.notes) for each in kept) <= MOST
    assert [each.id for each in kept] == [str(index) for index in range(30 - len(kept), 30)]
    assert len(kept) == MOST // 900


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may do anything")
def test_a_folder_that_is_closed_is_one_line(tmp_path: Path):
    tmp_path.chmod(0o500)
    with pytest.raises(FileError, match="cannot write"):
        PlayerFile("Anna", tmp_path / "players").change(add=[phrase("a")])


def test_a_folder_that_is_a_file_is_one_line(tmp_path: Path):
    (tmp_path / "players").write_text("")
    with pytest.raises(FileError, match="cannot write"):
        PlayerFile("Anna", tmp_path / "players").load(silent)
