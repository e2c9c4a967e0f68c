"""How the companion follows the player, or opposes him: in density, register and loudness.

Each is what the player does of late beside what he usually does. A control of 0 leaves the companion to the
model, 1 moves it as the player moves, -1 the other way. In the long run it plays about as many notes as the
player whatever the controls say: a model that is told one hand of two may play too many, or hardly any.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from live.stage.clock import MILLISECOND
from models.events import PITCHES

RECENT_NS = 1_500 * MILLISECOND
"""How long the player's density of now is counted."""
LONGEST_GAP_NS = 2_000 * MILLISECOND
"""A longer one is a pause, and says no more about what is usual."""
OF_LATE, USUAL = 1 / 6, 1 / 64
"""What one note moves the mean of now and the usual one."""
SPARSE = 0.3
"""Notes a second that are added before densities are compared: silence is not infinitely sparse."""
MOST_TIMES = 4.0
"""A density is at most so many times the usual one, or a part of it."""
BALANCED_NS = 8_000 * MILLISECOND
"""So long ago, a note counts a third when the notes of both are compared."""
BALANCED = 3.0
"""Notes that are added to both before: who begins does not have to wait."""
LEAST_LEVEL, MOST_LEVEL = 1 / 8, 4.0
"""How far the model's own density is changed at most, so that both play as many notes."""
FEW = 1 / 4
"""Who plays fewer notes than this for one of the player's is given turns, whatever the model thinks of it."""
TURNS = 0.5
"""Of what is begun, at least so much is a companion's that has been silent for long."""
DRAWN = 6.0
"""Semitones around the wanted middle; farther notes lose more than half a nat."""
QUIETEST, LOUDEST = 16, 124


class Mean:
    """Of the last values, and of many. The first ones count fully."""

    def __init__(self) -> None:
        self.late = self.usual = 0.0
        self._count = 0

    def add(self, value: float) -> None:
        """One more."""
        self._count += 1
        self.late += max(OF_LATE, 1 / self._count) * (value - self.late)
        self.usual += max(USUAL, 1 / self._count) * (value - self.usual)

    @property
    def known(self) -> bool:
        """Whether there was any."""
        return self._count > 0

    @property
    def moved(self) -> float:
        """By how much it is away from the usual."""
        return self.late - self.usual


class Following:
    """What is known of both. Owned by the engine's thread, never blocks."""

    def __init__(self) -> None:
        self._pitch, self._velocity, self._gap = Mean(), Mean(), Mean()
        self._own_pitch, self._own_velocity = Mean(), Mean()
        self._struck_ns: int | None = None
        self._density = 0.0  # notes a second, at the last strike
        self._his, self._mine = 0.0, 0.0  # notes, the older the less

    def strike(self, ns: int, pitch: int, velocity: int) -> None:
        """A note of the player."""
        if self._struck_ns is not None:
            gap = max(0, ns - self._struck_ns)
            self._gap.add(min(gap, LONGEST_GAP_NS))
            fading = math.exp(-gap / BALANCED_NS)
            self._his *= fading
            self._mine *= fading
        self._his += 1
        self._density = self._density_at(ns) + 1e9 / RECENT_NS
        self._struck_ns = ns
        self._pitch.add(pitch)
        self._velocity.add(velocity)

    def said(self, pitch: int, velocity: int) -> None:
        """A note of the companion."""
        self._mine += 1
        self._own_pitch.add(pitch)
        self._own_velocity.add(velocity)

    def times(self, now_ns: int, amount: float) -> float:
        """So many times as often as the model would have it the companion begins a note."""
        level = (self._his + BALANCED) / (self._mine + BALANCED)
        level = min(max(level, LEAST_LEVEL), MOST_LEVEL)
        return level * self._denser(now_ns, amount)

    def least(self, now_ns: int, amount: float) -> float:
        """Of what is begun next at least so much is the companion's.

        A model that has heard a single line for a while expects nothing else, however many times its share
        is taken: the less the companion plays, the less it would ever play again.
        """
        behind = max(0.0, 1 - (self._mine + 1) / (FEW * (self._his + BALANCED)))
        return TURNS * behind * min(1.0, self._denser(now_ns, amount))

    def lean(self, amount: float) -> NDArray[np.float64] | None:
        """``[128]`` nats that draw the companion's notes to where they are wanted; None: nowhere."""
        if not amount or not self._pitch.known:
            return None
        middle = self._own_pitch.usual if self._own_pitch.known else self._pitch.usual
        away = (np.arange(PITCHES) - middle - amount * self._pitch.moved) / DRAWN
        return np.asarray(-abs(amount) / 2 * away**2)

    def velocity(self, meant: int, amount: float) -> int:
        """How loud a note is that the model meant so."""
        if not amount or not self._velocity.known:
            return meant
        own = self._own_velocity
        usual, late = (own.usual, own.late) if own.known else (self._velocity.usual, float(meant))
        wanted = usual + amount / abs(amount) * self._velocity.moved
        return round(min(max(meant + abs(amount) * (wanted - late), QUIETEST), LOUDEST))

    def _denser(self, now_ns: int, amount: float) -> float:
        """So many times as many notes as usual, because the player does so, or does not."""
        if not amount or not self._gap.known:
            return 1.0
        usual = 1e9 / max(self._gap.usual, 1e6)
        ratio = (self._density_at(now_ns) + SPARSE) / (usual + SPARSE)
        return float(min(max(ratio, 1 / MOST_TIMES), MOST_TIMES) ** amount)

    def _density_at(self, ns: int) -> float:
        if self._struck_ns is None:
            return 0.0
        return self._density * math.exp(-max(0, ns - self._struck_ns) / RECENT_NS)
