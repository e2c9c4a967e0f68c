"""What is told of a note that is about to sound, or sounds."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple


class Phase(Enum):
    """Where a note of the companion stands. It goes down this list, and may be cancelled until it sounds."""

    TENTATIVE = "tentative"
    """Meant by the companion, which may still think better of it. Told again: it is another now."""
    COMMITTED = "committed"
    """Ordered: it will sound, unless it is cancelled in time. Told again: it is another now."""
    SOUNDING = "sounding"
    ENDED = "ended"
    CANCELLED = "cancelled"
    """It will not sound: thought better of, vetoed, taken back, or too late."""


class Planned(NamedTuple):
    """A note of the companion in a new phase, or another one than before in the same phase.

    ``id`` is the note's own, from 1; ``channel`` 0-15 and ``pitch`` are those of the wire. ``ends_ns`` is
    None as long as its end is not known.
    """

    phase: Phase
    id: int
    due_ns: int
    ends_ns: int | None
    channel: int
    pitch: int
    velocity: int


Watcher = Callable[[tuple[Planned, ...], int], None]
"""Takes what has changed in one turn of the engine, and when that was; in the engine's thread, so it must
only enqueue."""
