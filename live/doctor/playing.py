"""What is played to measure, and how notes are matched with the strikes that they follow."""

from __future__ import annotations

import itertools
import sys
import time
from collections.abc import Sequence
from typing import Protocol

from live.doctor.daemon import MeasuredDaemon
from live.doctor.loopback import At, Performance, Stroke
from live.stage import records as r
from live.stage.messages import is_note_on

PITCHES = (67, 69, 71, 72, 74, 72, 71, 69)
VELOCITY = 80
SECOND = 1_000_000_000


class Player(Protocol):
    """Plays to a daemon: through ports, or past them."""

    def perform(self, play: Sequence[Stroke], listen_seconds: float = 0.0) -> Performance:
        """Play and listen; blocks for as long as that takes."""


class Inside:
    """Plays where there is no MIDI system: says to the engine what a stage would have said."""

    def __init__(self, daemon: MeasuredDaemon) -> None:
        self._daemon = daemon

    def perform(self, play: Sequence[Stroke], listen_seconds: float = 0.0) -> Performance:
        """Play, and count what the stage hands over as heard."""
        sent = []
        begin = time.perf_counter_ns()
        for offset, message in play:
            time.sleep(max(0, begin + offset - time.perf_counter_ns()) / SECOND)
            now = time.perf_counter_ns()
            self._daemon.hear(r.Heard(now, 0, message))
            sent.append(At(now, message))
        time.sleep(listen_seconds)
        return Performance(sent, [At(each.actual_ns, each.message) for each in self._daemon.of(r.Sent)])


def melody(strikes: int, gap_seconds: float, length_seconds: float, start_ns: int = 0) -> list[Stroke]:
    """Staccato: the voices have ended (60 ms after the release) before the next strike wants new ones."""
    assert length_seconds + 0.06 < gap_seconds
    strokes = []
    for number, pitch in zip(range(strikes), itertools.cycle(PITCHES)):
        at = start_ns + round(number * gap_seconds * SECOND)
        strokes.append((at, bytes((0x90, pitch, VELOCITY))))
        strokes.append((at + round(length_seconds * SECOND), bytes((0x80, pitch, 0))))
    return strokes


def ons(messages: Sequence[At]) -> list[int]:
    """When note-ons were sent or came."""
    return [at for at, message in messages if is_note_on(message)]


def first_after(starts: Sequence[int], found: Sequence[int], nth: int = 0) -> list[int]:
    """Nanoseconds from each start to the ``nth`` thing found before the next start, where there is one."""
    took = []
    for start, until in itertools.pairwise([*starts, sys.maxsize]):
        own = [each for each in found if start <= each < until]
        if len(own) > nth:
            took.append(own[nth] - start)
    return took
