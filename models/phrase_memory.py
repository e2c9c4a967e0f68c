"""Phrases that were played, and where in them the same few notes stand, in whatever transposition.

Before each note stand those that were struck before it, newest first, the notes of a chord from above; then
the phrase's beginning. The intervals of the first few lead to the note; how well the rest fits is for
:mod:`models.recollection` to say. What was learned last is taken back without a trace.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

import numpy as np

DEPTH = 24
"""Notes before a note that are compared."""
SLACK = 3
"""A note may stand this much earlier or later there."""
ORDER = 3
"""So many notes must be the same, up to transposition, for a place to be found; fewer where none is."""
MOST_PLACES = 64
"""The last places that are found are taken."""
CHORD_US = 35_000
"""Notes struck within this are sorted: fingers have no order."""
CHORD_NOTES = 8
"""More than are compared are sorted: what is cut off shall be the older end of a chord."""
SPANS = 9
"""Notes before a note whose times are kept: they tell the pace."""
BEGINNING, NOTHING = -1000, -2000
"""Among the notes before: the phrase begins here; before it, nothing is known."""
LASTING = -1
"""The length of a note that has not ended yet."""

ROOM = 16_384
"""Places that there are; they are used in turn."""
MOST = ROOM - 2 * DEPTH
"""Notes that are remembered; then the oldest are forgotten."""
Key = tuple[int, ...]


class Note(NamedTuple):
    """Microseconds from the first note of its phrase, real pitch 0-127, velocity 1-127."""

    onset: int
    length: int
    pitch: int
    velocity: int


def newest_first(struck: Sequence[tuple[int, int]], apart: int) -> list[tuple[int, int]]:
    """``(onset, pitch)`` in the order of arrival -> newest first; of a chord the lowest is the newest.

    A chord goes on while notes are at most ``apart`` from the one before.
    """
    chord, rows, before = 0, [], None
    for onset, pitch in struck:
        chord += before is not None and onset - before > apart
        before = onset
        rows.append((chord, -pitch, onset))
    rows.sort(reverse=True)
    return [(onset, -negative) for _, negative, onset in rows]


def keys_of(before: Sequence[int]) -> list[Key]:
    """What leads to a note that has these before it: the longest first, of :data:`ORDER` notes to one."""
    first = before[0]
    if first == BEGINNING:
        return [(BEGINNING,)]
    key: list[int] = [0]
    for pitch in before[1:ORDER]:
        if pitch == BEGINNING:
            key.append(BEGINNING)
            break
        key.append(first - pitch)
    return [tuple(key[:length]) for length in range(len(key), 0, -1)]


class PhraseMemory:
    """Owned by one thread; nothing blocks, a note costs some 30 us.

    What has been forgotten for want of room is not given back by :meth:`forget`.
    """

    def __init__(self, phrases: Iterable[Sequence[Note]] = (), most: int = MOST) -> None:
        """``most``: notes that are remembered, :data:`MOST` or fewer."""
        self._most = most
        self.count = 0
        """Notes that there have been; the next one's number. The row of a note: modulo :data:`ROOM`."""
        self._oldest = 0
        self._starts: list[int] = []  # of each phrase, its first note
        self._numbers: dict[Key, deque[int]] = {}
        self.onset, self.length = np.zeros(ROOM, np.int64), np.zeros(ROOM, np.int64)
        self.pitch, self.velocity = np.zeros(ROOM, np.int16), np.zeros(ROOM, np.int16)
        self.start = np.zeros(ROOM, np.int64)
        """The number of the first note of each note's phrase."""
        self.before = np.full((ROOM, DEPTH + SLACK), NOTHING, np.int16)
        """``[ROOM, DEPTH + SLACK]`` pitches before each note."""
        self.times = np.zeros((ROOM, SPANS), np.int64)
        """``[ROOM, SPANS]``: when they were struck."""
        for phrase in phrases:
            self.begin()
            for note in phrase:
                self.strike(note.onset, note.pitch, note.velocity, note.length)

    def __len__(self) -> int:
        """The number of phrases."""
        return len(self._starts) - (bool(self._starts) and self._starts[-1] == self.count)

    @property
    def phrases(self) -> list[list[Note]]:
        """All of them, as they are by now."""
        bounds = [*self._starts, self.count]
        return [self._notes(*pair) for pair in pairwise(bounds) if pair[0] < pair[1]]

    @property
    def last(self) -> list[Note]:
        """The last phrase; empty where there is none."""
        return self._notes(self._starts[-1], self.count) if self._starts else []

    def _notes(self, first: int, end: int) -> list[Note]:
        rows = np.arange(max(first, self._oldest), end) % ROOM
        columns = (self.onset, self.length, self.pitch, self.velocity)
        return [Note(*row) for row in zip(*(each[rows].tolist() for each in columns), strict=True)]

    def begin(self) -> None:
        """Another phrase begins; one without notes is none."""
        if not self._starts or self._starts[-1] < self.count:
            self._starts.append(self.count)

    def strike(self, onset: int, pitch: int, velocity: int, length: int = LASTING) -> int:
        """The next note of the phrase; the number by which it can be ended."""
        if not self._starts:
            self.begin()
        number, start = self.count, self._starts[-1]
        if number - self._oldest == self._most:
            self._forget_oldest()
        row, first = number % ROOM, max(start, number - DEPTH - CHORD_NOTES)
        rows = np.arange(first, number) % ROOM
        struck = list(zip(self.onset[rows].tolist(), self.pitch[rows].tolist(), strict=True))
        before = newest_first(struck, CHORD_US)[: DEPTH + SLACK]
        pitches = [each for _, each in before]
        if first == start:
            pitches = [*pitches, BEGINNING][: DEPTH + SLACK]
        self.before[row] = NOTHING
        self.before[row, : len(pitches)] = pitches
        self.times[row] = 0
        self.times[row, : len(before[:SPANS])] = [each for each, _ in before[:SPANS]]
        for key in keys_of(pitches):
            self._numbers.setdefault(key, deque()).append(number)
        self.onset[row], self.length[row] = onset, length
        self.pitch[row], self.velocity[row], self.start[row] = pitch, velocity, start
        self.count += 1
        return number

    def end(self, number: int, onset: int) -> None:
        """The note of this number, if there still is one, has stopped sounding at ``onset``."""
        row = number % ROOM
        if self._oldest <= number < self.count and self.length[row] == LASTING:
            self.length[row] = max(1, onset - self.onset[row])

    def forget(self) -> bool:
        """The last phrase was never played. False where there is none."""
        if self._starts and self._starts[-1] == self.count:
            self._starts.pop()  # it has no notes
        if not self._starts:
            return False
        start = self._starts.pop()
        for number in reversed(range(max(start, self._oldest), self.count)):
            for key, numbers in self._leading_to(number):
                numbers.pop()
                if not numbers:
                    del self._numbers[key]
        self.count = max(start, self._oldest)
        return True

    def places(self, key: Key) -> list[int]:
        """The numbers of the last notes that this leads to, the oldest first."""
        found = self._numbers.get(key)
        if found is None:
            return []
        return list(islice(reversed(found), MOST_PLACES))[::-1]

    def _forget_oldest(self) -> None:
        for key, numbers in self._leading_to(self._oldest):
            numbers.popleft()
            if not numbers:
                del self._numbers[key]
        self._oldest += 1
        if len(self._starts) > 1 and self._starts[1] <= self._oldest:
            del self._starts[0]

    def _leading_to(self, number: int) -> Iterator[tuple[Key, deque[int]]]:
        for key in keys_of(self.before[number % ROOM].tolist()):
            yield key, self._numbers[key]
