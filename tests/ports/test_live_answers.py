"""``answer`` mode on real ports: one phrase after the other, and never silence."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable

import pytest
from daemon import Daemon, options
from jack_world import JackServer, Peer, wait_until
from sounding import figures, notes, without_end

pytestmark = pytest.mark.jack

PHRASES = int(os.environ.get("ANTIPHON_TEST_PHRASES", "25"))
"""200 by hand."""
NOTE, GAP = 0.06, 0.12
"""Seconds: length of a note, and from onset to onset."""
PATIENCE = 2.5
THRESHOLD = 0.35
"""Seconds of silence after which such a phrase is over (the least there is)."""
ALLOWED = 0.15
"""Seconds that an answer may come after that."""
FIGURES = ((60, 64, 67), (67, 65, 64), (57, 60, 64), (62, 67, 65), (72, 71, 67))


def play(peer: Peer, pitches: tuple[int, ...]) -> int:
    """A phrase of short notes; when its last key came up."""
    due = time.perf_counter()
    for pitch in pitches:
        _send(peer, bytes((0x90, pitch, 70)))
        time.sleep(max(0.0, due + NOTE - time.perf_counter()))
        over = _send(peer, bytes((0x80, pitch, 0)))
        due += GAP
        time.sleep(max(0.0, due - time.perf_counter()))
    return over


def test_phrase_after_phrase_is_answered_in_time(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer]
) -> None:
    assert PATIENCE * GAP < THRESHOLD
    more = ("--time", "free", "--patience", str(PATIENCE), "--longest-answer", "1", "--seed", "3")
    daemon = daemons(*options("answer", *more))
    daemon.wait_until_ready()
    peer = peers()
    took = []
    for number in range(PHRASES):
        shift = number % 7
        over = play(peer, tuple(pitch + shift for pitch in FIGURES[number % len(FIGURES)]))
        wait_until(lambda over=over: any(note.begin_ns > over for note in notes(peer.log, "got")))
        took.append(min(note.begin_ns - over for note in notes(peer.log, "got") if note.begin_ns > over))
        if number % 5 == 0:  # let this one finish; into the others the player breaks
            _wait_for_silence(peer)
    _wait_for_silence(peer)
    assert daemon.stop() == 0
    assert daemon.complained == []
    assert without_end(peer.log) == []
    assert len(took) == PHRASES
    middle = figures("last key up -> answer", took)
    early, *_, late = statistics.quantiles(took, n=20)  # a busy machine delays player and companion alike
    assert early / 1e9 > THRESHOLD - 0.02
    assert middle / 1e3 < THRESHOLD + ALLOWED
    assert late / 1e9 < THRESHOLD + 6 * ALLOWED


def _send(peer: Peer, message: bytes) -> int:
    """Play one message; when it was sent."""
    before = len(_sent(peer))
    peer.send(message)
    wait_until(lambda: len(_sent(peer)) > before)
    return _sent(peer)[-1]


def _sent(peer: Peer) -> list[int]:
    return [entry.at_ns for entry in list(peer.log) if entry.what == "sent"]


def _wait_for_silence(peer: Peer, seconds: float = 0.6) -> None:
    """Until nothing has come for a while."""

    def quiet() -> bool:
        return time.perf_counter_ns() - peer.log[-1].at_ns > seconds * 1e9

    wait_until(quiet)


def test_a_player_who_breaks_into_an_answer_silences_it_at_once(
    jack_server: JackServer, daemons: Callable[..., Daemon], peers: Callable[[], Peer]
) -> None:
    daemon = daemons(*options("answer", "--seed", "5"))
    daemon.wait_until_ready()
    peer = peers()
    took = []
    for number in range(5):
        play(peer, FIGURES[number])
        wait_until(lambda: without_end(peer.log))
        struck = _send(peer, bytes((0x90, 84, 90)))
        wait_until(lambda: not without_end(peer.log))
        took.append(max(0, max(note.end_ns for note in notes(peer.log, "got")) - struck))
        time.sleep(0.3)
        assert without_end(peer.log) == [], "the companion goes on while a key is down"
        _send(peer, bytes((0x80, 84, 0)))
    assert figures("strike -> end of the answer's notes", took) < 250
    assert daemon.stop() == 0
