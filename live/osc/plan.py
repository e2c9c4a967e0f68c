"""What is about to sound, to those who asked for it by OSC: in bundles, and never at the music's cost."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from live.engine.plan_notes import Phase, Planned
from live.osc.packets import Part

PLAN = "/antiphon/plan"
SUBSCRIBE, UNSUBSCRIBE = f"{PLAN}/subscribe", f"{PLAN}/unsubscribe"
ARGUMENTS = "id, pitch, channel, velocity, in_ms, length_ms"
MEANINGS = {
    Phase.TENTATIVE: "a note may sound in so many ms; the same id again: it is another now",
    Phase.COMMITTED: "a note will sound in so many ms, if it is not cancelled; the same id again: as above",
    Phase.SOUNDING: "it sounds now",
    Phase.ENDED: "it sounds no more",
    Phase.CANCELLED: "it will not sound",
}
UNKNOWN_MS = -1.0
"""In place of a length that is not known yet."""
MOST_AT_ONCE = 14
"""Messages of a bundle that fits into one packet of a network (1,500 bytes)."""


class PlanNews(NamedTuple):
    """For whom, and what has changed."""

    places: tuple[tuple[str, int], ...]
    notes: tuple[Planned, ...]

    def bundles(self, now_ns: int) -> Iterator[list[Part]]:
        """The messages, as they are to be told now."""
        for first in range(0, len(self.notes), MOST_AT_ONCE):
            yield [part(note, now_ns) for note in self.notes[first : first + MOST_AT_ONCE]]


def address(phase: Phase) -> str:
    """Where a note in this phase is told."""
    return f"{PLAN}/{phase.value}"


def part(note: Planned, now_ns: int) -> Part:
    """A note as a message: times from now, the channel as musicians count."""
    length_ms = UNKNOWN_MS if note.ends_ns is None else (note.ends_ns - note.due_ns) / 1e6
    in_ms = (note.due_ns - now_ns) / 1e6
    return address(note.phase), [note.id, note.pitch, note.channel + 1, note.velocity, in_ms, length_ms]
