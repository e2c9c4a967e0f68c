"""A pulse: quarters as a function of time, and where bars begin if anybody knows.

Whoever gives the time (a MIDI clock, Link, the playing, a tempo that is set) says it as a :class:`Pulse`;
whoever needs it (ears, answers, clock out, the status line) reads nothing else. Immutable; any thread.
"""

from __future__ import annotations

import math
from enum import Enum
from typing import NamedTuple

MINUTE_NS = 60_000_000_000


class Source(Enum):
    """Who gives the time."""

    CLOCK = "clock"
    """MIDI clock that comes in."""
    LINK = "link"
    """Ableton Link."""
    TEMPO = "tempo"
    """The tempo that the musician has set: our own."""
    PLAYING = "playing"
    """Estimated from what is played."""


class Bars(NamedTuple):
    """A bar of ``numerator/denominator`` begins at ``line`` quarters, and others before and after it."""

    numerator: int
    denominator: int
    line: float = 0.0

    @property
    def quarters(self) -> float:
        """Length of a bar in quarters."""
        return 4 * self.numerator / self.denominator

    @property
    def name(self) -> str:
        """As written: ``3/4``."""
        return f"{self.numerator}/{self.denominator}"

    @staticmethod
    def parse(name: str, line: float = 0.0) -> Bars:
        """Bars of a meter as written, from a bar line on."""
        numerator, _, denominator = name.partition("/")
        return Bars(int(numerator), int(denominator), line)


class Place(NamedTuple):
    """Bar and beat as musicians count, both from 1; ``beat`` 2.5 is halfway between the second and third.

    A beat is the denominator's note value.
    """

    bar: int
    beat: float


class Pulse(NamedTuple):
    """At ``at_ns`` the music is at ``quarter``; a quarter lasts ``quarter_ns`` (both ns of our clock).

    ``quarter`` counts on from wherever the source began, and never jumps while it goes on; when it does
    (another song position, a beat found anew), the source counts up ``run``. ``confidence``: how probable it
    is that the beats told are the player's, 0 to 1 (1: a clock says so). ``bars`` None: it is not known where
    bars begin.
    """

    at_ns: int
    quarter: float
    quarter_ns: float
    source: Source
    confidence: float = 1.0
    bars: Bars | None = None
    run: int = 0

    def continues(self, before: Pulse | None) -> bool:
        """Whether the quarters of both count from one beginning, so that they can be compared."""
        return before is not None and (self.source, self.run) == (before.source, before.run)

    @property
    def tempo(self) -> float:
        """Quarters a minute."""
        return MINUTE_NS / self.quarter_ns

    def quarter_at(self, ns: int) -> float:
        """Where the music is at a moment, in quarters."""
        return self.quarter + (ns - self.at_ns) / self.quarter_ns

    def ns_at(self, quarter: float) -> int:
        """The moment of a place."""
        return self.at_ns + round((quarter - self.quarter) * self.quarter_ns)

    def place_at(self, ns: int) -> Place | None:
        """Bar and beat at a moment; None where bars are unknown."""
        if self.bars is None:
            return None
        since = self.quarter_at(ns) - self.bars.line
        bar = math.floor(since / self.bars.quarters)
        return Place(bar + 1, 1 + (since - bar * self.bars.quarters) * self.bars.denominator / 4)
