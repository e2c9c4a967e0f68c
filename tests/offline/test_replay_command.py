"""``antiphon replay`` with the shipped models: list, MIDI, picture, again, another take, and every no."""

from __future__ import annotations

import json
from pathlib import Path

import mido
import pytest
from band import shipped, tune
from recorded import RecordedBand
from sounded import controller
from under_test import model

from live.commands.main import run
from models.manifest import ModelError

TUNE = tune([67, 67, 69, 71, 72, 71, 69, 67], gap_ms=400, length_ms=390)
SESSIONS = {
    "harmonize": ("chorale", [(0.0, controller(64, 127)), *TUNE, (3300.0, controller(64, 0))]),
    "answer": ("piano", tune([60, 64, 67, 72, 71, 67, 65, 62], gap_ms=220, length_ms=200, velocity=70)),
}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a session in each mode, the older one first."""
    home = tmp_path_factory.mktemp("home")
    folder = home / "antiphon" / "sessions"
    folder.mkdir(parents=True)
    for day, mode in enumerate(("harmonize", "answer"), start=1):
        name, messages = SESSIONS[mode]
        try:
            shipped(name)
        except ModelError as error:
            pytest.skip(str(error))
        band = RecordedBand(
            folder / f"2026-09-0{day}-120000-1.jsonl", jitter_ms=8, model=model(name), seed=5, mode=mode
        )
        band.play(messages, rest_ms=3000)
        band.close()
    return home


@pytest.fixture
def home(recorded: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("live.sessions.folder.data_folder", lambda: recorded / "antiphon")
    return recorded


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What the command said on standard output; on an error its one line."""
    assert run(["replay", *arguments]) == code
    captured = capsys.readouterr()
    if code != 2:
        assert captured.err == ""
        return captured.out
    assert captured.out == ""
    assert captured.err.startswith("antiphon: ")
    assert captured.err.count("\n") == 1
    return captured.err


def test_the_list_has_the_newest_first(home: Path, capsys: pytest.CaptureFixture[str]):
    lines = said(capsys).splitlines()
    rows = [line.split() for line in lines[1:3]]
    assert [row[0] for row in rows] == ["1", "2"]
    assert [row[-1] for row in rows] == ["answer", "harmonize"]
    assert lines[3].endswith(str(home / "antiphon" / "sessions"))


