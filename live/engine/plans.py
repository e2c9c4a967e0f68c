"""What is about to sound: notes that a policy means to play, and those that it may still change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Tentative(NamedTuple):
    """A note that is meant, but not ordered from the stage yet. Where it would go: channel 0-15, the wire's
    pitch. ``ends_ns`` None: its end is not known yet."""

    due_ns: int
    ends_ns: int | None
    channel: int
    pitch: int
    velocity: int


class Plans:
    """The ledger of a session. Engine thread only, but for reading; never blocks."""

    def __init__(self) -> None:
        self.meant: tuple[Tentative, ...] = ()
        """Tentative notes, as last said. Any thread."""

    def tentative(self, notes: Iterable[Tentative]) -> None:
        """All tentative notes there are; those said before are meant no more, or have been ordered."""
        self.meant = tuple(notes)
