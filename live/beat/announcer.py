"""Lines for the musician about who gives the time: few, also where a loose cable starts and stops a clock."""

from __future__ import annotations

from collections.abc import Callable

from live.beat.pulse import Pulse, Source

EVERY_NS = 1_000_000_000
"""At most one line in so long; what has changed back meanwhile is not said."""
UNSAID = frozenset((None, Source.PLAYING))
"""A beat that is heard in the playing comes and goes often: the status line shows it, no line says it."""
WORDS = {
    Source.CLOCK: "MIDI clock",
    Source.LINK: "Ableton Link",
    Source.TEMPO: "our own tempo",
    Source.PLAYING: "your playing",
}


class Announcer:
    """Owned by the engine's thread; never blocks. ``say`` takes a line."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._told: Source | None = None
        self._word: str | None = None
        self._said_ns: int | None = None
        self.wake_at_ns: int | None = None
        """When :meth:`look` wants to be called, if nothing happens before: something is still to be said."""

    def look(self, word: str | None, pulse: Pulse | None, now_ns: int) -> None:
        """Who gives the time now, and perhaps a ``word`` about why."""
        self.wake_at_ns = None
        self._word = word or self._word
        source = None if pulse is None else pulse.source
        if UNSAID.issuperset((source, self._told)):
            self._told = source
        if source is self._told and self._word is None:
            return
        if self._said_ns is not None and now_ns - self._said_ns < EVERY_NS:
            self.wake_at_ns = self._said_ns + EVERY_NS
            return
        changed = None if source is self._told else _words(pulse)
        self._told, word, self._word, self._said_ns = source, self._word, None, now_ns
        self._say(": ".join(filter(None, (word, changed))))


def _words(pulse: Pulse | None) -> str:
    if pulse is None:
        return "free time"
    return f"time from {WORDS[pulse.source]}: {pulse.tempo:.1f} beats a minute"