def test_a_session_becomes_midi_with_player_and_companion_as_tracks(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    out, picture = tmp_path / "out.mid", tmp_path / "out.png"
    line = said(capsys, "2", "-o", str(out), "--plot", str(picture))
    names = [track.name for track in mido.MidiFile(out).tracks[1:]]
    assert names == ["player", "companion, channel 2", "companion, channel 3", "companion, channel 4"]
    struck = [sum(m.type == "note_on" for m in track) for track in mido.MidiFile(out).tracks]
    assert line.startswith(
        f"{out}: 0:03, {struck[1]} notes by the player, {sum(struck[2:])} by the companion"
    )
    assert struck[1] == sum(message[0] == 0x90 for _, message in SESSIONS["harmonize"][1])
    assert any(m.is_cc(64) for m in mido.MidiFile(out).tracks[1])
    assert picture.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("number", ["1", "2"])
def test_run_again_it_is_equal_to_the_bit(home: Path, number: str, capsys: pytest.CaptureFixture[str]):
    line = said(capsys, number, "--again")
    assert line.startswith("equal: ")
    assert int(line.split()[1]) > 5


def test_what_differs_is_shown_and_the_exit_code_is_1(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = tmp_path / "changed.jsonl"
    lines = (home / "antiphon" / "sessions" / "2026-09-02-120000-1.jsonl").read_text().splitlines()
    for index, line in enumerate(lines):
        entry = json.loads(line)
        if entry[0] == "heard" and entry[4][0] == 0x90:
            entry[4][1] += 1  # the player struck another key
            lines[index] = json.dumps(entry)
            break
    path.write_text("\n".join(lines) + "\n")
    line = said(capsys, str(path), "--again", code=1)
    assert line.startswith("different at ")
    assert line.count("\n") == 1


def test_another_model_cannot_play_it_again_but_another_take(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path, out = tmp_path / "changed.jsonl", tmp_path / "take.mid"
    text = (home / "antiphon" / "sessions" / "2026-09-02-120000-1.jsonl").read_text()
    digest = shipped("piano").manifest.sha256["piano.step.onnx"]
    path.write_text(text.replace(digest, "0" * 64))
    assert "is not the one of this session" in said(capsys, str(path), "--again", code=2)
    said(capsys, str(path), "--again", "--seed", "3", "-o", str(out))
    assert len(mido.MidiFile(out).tracks) == 3


def test_another_take_differs_and_the_same_seed_makes_the_same_file(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    files = {}
    for name, options in {
        "played": [], "seed": ["--seed", "8"], "again": ["--seed", "8"], "cold": ["--temperature", "0.2"],
        "voices": ["--set", "voices=1"],
        "mode": ["--mode", "answer", "--model", "piano"],
    }.items():  # fmt: skip
        out = tmp_path / f"{name}.mid"
        said(capsys, "2", *options, "-o", str(out))
        files[name] = out.read_bytes()
    assert files["seed"] == files["again"]
    assert len(set(files.values())) == 5
    assert len(mido.MidiFile(tmp_path / "voices.mid").tracks) == 3


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["last"], "say where to write: -o OUT.mid"),
        (["-o", "x.mid"], "name a session"),
        (["9", "-o", "x.mid"], "there is no session 9: there are 1 (the newest) to 2"),
        (["nowhere.jsonl", "--again"], "there is no session nowhere.jsonl"),
        (["1", "-o", "x.wav"], "its name must end in one of .mid, .midi"),
        (["1", "-o", "nowhere/x.mid"], "there is no folder"),
        (["1", "-o", "x.mid", "--set", "voices"], "NAME=VALUE"),
        (["1", "-o", "x.mid", "--set", "pitch=3"], "no control named"),
        (["1", "-o", "x.mid", "--set", "voices=9"], "voices must be 1 to 3"),
        (["1", "-o", "x.mid", "--mode", "sing"], "mode must be harmonize, answer"),
        (["2", "-o", "x.mid", "--set", "model=chorale", "--mode", "answer"], "cannot answer"),
        (["1", "-o", "x.mid", "--set", "model=nobody"], "nobody"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    home: Path, arguments: list[str], reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert reason in said(capsys, *arguments, code=2)
    assert not list(tmp_path.iterdir())


def test_without_sessions_it_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("live.sessions.folder.data_folder", lambda: tmp_path)
    assert said(capsys).startswith("No session has been recorded yet in ")


def test_a_file_of_something_else_in_the_folder_is_listed_as_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr("live.sessions.folder.data_folder", lambda: tmp_path)
    (tmp_path / "sessions").mkdir()
    (tmp_path / "sessions" / "2026-01-01-120000-1.jsonl").write_text("nothing\n")
    assert "damaged" in said(capsys)


@pytest.mark.parametrize(
    "line", ['["heard",1,2]', '["heard",1,2,0,[],0]', '["heard",1,2,0,"x",0]', '["heard",1,2,0,[300],0]']
)
def test_a_line_that_makes_no_sense_is_told(tmp_path: Path, line: str, capsys: pytest.CaptureFixture[str]):
    band = RecordedBand(tmp_path / "one.jsonl", mode="off")
    path = band.close().path
    path.write_bytes(path.read_bytes() + line.encode() + b"\n")
    assert "a line of the session is damaged: heard" in said(
        capsys, str(path), "-o", str(tmp_path / "out.mid"), code=2
    )


def test_a_long_session_in_a_row_keeps_its_times(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    band = RecordedBand(tmp_path / "one.jsonl", mode="off")
    band.play(tune([60, 62, 64], gap_ms=4321, length_ms=1234), rest_ms=2000)
    band.close()
    said(capsys, str(tmp_path / "one.jsonl"), "-o", str(tmp_path / "out.mid"))
    now, times = 0.0, []
    for message in mido.MidiFile(tmp_path / "out.mid"):
        now += message.time
        if message.type in ("note_on", "note_off"):
            times.append(now)
    assert times == pytest.approx([0, 1.234, 4.321, 5.555, 8.642, 9.876], abs=0.0003)
