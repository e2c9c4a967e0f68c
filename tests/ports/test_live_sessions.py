"""The record of a live session: whatever is killed, what was played is in the file, and can be had again."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import mido
import pytest
from daemon import Daemon, ToldDaemon, options
from jack_world import JackServer, Peer, wait_until

from live.commands.main import run
from live.sessions.file import SessionFile
from live.sessions.lines import Entry, report
from live.sessions.listing import summary

pytestmark = pytest.mark.jack

ROUNDS = 4
MOST_MISSING_MS = 50
ON_THE_WAY_MS = 15
"""From the player's program through JACK to the stage, and on a busy machine some more."""


def recorded(home: Path) -> Path:
    (path,) = (home / "antiphon" / "sessions").glob("*.jsonl")
    return path


def heard(entries: Iterable[Entry]) -> list[bytes]:
    return [report(entry).message for entry in entries if entry.name == "heard"]


def missing_ms(peer: Peer, entries: Iterable[Entry], killed_ns: int) -> float:
    """How long before the end the first message was played that is not there; all before it are."""
    played = [(each.at_ns, each.message) for each in peer.log if each.what == "sent"]
    there = heard(entries)
    assert len(there) > 10
    assert there == [message for _, message in played[: len(there)]]
    after = [at for at, _ in played[len(there) :] if at < killed_ns]
    return (killed_ns - after[0]) / 1e6 if after else 0.0


def again(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    capsys.readouterr()
    assert run(["replay", str(path), "--again"]) == 0
    return capsys.readouterr().out


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Callable[..., ToldDaemon]]:
    """Starts daemons that are told what to do; nothing of them is left after the test."""
    made: list[ToldDaemon] = []

    def make(*arguments: str) -> ToldDaemon:
        made.append(ToldDaemon(*arguments, home=tmp_path))
        return made[-1]

    yield make
    for daemon in made:
        daemon.close()


@pytest.mark.parametrize("mode", ["harmonize", "answer"])
def test_kill_9_of_the_engine_costs_the_last_50_ms_at_most(
    jack_server: JackServer, tmp_path: Path, mode: str, capsys: pytest.CaptureFixture[str]
) -> None:
    moments = random.Random(3)
    missing = []
    for number in range(ROUNDS):
        home = tmp_path / str(number)
        daemon = Daemon(*options(mode), home=home)
        daemon.wait_until_ready()
        peer = Peer()
        try:
            peer.command("play 400 15")
            time.sleep(moments.uniform(0.4, 1.2))
            killed_ns = time.perf_counter_ns()
            daemon.tell(signal.SIGKILL)
            daemon.wait()
        finally:
            peer.close()
            daemon.close()
        path = recorded(home)
        missing.append(missing_ms(peer, SessionFile(path).entries(), killed_ns))
        assert summary(path).state == "cut short"
        assert again(path, capsys).startswith("equal: ")
        out = tmp_path / "out.mid"
        assert run(["replay", str(path), "-o", str(out)]) == 0
        assert sum(message.type == "note_on" for message in mido.MidiFile(out).tracks[1]) > 10
    print("missing before kill -9 of the engine, ms:", sorted(round(each, 1) for each in missing))
    assert sorted(missing)[ROUNDS // 2] < MOST_MISSING_MS + ON_THE_WAY_MS
    assert max(missing) < 10 * MOST_MISSING_MS


def test_kill_9_of_the_stage_costs_the_last_50_ms_at_most_and_the_record_goes_on(
    jack_server: JackServer, daemons: Callable[..., Daemon], capsys: pytest.CaptureFixture[str]
) -> None:
    daemon = daemons(*options("harmonize"))
    daemon.wait_until_ready()
    moments = random.Random(4)
    missing = []
    for number in range(ROUNDS):
        peer = Peer()
        path = recorded(daemon.home)
        before = sum(1 for _ in SessionFile(path).entries())
        peer.command("play 400 15")
        time.sleep(moments.uniform(0.3, 0.8))
        killed_ns = time.perf_counter_ns()
        os.kill(daemon.family[1], signal.SIGKILL)
        wait_until(lambda number=number: len(daemon.complained) > number)
        peer.close()
        time.sleep(0.2)
        entries = list(SessionFile(path).entries())[before:]
        end = [entry.name for entry in entries].index("port lost")  # a new stage may hear the old peer
        missing.append(missing_ms(peer, entries[:end], killed_ns))
    assert daemon.stop() == 0
    assert sorted(missing)[ROUNDS // 2] < MOST_MISSING_MS + ON_THE_WAY_MS
    assert sum(entry.name == "port lost" for entry in SessionFile(path).entries()) == ROUNDS
    assert summary(path).state == ""
    assert again(path, capsys).startswith("equal: ")
    print("missing before kill -9 of the stage, ms:", sorted(round(each, 1) for each in missing))


def test_a_live_session_with_changes_of_everything_is_the_same_again(
    jack_server: JackServer, told: Callable[..., ToldDaemon], capsys: pytest.CaptureFixture[str]
) -> None:
    daemon = told(*options("harmonize"))
    daemon.wait_until_ready()
    peer = Peer()
    try:
        for name, value in (("voices", 2), ("mode", "answer"), ("temperature", 0.7), ("mode", "harmonize")):
            peer.command("play 25 60")
            time.sleep(2.5)
            daemon.set(name, value)
        daemon.act("panic")
        peer.command("play 10 60")
        time.sleep(1)
    finally:
        peer.close()
    assert daemon.stop() == 0
    said = again(recorded(daemon.home), capsys)
    assert said.startswith("equal: ")
    assert int(said.split()[1]) > 100
    assert summary(recorded(daemon.home)).modes == ("harmonize", "answer")


def test_keep_writes_a_file_at_once_and_says_where_while_playing_goes_on(
    jack_server: JackServer, told: Callable[..., ToldDaemon]
) -> None:
    daemon = told(*options("harmonize"))
    daemon.wait_until_ready()
    peer = Peer()
    try:
        peer.command("play 60 50")
        time.sleep(1.5)
        daemon.act("keep", 10)
        wait_until(lambda: daemon.complained)
        (path,) = (daemon.home / "antiphon" / "kept").glob("*.mid")
        assert daemon.complained[0].startswith(f"antiphon: kept {path}: ")
        struck = [sum(m.type == "note_on" for m in track) for track in mido.MidiFile(path).tracks]
        assert struck[1] > 10
        assert sum(struck[2:]) > 10
        wait_until(lambda: sum(each.what == "sent" for each in peer.log) == 120)
        daemon.act("keep", "all")
        wait_until(lambda: len(daemon.complained) == 2)
        assert "give 1 to 3600 seconds" in daemon.complained[1]
    finally:
        peer.close()
    assert daemon.stop() == 0
    assert len(heard(SessionFile(recorded(daemon.home)).entries())) == 120


def test_old_sessions_go_when_a_daemon_is_ready_and_not_those_that_run(
    jack_server: JackServer, daemons: Callable[..., Daemon]
) -> None:
    first = daemons(*options("off"))
    first.wait_until_ready()
    running = recorded(first.home)
    old = running.with_name("2020-01-01-000000-1.jsonl")
    old.write_bytes(bytes(100_000))
    second = daemons(*options("off"), ANTIPHON_KEEP_SESSIONS="10kB")
    second.wait_until_ready()
    wait_until(lambda: not old.exists())
    time.sleep(0.1)
    assert running.exists()
    assert len(list(running.parent.glob("*.jsonl"))) == 2
