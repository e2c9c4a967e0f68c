"""What a model made of a piece of music."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from live.files.music import Music, Part

Progress = Callable[[float], None]
"""Told the share that is made, from 0 to 1, never less than before. May raise to stop the work."""


def unseen(share: float) -> None:
    """Nobody looks at the progress."""


def share_of(progress: Progress, number: int, count: int) -> Progress:
    """What the part ``number`` (from 0) of ``count`` equal ones is told."""

    def told(share: float) -> None:
        progress((number + share) / count)

    return told


@dataclass(frozen=True)
class Made:
    """``music`` as it was given (or blank), and the parts that ``model`` added, in the music's quarters.

    ``ended``: the model has ended the piece itself. ``facts``: what else there is to say of it, for programs.
    ``remarks``: what was asked for but is not in it, a line each, for people.
    """

    music: Music
    added: tuple[Part, ...]
    model: str
    seed: int
    ended: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def notes(self) -> int:
        """How many notes are new."""
        return sum(len(part.notes) for part in self.added)
