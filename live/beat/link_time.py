"""What an Ableton Link session says of time, as a pulse. Pure: who reads the session is elsewhere."""

from __future__ import annotations

from typing import NamedTuple

from live.beat.pulse import MINUTE_NS, Bars, Pulse, Source
from live.stage.clock import SECOND

_JUMP = 0.1
"""Quarters: a session that moves by more has jumped, as when it is joined."""
_SILENT_NS = 5 * SECOND
"""The session is read every second at least; whoever reads it has ended."""


class LinkWord(NamedTuple):
    """At ``at_ns`` the session was at quarter ``beat``; bars begin at multiples of their length.

    ``tempo``: quarters a minute. ``peers``: how many others are in it; alone there is nobody to play with.
    """

    at_ns: int
    beat: float
    tempo: float
    peers: int


class LinkTime:
    """Engine thread only; never blocks."""

    def __init__(self) -> None:
        self._word: LinkWord | None = None
        self._run = 0

    def hear(self, word: LinkWord) -> None:
        """What the session says now."""
        before, self._word = self._word, word
        if before is None or abs(_quarter_at(before, word.at_ns) - word.beat) > _JUMP:
            self._run += 1

    def pulse(self, now_ns: int, meter: str) -> Pulse | None:
        """The session's pulse; None while nobody else is in it."""
        word = self._word
        if word is None or not word.peers or now_ns - word.at_ns > _SILENT_NS:
            return None
        length = MINUTE_NS / word.tempo
        return Pulse(word.at_ns, word.beat, length, Source.LINK, bars=Bars.parse(meter), run=self._run)


def _quarter_at(word: LinkWord, ns: int) -> float:
    return word.beat + (ns - word.at_ns) * word.tempo / MINUTE_NS
