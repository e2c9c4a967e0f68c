"""Who has a say in a choice beside the model: a memory of phrases, the parts of two players."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from models.context import Context

Logits = NDArray[np.float32]


class Opinion(Protocol):
    """What it makes of the heads for one event, each before bias, masks and style."""

    def waits(self, logits: Logits) -> Logits:
        """Logits ``[time_bins]`` of the wait."""

    def tokens(self, logits: Logits, legal: NDArray[np.bool_], ticks: int) -> Logits:
        """Logits ``[TOKENS]`` of kind and pitch, after a wait of ``ticks``; only ``legal`` ones count."""

    def loudness(self, logits: Logits, pitch: int) -> Logits:
        """Logits of the velocity of a note-on of this pitch."""


class Adviser(Protocol):
    """Asked before each choice. Owned by the thread that owns the context."""

    def recall(self, context: Context) -> Opinion | None:
        """What it has to say about the next event; None: nothing."""
