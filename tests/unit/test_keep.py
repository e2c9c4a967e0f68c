"""The action ``keep``: the last seconds of a session that goes on, as a MIDI file."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import mido
import pytest
from babbler import babbler
from band import tune
from recorded import RecordedBand

from live.engine.capture import NoCapture
from live.errors import AntiphonError, FileError
from live.sessions import keep as module
from live.sessions.keep import keep
from live.sessions.keeper import Keeper
from live.sessions.tracks import PLAYER, Track

MS = 1_000_000


@pytest.fixture
def band(tmp_path: Path):
    found = RecordedBand(tmp_path / "one.jsonl", networks=babbler)  # type: ignore[arg-type]
    yield found
    found.close()


def kept(band: RecordedBand, output: Path, seconds: float) -> list[Track]:
    """Ask for it now."""
    now_ns = band.stage.clock.now_ns()
    band.session.capture.write("keep", now_ns, seconds)
    return keep(band.path, output, now_ns, seconds)[1]


def length(path: Path) -> float:
    return mido.MidiFile(path).length


def test_the_window_ends_now_and_begins_seconds_before(band: RecordedBand, tmp_path: Path):
    band.play([(0, b"\x90\x30\x40")])  # held all the time
    band.play(tune(range(60, 72), gap_ms=500, length_ms=250), rest_ms=250)
    tracks = kept(band, tmp_path / "kept" / "a.mid", 2.0)
    player = next(track for track in tracks if track.who == PLAYER)
    end = band.stage.clock.now_ns()
    begin = end - 2_000 * MS
    assert {each.pitch for each in player.notes} == {0x30, 68, 69, 70, 71}
    drone = next(each for each in player.notes if each.pitch == 0x30)
    assert drone[:2] == (begin, end)
    assert all(begin <= each.start_ns < each.end_ns <= end for track in tracks for each in track.notes)
    assert length(tmp_path / "kept" / "a.mid") == pytest.approx(2.0, abs=0.002)


def test_the_player_goes_on_and_keeps_again(band: RecordedBand, tmp_path: Path):
    output = tmp_path / "kept" / "a.mid"
    band.play(tune([60, 62, 64]), rest_ms=300)
    kept(band, output, 5.0)
    first = output.read_bytes()
    band.play(tune([65, 67]), rest_ms=300)
    kept(band, output, 5.0)
    assert output.read_bytes() == first
    notes = [
        message.note
        for message in mido.MidiFile(output.with_stem("a-2")).tracks[1]
        if message.type == "note_on"
    ]
    assert notes == [60, 62, 64, 65, 67]


def test_nothing_played_is_told(band: RecordedBand, tmp_path: Path):
    band.play(tune([60]), rest_ms=5000)
    with pytest.raises(FileError, match="nothing was played in the last 3 s, so nothing is kept"):
        kept(band, tmp_path / "a.mid", 3.0)
    assert not (tmp_path / "a.mid").exists()


def test_a_folder_that_cannot_be_made_is_told(band: RecordedBand, tmp_path: Path):
    (tmp_path / "kept").write_text("a file")
    band.play(tune([60]), rest_ms=100)
    with pytest.raises(FileError, match=r"cannot write to .*kept: File exists"):
        kept(band, tmp_path / "kept" / "a.mid", 3.0)


def test_it_waits_for_the_line_that_asked(band: RecordedBand, tmp_path: Path):
    band.play(tune([60, 62]), rest_ms=100)
    now_ns = band.stage.clock.now_ns()

    def late() -> None:
        time.sleep(0.3)
        band.session.capture.write("keep", now_ns, 3.0)

    thread = threading.Thread(target=late)
    began = time.monotonic()
    thread.start()
    keep(band.path, tmp_path / "a.mid", now_ns, 3.0)
    assert time.monotonic() - began > 0.25
    thread.join()


def test_a_line_that_never_comes_is_not_waited_for_for_ever(
    band: RecordedBand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.2)
    band.play(tune([60, 62]), rest_ms=100)
    assert keep(band.path, tmp_path / "a.mid", band.stage.clock.now_ns(), 3.0)[1]


def test_of_a_long_session_only_the_end_is_read_and_old_controllers_hold(
    band: RecordedBand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "LONGEST_NOTE_NS", 2_000 * MS)
    monkeypatch.setattr(module, "_NEAR_BYTES", 500)
    monkeypatch.setattr(module, "_CHUNK_BYTES", 1000)
    band.play([(0, b"\xc0\x13"), (1, b"\xb0\x07\x63"), (2, b"\x90\x30\x40")])
    band.play(tune(range(40, 76), gap_ms=300, length_ms=200), rest_ms=100)
    decoded: list[bytes] = []
    decode = module.decode
    monkeypatch.setattr(module, "decode", lambda line: (decoded.append(line), decode(line))[1])
    tracks = kept(band, tmp_path / "a.mid", 1.0)
    player = next(track for track in tracks if track.who == PLAYER)
    assert {0x30, 40} & {each.pitch for each in player.notes} == set()  # began longer ago than is looked for
    assert {each.pitch for each in player.notes} >= {73, 74, 75}
    assert [each.message for each in player.controls] == [b"\xc0\x13", b"\xb0\x07\x63"]
    assert len(decoded) < len(band.path.read_bytes().splitlines()) / 2


def test_the_keeper_says_where_in_one_line_from_a_process_of_its_own(band: RecordedBand, tmp_path: Path):
    said: list[str] = []
    keeper = Keeper(said.append, tmp_path / "kept")
    band.play(tune([60, 62, 64]), rest_ms=300)
    began = time.perf_counter()
    keeper.keep(band.session.capture, band.stage.clock.now_ns(), 30)
    asked = time.perf_counter() - began
    for thread in keeper.waiting:
        thread.join()
    print(f"asked in {1000 * asked:.2f} ms, there after {time.perf_counter() - began:.2f} s")
    (path,) = (tmp_path / "kept").glob("*.mid")
    assert len(said) == 1
    assert said[0].startswith(f"kept {path}: 3 notes by the player, ")
    assert [track.name for track in mido.MidiFile(path).tracks[1:2]] == ["player"]


def test_files_kept_in_the_same_second_do_not_write_over_each_other(band: RecordedBand, tmp_path: Path):
    said: list[str] = []
    keeper = Keeper(said.append, tmp_path / "kept")
    band.play(tune([60, 62, 64]), rest_ms=300)
    for _ in range(4):
        keeper.keep(band.session.capture, band.stage.clock.now_ns(), 30)
    for thread in keeper.waiting:
        thread.join()
    files = list((tmp_path / "kept").glob("*.mid"))
    assert len(files) == 4
    assert all(length(path) > 0.5 for path in files)
    assert sorted(line.split()[1] for line in said) == sorted(f"{path}:" for path in files)


def test_the_keeper_says_why_not_in_one_line(band: RecordedBand, tmp_path: Path):
    said: list[str] = []
    keeper = Keeper(said.append, tmp_path / "kept")
    keeper.keep(band.session.capture, band.stage.clock.now_ns(), 30)
    keeper.waiting[0].join()
    assert said == ["nothing was played in the last 30 s, so nothing is kept"]
    with pytest.raises(AntiphonError, match="not recorded"):
        keeper.keep(NoCapture(), 0, 30)
    for seconds in ("long", None, 0, -3, 1e9, float("nan")):
        with pytest.raises(AntiphonError, match="give 1 to 3600 seconds"):
            keeper.keep(band.session.capture, 0, seconds)
