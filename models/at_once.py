"""What a score model would strike in the tick of its last event: every voice asked in one call of the heads.

A call of the heads costs the same for one row as for four (0.10 ms), so the logits of each voice's tokens
are computed beside the question of who speaks, not after it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.context import Choice, Context
from models.events import Event, Kind
from models.sampling import Draws, Picked, Style, pick
from models.vocabulary import CHOICES, ON_TOKENS, WHO

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

    def goes_on(self, draws: Draws) -> Picked:
        """Whether anything more happens in this tick (1) or not (0)."""
        return more(self.share, draws)

    def strike(self, allowed: dict[int, Pitches], style: Style, draws: Draws) -> Choice:
        """A note-on of one of these voices, each with at least one pitch allowed (velocity 0)."""
        voices = list(allowed)
        who = Picked(0, 0.0)
        if len(voices) > 1:
            who = pick(self._who[voices], None, style, draws.uniform())
        voice = voices[who.choice]
        bias = None if style.bias is None else style.bias[_NOTES]
        token = pick(self._notes[voice], allowed[voice], style, draws.uniform(), bias)
        event = Event(self._time, Kind.ON, token.choice, 0, voice)
        return Choice(event, {"voice": who.nats, "token": token.nats}, who.entropy + token.entropy)


def more(share: float, draws: Draws) -> Picked:
    """Yes (1) with the probability ``share``, at any target: how many voices move is left to the model."""
    shares = (max(1.0 - share, 1e-12), max(share, 1e-12))
    yes = int(draws.uniform() < share)
    return Picked(yes, -math.log(shares[yes]), -sum(each * math.log(each) for each in shares))
