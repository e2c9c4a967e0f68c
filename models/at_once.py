"""What a score model would strike in the tick of its last event: every voice asked in one call of the heads.

A call of the heads costs the same for one row as for four (0.10 ms), so the logits of each voice's tokens
are computed beside the question of who speaks, not after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.events import Event, Kind
from models.sampling import Draws, Style, pick
from models.vocabulary import CHOICES, ON_TOKENS, WHO

if TYPE_CHECKING:
    from models.context import Context

_NOTES = slice(ON_TOKENS, ON_TOKENS + 128)
Pitches = NDArray[np.bool_]
"""``[128]``: which pitches are allowed."""


class AtOnce:
    """The answer to one question; valid until the context hears another event."""

    def __init__(self, context: Context, voices: Sequence[int]) -> None:
        """Ask for ``voices``, all later in the order than the last event. Blocks for one call."""
        told = np.zeros((len(voices), CHOICES), np.int32)  # wait 0
        told[:, WHO] = voices
        found = context.logits(told, context.now)
        waits = np.exp((found["wait"][0] - found["wait"][0].max()).astype(np.float64))
        self.share = float(waits[0] / waits.sum())
        """Probability that anything more happens in this tick."""
        self._time = context.now
        self._who = found["voice"][0]
        self._notes = {voice: row[_NOTES] for voice, row in zip(voices, found["token"], strict=True)}

    def strike(self, allowed: dict[int, Pitches], style: Style, draws: Draws) -> Event:
        """A note-on of one of these voices, each with at least one pitch allowed (velocity 0)."""
        voices = list(allowed)
        voice = voices[0]
        if len(voices) > 1:
            voice = voices[pick(self._who[voices], None, style, draws.uniform()).choice]
        bias = None if style.bias is None else style.bias[_NOTES]
        pitch = pick(self._notes[voice], allowed[voice], style, draws.uniform(), bias).choice
        return Event(self._time, Kind.ON, pitch, 0, voice)
