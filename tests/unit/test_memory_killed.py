"""A daemon that ends has kept what was played; one that is killed, every phrase that was over."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from sounded import off, on

from live import Antiphon
from live.errors import AntiphonError
from live.player_file import PlayerFile
from live.sessions.again import run_again
from live.sessions.file import SessionFile
from live.sessions.folder import sessions
from models.step import load_network

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="folders are set by the environment there")

PROGRAM = """
import sys, time
from live import Antiphon
with Antiphon(api="none", mode="answer", model="folk", player="Anna", memory=1.0, capture=True) as companion:
    while companion.state()["memory"]["player"] != "Anna":
        time.sleep(0.01)
    for pitch in (60, 64, 67, 65, 62):
        companion.play(bytes((0x90, pitch, 80)))
        time.sleep(0.05)
        companion.play(bytes((0x80, pitch, 0)))
    print("played", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def test_a_killed_daemon_has_kept_the_phrase_and_the_next_one_knows_it():
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "played\n"
        file, ends = PlayerFile("Anna"), time.monotonic() + 20
        while not (found := file.load(lambda _: None)) and time.monotonic() < ends:
            time.sleep(0.05)
        process.kill()
    assert [[note.pitch for note in each.notes] for each in found] == [[60, 64, 67, 65, 62]]
    with Antiphon(api="none", mode="answer", model="folk", memory=1.0, capture=True) as companion:
        companion.act("player", "anna")
        assert companion.state()["memory"] == {"player": "anna", "phrases": 1, "weight": 1.0}
        for pitch in (62, 66, 69):
            companion.play(on(pitch))
            time.sleep(0.1)
            companion.play(off(pitch))
        while companion.state()["sent"] < 4:
            time.sleep(0.02)
        companion.act("forget", "all")
        assert companion.state()["memory"]["phrases"] == 0
        with pytest.raises(AntiphonError, match="printable"):
            companion.act("player", "")
    assert PlayerFile("Anna").load(lambda _: None) == []
    for path in sessions():
        outcome = run_again(SessionFile(path), load_network)
        assert outcome.difference is None


def test_a_phrase_that_nothing_ended_is_kept_at_the_end():
    with Antiphon(api="none", mode="off", player="Anna") as companion:
        while companion.state()["memory"]["player"] != "Anna":
            time.sleep(0.01)
        for pitch in (60, 62):
            companion.play(on(pitch) + off(pitch))
    phrases = PlayerFile("Anna").load(lambda _: None)
    assert [[note.pitch for note in each.notes] for each in phrases] == [[60, 62]]
