"""How a model plays to a passage of a held-out piece, for evaluation: as ``continue`` and ``harmonize`` do.

The passage comes from ``training``, which nothing here imports: only its fields are known.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from live.offline.events import continue_events, harmonize_events
from models.events import Event
from models.piece import Piece
from models.sampling import Style
from models.step import Network


class Passage(Protocol):
    """What is given up to tick ``start``, and may be played up to ``limit``."""

    @property
    def given(self) -> Piece:
        """What the model hears."""

    @property
    def start(self) -> int:
        """Where it begins to play."""

    @property
    def limit(self) -> int:
        """Where it is stopped."""

    @property
    def voices(self) -> int:
        """How many voices are to be added to the melody that is given; 0: it goes on."""


def going_on(network: Network, passage: Passage, style: Style, seed: int) -> Iterable[Event]:
    """The music goes on; a model that knows ends may end it."""
    return continue_events(
        network, passage.given, start=passage.start, end=passage.limit, style=style, seed=seed,
        may_end=network.manifest.phrases,
    )  # fmt: skip


def harmonizing(network: Network, passage: Passage, style: Style, seed: int) -> Iterable[Event]:
    """Voices are found for each note of the melody as it is struck."""
    return harmonize_events(network, passage.given, voices=passage.voices, style=style, seed=seed)
