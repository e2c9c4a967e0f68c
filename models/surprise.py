"""A target in bits per note, held on average: what the companion's notes have cost, and what the next may.

A note's surprise is what the model is told to that end, in nats: every choice (wait, voice, kind and pitch,
velocity) since the note before, under the model's masked distribution at temperature 1. So ends of notes
and of phrases count towards the note that comes after them, and the mean is the nats per note of
``docs/models.md``. A wait in a wide bin adds the logarithm of the bin's width.

A target is held by one number, the *share*: each choice is made so that its surprise is on average this many
times the entropy of what the model offers there (:mod:`models.tilt`). Where the model is sure, it stays sure;
where it hesitates, more or less is dared. What notes have cost too much or too little is paid back over the
next ones.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from models.sampling import Style

REMEMBERED = 50
"""Notes over which the mean is told."""
PAID_BACK = 0.25
"""Of what has been overspent, this much is taken off the next note."""
MOST_DEBT = 4.0
"""Debt and credit of so many notes are remembered: a target out of reach shall not be made up for ever."""
LEAST_SHARE, MOST_SHARE = 0.5, 8.0
"""Below the least the likeliest choices alone are left, which soon go round in circles."""
_FOLLOWING = 1 / 12
_UNKNOWN = 3.0  # nats a note, of a model that does not say
NATS_PER_BIT = float(np.log(2.0))


class Course(NamedTuple):
    """What was said so far. Immutable, so that a plan can be taken back: keep the course of before.

    ``notes``: nats of the last notes. ``natural``: nats that the model itself would spend on a note here.
    ``debt``: nats spent beyond the target. ``nats`` and ``entropy``: since the last note.
    """

    natural: float
    notes: tuple[float, ...] = ()
    debt: float = 0.0
    nats: float = 0.0
    entropy: float = 0.0

    @property
    def bits(self) -> float | None:
        """Mean of the last notes; None before the first."""
        return sum(self.notes) / len(self.notes) / NATS_PER_BIT if self.notes else None

    def said(self, nats: float, entropy: float, target: float, *, note: bool) -> Course:
        """After a choice of this surprise and entropy; ``note``: it was a note's last. ``target`` 0: none."""
        nats, entropy = self.nats + nats, self.entropy + entropy
        if not note:
            return self._replace(nats=nats, entropy=entropy)
        notes = (*self.notes[1 - REMEMBERED :], nats)
        if not target:
            return Course(self.natural, notes)
        debt = self.debt + nats - target
        debt = min(max(debt, -MOST_DEBT * target), MOST_DEBT * target)
        natural = self.natural + _FOLLOWING * (entropy - self.natural)
        return Course(natural, notes, debt)

    def share(self, target: float) -> float:
        """How many times the entropy of a choice its surprise may be."""
        wanted = target - PAID_BACK * self.debt
        return min(max(wanted / max(self.natural, 1e-3), LEAST_SHARE), MOST_SHARE)


class Spending:
    """The course of one companion and its target. Owned by one thread."""

    def __init__(self, natural: float | None = None) -> None:
        self._target = 0.0
        self.begin(natural)

    def begin(self, natural: float | None) -> None:
        """Forget everything: another model plays, which spends so many nats on a note (None: unknown)."""
        self.course = Course(natural or _UNKNOWN)

    def aim(self, bits: float) -> None:
        """Hold this many bits per note from now on; 0: no target."""
        target = bits * NATS_PER_BIT
        if target != self._target:
            self._target = target
            self.course = self.course._replace(debt=0.0)

    def styled(self, style: Style) -> Style:
        """The style of the next choice: with a target, its surprise in place of temperature and top-p."""
        return replace(style, surprise=self.course.share(self._target)) if self._target else style

    def said(self, nats: float, entropy: float = 0.0, *, note: bool) -> None:
        """A choice was made."""
        self.course = self.course.said(nats, entropy, self._target, note=note)
