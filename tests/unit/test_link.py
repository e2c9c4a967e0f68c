"""Ableton Link: what a session says, told when it is new; and two peers, where the package is there."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path

import pytest
from babbler import babbler
from band import Band, tune
from recorded import RecordedBand

from live.beat.link_time import LinkWord
from live.link_peer import MISSING, LinkPeer
from live.sessions.again import run_again
from live.sessions.lines import NAMES

S = 10**9


def test_a_session_with_others_gives_the_time():
    band = Band(mode="off", time="link", meter="3/4")
    said: list[str] = []
    band.session.say = said.append
    now = band.stage.clock.now_ns()
    band.session.on_record(LinkWord(now, 7.5, 96.0, 0), now)
    assert band.session.time.pulse is None
    band.session.on_record(LinkWord(now, 7.5, 96.0, 2), now)
    state = band.session.state()["time"]
    assert (state["source"], state["tempo"], state["bar"]) == ("link", pytest.approx(96), 3)
    assert state["beat"] == pytest.approx(2.5)
    band.session.on_record(LinkWord(now + S, 7.5 + 1.6, 96.0, 0), now + S)
    assert band.session.time.pulse is None
    assert said == ["time from Ableton Link: 96.0 beats a minute", "free time"]


def test_a_jump_is_another_run_and_a_tempo_is_none():
    band = Band(mode="off", time="link")
    now = band.stage.clock.now_ns()
    runs = []
    for at, beat, tempo in ((0, 4.0, 120.0), (S, 6.0, 60.0), (2 * S, 7.0, 60.0), (3 * S, 40.0, 60.0)):
        band.session.on_record(LinkWord(now + at, beat, tempo, 1), now + at)
        assert band.session.time.pulse is not None
        runs.append(band.session.time.pulse.run)
    assert runs == [1, 1, 1, 2]


def test_what_link_said_stands_in_the_capture_and_is_said_again(tmp_path: Path):
    band = RecordedBand(tmp_path / "one.jsonl", networks=babbler, mode="answer", time="link")
    for n in range(4):
        now = band.stage.clock.now_ns()
        band.session.on_record(LinkWord(now, 2.0 * n, 120.0, 1), now)
        band.play(tune([60, 64, 67]), rest_ms=100)
    band.wait(4000)
    file = band.close()
    assert NAMES[LinkWord] == "link"
    assert sum(entry.name == "link" for entry in file.entries()) == 4
    outcome = run_again(file, babbler)  # type: ignore[arg-type]
    assert outcome.difference is None
    assert outcome.orders > 0


class FakeSession:
    """What of ``link.Link`` is used."""

    enabled = False
    peers, bpm = 1, 120.0

    def clock(self) -> FakeSession:
        return self

    def micros(self) -> int:
        return time.perf_counter_ns() // 1000 + 5_000_000

    def captureSessionState(self) -> FakeSession:  # noqa: N802
        return self

    def beatAtTime(self, micros: int, quantum: float) -> float:  # noqa: N802
        return (micros - 5_000_000) * self.bpm / 60e6 % 1e6

    def tempo(self) -> float:
        return self.bpm

    def numPeers(self) -> int:  # noqa: N802
        return self.peers


def wait_for(words: list[LinkWord], count: int) -> None:
    until = time.perf_counter() + 10
    while len(words) < count:
        assert time.perf_counter() < until, words
        time.sleep(0.005)


def test_the_peer_tells_what_is_new_and_leaves_when_nobody_wants_it():
    words: list[LinkWord] = []
    session = FakeSession()
    peer = LinkPeer(words.append, lambda: 4.0, lambda _: None, make=lambda: session)
    peer.listen(True)
    wait_for(words, 1)
    assert words[0].beat == pytest.approx(words[0].at_ns * 2e-9 % 1e6, abs=0.01)
    session.bpm = 90.0
    wait_for(words, 2)
    assert words[1].tempo == 90.0
    peer.listen(False)
    wait_for(words, 3)
    assert words[-1].peers == 0
    assert not session.enabled
    peer.listen(True)
    wait_for(words, 4)
    assert session.enabled
    peer.close()
    assert not session.enabled


def test_a_missing_package_is_one_line():
    said: list[str] = []

    def missing() -> None:
        raise ImportError("no module named link")

    peer = LinkPeer(lambda _: None, lambda: 4.0, said.append, make=missing)
    peer.listen(True)
    until = time.perf_counter() + 10
    while not said and time.perf_counter() < until:
        time.sleep(0.005)
    assert said == [MISSING]
    peer.close()


@pytest.mark.skipif(importlib.util.find_spec("link") is None, reason="needs the extra link")
def test_two_peers_of_one_session_agree():
    import link

    other = link.Link(97.0)
    other.enabled = True
    words: list[LinkWord] = []
    peer = LinkPeer(words.append, lambda: 4.0, lambda _: None)
    peer.listen(True)
    try:
        until = time.perf_counter() + 10
        while not (words and words[-1].peers):
            if time.perf_counter() > until:
                pytest.skip("no multicast on this machine")
            time.sleep(0.02)
        time.sleep(1.5)
        word = words[-1]
        assert word.tempo == pytest.approx(other.captureSessionState().tempo())
        micros, now = other.clock().micros(), time.perf_counter_ns()
        here = word.beat + (now - word.at_ns) * word.tempo / 60e9
        there = other.captureSessionState().beatAtTime(micros, 4.0)
        assert (here - there + 2) % 4 - 2 == pytest.approx(0, abs=0.02)  # 12 ms at 97: others may be busy
    finally:
        peer.close()
        other.enabled = False
