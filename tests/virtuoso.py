"""A player who never tires: twenty notes a second with chords, runs, repeated notes, pedal and bends.

Phrases of 8 seconds at a little over 25 notes a second, pauses of 2 seconds: those are what an answer waits
for. Every note-on has its note-off, a key that is down is let go before it is struck again, pedals and wheels
come back.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Iterator
from typing import NamedTuple

PHRASE_S, PAUSE_S, RATE = 8.0, 2.0, 25.3
LOWEST, HIGHEST = 36, 84

PEDAL, WHEEL, EXPRESSION = 64, 1, 11


class Played(NamedTuple):
    """A message and when it is played, in seconds."""

    at: float
    message: bytes


class _Hands:
    """What is still to be played, by time; ties in the order in which they were thought of."""

    def __init__(self, seed: int, channel: int) -> None:
        self.random = random.Random(seed)
        self._channel = channel
        self._coming: list[tuple[float, int, bytes]] = []
        self._thought = 0
        self._up_at: dict[int, float] = {}

    def say(self, at: float, status: int, *data: int) -> None:
        self._thought += 1
        heapq.heappush(self._coming, (at, self._thought, bytes((status | self._channel, *data))))

    def note(self, at: float, pitch: int, length: float, velocity: int) -> None:
        """A note; skipped to the next key that will be up by then."""
        while self._up_at.get(pitch, -1.0) >= at:
            pitch = pitch + 1 if pitch < HIGHEST else LOWEST
        self._up_at[pitch] = at + length
        self.say(at, 0x90, pitch, velocity)
        if self._thought % 3:
            self.say(at + length, 0x80, pitch, velocity // 2)
        else:
            self.say(at + length, 0x90, pitch, 0)  # a note-off in its other spelling

    def until(self, at: float) -> Iterator[Played]:
        while self._coming and self._coming[0][0] <= at:
            when, _, message = heapq.heappop(self._coming)
            yield Played(when, message)


def performance(seconds: float, seed: int = 1, channel: int = 0) -> Iterator[Played]:
    """``seconds`` of playing, in order of time. The last messages let everything go."""
    hands = _Hands(seed, channel)
    begin = 0.0
    while begin < seconds:
        end = min(begin + PHRASE_S, seconds)
        _phrase(hands, begin, end)
        begin = min(end + PAUSE_S, seconds)
        yield from hands.until(begin)
    yield from hands.until(float("inf"))


def _phrase(hands: _Hands, begin: float, end: float) -> None:
    at, centre = begin, hands.random.randint(50, 70)
    _pedalling(hands, begin, end)
    _bending(hands, begin, end)
    while at < end - 0.2:
        gesture = hands.random.choice((_chord, _run, _run, _repeated))
        count = gesture(hands, at, centre)
        at += count / RATE
        centre = min(max(centre + hands.random.randint(-4, 4), 48), 72)


def _chord(hands: _Hands, at: float, centre: int) -> int:
    count = hands.random.randint(3, 5)
    length = hands.random.uniform(0.1, 0.5)
    for pitch in hands.random.sample(range(centre - 12, centre + 12), count):
        hands.note(at + hands.random.uniform(0, 0.015), pitch, length, hands.random.randint(30, 110))
    return count


def _run(hands: _Hands, at: float, centre: int) -> int:
    """Legato: each key is let go a little after the next one is struck."""
    count, step = hands.random.randint(4, 12), hands.random.choice((-2, -1, 1, 2))
    first = centre - step * count // 2
    for n in range(count):
        hands.note(at + n / RATE, first + n * step, 1.3 / RATE, hands.random.randint(40, 100))
    return count


def _repeated(hands: _Hands, at: float, centre: int) -> int:
    for n in range(6):
        hands.note(at + n / RATE, centre, 0.6 / RATE, 70)
    return 6


def _pedalling(hands: _Hands, begin: float, end: float) -> None:
    at = begin + hands.random.uniform(0, 1)
    while at + 1.5 < end:
        hands.say(at, 0xB0, PEDAL, 127)
        hands.say(at + hands.random.uniform(0.4, 1.4), 0xB0, PEDAL, 0)
        at += hands.random.uniform(1.5, 3)


def _bending(hands: _Hands, begin: float, end: float) -> None:
    at = begin + hands.random.uniform(0, 3)
    while at + 0.5 < end:
        for n in range(10):
            hands.say(at + 0.03 * n, 0xE0, hands.random.randint(0, 127), 64 + 4 * n)
        hands.say(at + 0.35, 0xE0, 0, 64)
        hands.say(at + 0.4, 0xB0, hands.random.choice((WHEEL, EXPRESSION)), hands.random.randint(1, 127))
        hands.say(at + 0.45, 0xD0, hands.random.randint(0, 127))
        at += hands.random.uniform(2, 4)
