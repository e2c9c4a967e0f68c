"""Every tempo and every place in the beat at once, each with its probability.

The states are log of the beat's length by place in the beat (a bar pointer over one beat, after Whiteley,
Cemgil and Godsill 2006). Time moves each row round at its own speed, blurs neighbouring tempos into each
other, and forgets a little; what is heard multiplies. Owned by one thread; never blocks; 0.1 ms an onset.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.beat_network import FIRST_PERIOD, LAST_PERIOD, PERIODS, PHASES

Floats = NDArray[np.float64]

TEMPI, PLACES = 72, 48
"""Rows 4 % apart; places in the beat."""
NEAR = 0.07
"""Seconds by which a beat may miss and still be right: the measure of the field."""
_SPREADS = np.geomspace(0.02, 2.56, 8)
_STEP = np.log(LAST_PERIOD / FIRST_PERIOD) / (TEMPI - 1)


class Guess(NamedTuple):
    """A beat of ``period`` seconds, of which ``phase`` (0 to 1) had passed. ``mass``: the probability
    around it."""

    period: float
    phase: float
    mass: float


class Tuning(NamedTuple):
    """``trust`` in what is heard (a power below 1: onsets repeat each other), ``drift`` of the log of the
    tempo in the square root of a second, ``forget`` (the share that begins anew at each onset), and what
    tempo is usual:
    ``middle`` seconds, within a factor of exp(``width``)."""

    trust: float = 1.2
    drift: float = 0.08
    forget: float = 0.005
    comb: float = 0.3
    off_grid_s: float = 0.025
    middle: float = 0.55
    width: float = 0.8
    taste: float = 0.4


class TempoPhase:
    """The filter, at the moment of the last onset."""

    def __init__(self, tuning: Tuning | None = None) -> None:
        self.tuning = tuning = tuning or Tuning()
        self.periods = np.geomspace(FIRST_PERIOD, LAST_PERIOD, TEMPI)
        self._places = np.arange(PLACES)
        self._one_before = (self._places - 1) % PLACES
        self._starts = np.arange(TEMPI)[:, None] * PLACES
        self._rows_up = _between(TEMPI, np.linspace(0, PERIODS - 1, TEMPI), PERIODS)
        self._places_up = _around(np.arange(PLACES) * PHASES / PLACES, PHASES).T
        gap = (np.arange(TEMPI)[:, None] - np.arange(TEMPI)) * _STEP
        self._blurs = [_normal(np.exp(-0.5 * gap**2 / (tuning.drift**2 * each))) for each in _SPREADS]
        self._near_rows = (np.abs(gap) < 2.5 * _STEP).astype(float)
        apart = (self._places[:, None] - self._places + PLACES // 2) % PLACES - PLACES // 2
        self._near_places = (np.abs(apart) <= 2).astype(float)
        prior = np.exp(-0.5 * (np.log(self.periods / tuning.middle) / tuning.width) ** 2)
        taste = np.exp(-0.5 * (np.log(self.periods / tuning.middle) / tuning.taste) ** 2)
        self._near_rows *= taste[:, None]
        self._prior = np.repeat(prior[:, None], PLACES, 1) / (prior.sum() * PLACES)
        self._ages = self._places / PLACES
        self._comb = tuning.comb * self._fit(tuning.off_grid_s)
        self.reset()

    def reset(self) -> None:
        """Nothing is known but what tempo is usual."""
        self.held: Floats = self._prior.copy()
        """Probability of each state ``[TEMPI, PLACES]``."""

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        moved = seconds / self.periods * PLACES
        whole = moved.astype(np.int64)
        part = (moved - whole)[:, None]
        mixed = self.held + part * (self.held[:, self._one_before] - self.held)
        moved_on = mixed.ravel()[self._starts + (self._places - whole[:, None]) % PLACES]
        spread = int(np.searchsorted(_SPREADS, seconds).clip(0, len(_SPREADS) - 1))
        self.held = self._blurs[spread] @ moved_on

    def hear(self, grid: NDArray[np.float32]) -> None:
        """Take in log probabilities ``[PERIODS, PHASES]``."""
        told = self._rows_up @ np.maximum(grid, grid.max() - 12) @ self._places_up
        told *= self.tuning.trust
        told += self._comb
        self.held *= np.exp(told - told.max())
        self.held *= (1 - self.tuning.forget) / self.held.sum()
        self.held += self.tuning.forget * self._prior

    def _fit(self, spread: float) -> Floats:
        """How well an onset at each place fits a quarter, or a little less well a third, of each beat (log,
        0 is best)."""
        seconds = self.periods[:, None]
        parts = np.where(seconds < 0.4, 2, 4)
        fits = []
        for parts_, cost in ((parts, 0.0), (3, 0.7)):
            away = self._ages * parts_
            away = (away - np.round(away)) / parts_ * seconds
            fits.append(-0.5 * (away / spread) ** 2 - cost)
        return np.maximum(np.maximum(fits[0], fits[1]), -2.5)

    def best(self) -> Guess:
        """The likeliest beat: where most lies within 8 % of a tempo and a tenth of a beat."""
        liked = self._near_rows @ self.held @ self._near_places
        row, place = divmod(int(liked.argmax()), PLACES)
        return self.around(float(self.periods[row]), place / PLACES)

    def liking(self, guess: Guess) -> float:
        """The mass of a guess, and how usual such a beat is."""
        away = math.log(guess.period / self.tuning.middle) / self.tuning.taste
        return guess.mass * math.exp(-0.5 * away**2)

    def around(self, period: float, phase: float) -> Guess:
        """The mean of what lies within 12 % and a sixth of a beat of a guess."""
        middle = round(float(np.log(period / FIRST_PERIOD)) / _STEP)
        first, last = max(0, middle - 3), min(TEMPI, middle + 4)
        if first >= last:
            return Guess(period, phase, 0.0)
        away = (self._ages - phase + 0.5) % 1 - 0.5
        inside = np.flatnonzero(np.abs(away) < 1 / 6)
        block = self.held[first:last, inside]
        mass = float(block.sum())
        if mass < 1e-9:
            return Guess(period, phase, 0.0)
        log_period = float(block.sum(1) @ np.log(self.periods[first:last])) / mass
        moved = float(block.sum(0) @ away[inside]) / mass
        return Guess(float(np.exp(log_period)), (phase + moved) % 1, mass)

    def beat_in(self, seconds: float) -> float:
        """How probable it is that there is a beat so many seconds from now, give or take ``NEAR``."""
        turns = self._ages + (seconds / self.periods)[:, None]
        turns -= np.round(turns)
        return float(self.held[np.abs(turns) * self.periods[:, None] < NEAR].sum())


def _between(count: int, at: Floats, size: int) -> Floats:
    """Weights ``[count, size]`` that read a table of ``size`` between its rows."""
    low = np.minimum(at.astype(int), size - 2)
    weights = np.zeros((count, size))
    weights[np.arange(count), low] = 1 - (at - low)
    weights[np.arange(count), low + 1] = at - low
    return weights


def _around(at: Floats, size: int) -> Floats:
    """The same for a table that is a circle."""
    low = at.astype(int)
    weights = np.zeros((len(at), size))
    weights[np.arange(len(at)), low % size] = 1 - (at - low)
    weights[np.arange(len(at)), (low + 1) % size] += at - low
    return weights


def _normal(kernel: Floats) -> Floats:
    """Each column sums to 1: no mass is lost."""
    total: Floats = kernel.sum(0)
    return kernel / total
