"""The player's phrases: learned while he plays, forgotten when he says so, for answers to go by.

A phrase is over when the mode says so, or after a long silence. What is remembered is a function of what
the session consumed and of the memory that was taken up (:mod:`live.engine.remembering`), so a replay has
the same.
"""

from __future__ import annotations

from collections.abc import Callable

from live.engine.entry import LONGEST_SILENCE_NS
from models.phrase_memory import Note, PhraseMemory

MOST_NOTES = 1000
"""A phrase that goes on for longer is taken for several."""
MICROSECOND = 1_000
"""In nanoseconds."""


class Phrases:
    """Owned by the engine's thread; a note costs some 30 us, and nothing blocks."""

    def __init__(self) -> None:
        self.memory = PhraseMemory()
        self.player = ""
        """Whose phrases they are; empty: nobody's, and they are gone with the session."""
        self.finished: Callable[[list[Note]], None] = lambda _: None
        """Told each phrase when it is over. Engine thread."""
        self.silent: Callable[[int], None] = lambda _: None
        """Told when the player stopped, where a long silence ended a phrase. Engine thread."""
        self.forgotten: Callable[[int], None] = lambda _: None
        """Told how many finished phrases, the last ones, are forgotten. Engine thread."""
        self._began_ns: int | None = None
        self._last_ns = self._struck_ns = 0
        self._notes = 0
        self._sounding: dict[int, int] = {}

    @property
    def open(self) -> bool:
        """Whether a phrase is under way."""
        return self._began_ns is not None

    def strike(self, ns: int, pitch: int, velocity: int) -> None:
        """The player has struck a key."""
        if ns - self._last_ns > LONGEST_SILENCE_NS or self._notes >= MOST_NOTES:
            if self.open:
                self.silent(self._last_ns)
            self.finish()
        if self._began_ns is None:
            self._began_ns, self._struck_ns, self._notes = ns, ns, 0
            self.memory.begin()
        self._last_ns = max(ns, self._last_ns)
        self._struck_ns = max(ns, self._struck_ns)
        onset = (self._struck_ns - self._began_ns) // MICROSECOND
        self._sounding[pitch] = self.memory.strike(onset, pitch, max(1, velocity))
        self._notes += 1

    def silence(self, ns: int, pitch: int) -> None:
        """A note of the player has stopped sounding."""
        self._last_ns = max(ns, self._last_ns)
        number = self._sounding.pop(pitch, None)
        if number is not None and self._began_ns is not None:
            self.memory.end(number, (ns - self._began_ns) // MICROSECOND)

    def finish(self) -> None:
        """The phrase is over; what still sounds of it has no known end."""
        if self._began_ns is None:
            return
        self._end()
        self.finished(self.memory.last)

    def forget(self) -> bool:
        """The last phrase, finished or not, was never played. False where there is none."""
        was_open = self.open
        self._end()
        found = self.memory.forget()
        if found and not was_open:
            self.forgotten(1)
        return found

    def forget_all(self) -> None:
        """Nothing was ever played."""
        self._end()
        count, self.memory = len(self.memory), PhraseMemory()
        self.forgotten(count)

    def take_up(self, memory: PhraseMemory, player: str) -> None:
        """Go on with another memory; a phrase that is under way is left behind."""
        self._end()
        self.memory, self.player = memory, player

    def _end(self) -> None:
        self._began_ns = None
        self._sounding.clear()
