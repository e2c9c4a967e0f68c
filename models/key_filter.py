"""Which key a player is in, as probabilities that each strike moves: a filter over the 24 keys.

What a strike says depends on its degree in each key, on the degree before it, and on how much time lies
between them, measured by the player's pace: a note that lasts says more. Between strikes the key may
change, rather to a near key. How much everything counts was learned (:mod:`training.key_evidence`) so that
the probabilities after each note are right, in melodies, in four voices and on the piano.
"""

from __future__ import annotations

import math
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.key import Key, Mode

KEYS: tuple[Key, ...] = tuple(Key(tonic, mode) for mode in ("major", "minor") for tonic in range(12))
"""Twelve major keys from C upwards, then twelve minor ones."""
SHIFTS = np.array([key.transposition for key in KEYS])
"""Semitones that bring each key to C major or A minor."""
EVEN = np.full(24, 1 / 24, np.float32)
"""Every key is as likely."""
EVIDENCE = Path(__file__).with_name("key_evidence.npz")

TOGETHER_NS = 30_000_000
"""Strikes closer than this are one chord."""
LONGER = (0.7, 1.4, 2.8)
"""Gaps are short, as usual, long, or very long beside the player's pace."""
GAPS = 2 + len(LONGER)
"""Kinds of gaps: none (a chord), and those."""
TEXTURES = 3
"""Melody; chords or several voices; and what is so quick that single strikes say little."""
_QUICK_NS = (120_000_000, 180_000_000)
"""A quicker pace than this is quick: in a melody, in chords."""
KINDS = GAPS * TEXTURES
_SMOOTHING, _MOST = 0.15, 1.4
_FADE, _THICK = 0.9, 0.05

CHANGES = (0.006, 0.006, 0.0015)
"""How likely another key is at a strike that is not of a chord that sounds already, by texture."""
_NEAR: dict[Mode, tuple[tuple[Mode, int, float], ...]] = {
    "major": (
        ("major", 7, 4), ("major", 5, 4), ("minor", 9, 4), ("minor", 0, 2),
        ("minor", 4, 1.5), ("minor", 2, 1.5), ("major", 2, 0.5), ("major", 10, 0.5),
    ),
    "minor": (
        ("major", 3, 5), ("minor", 7, 3), ("minor", 5, 3), ("major", 0, 2),
        ("major", 10, 1.5), ("major", 8, 1.5), ("minor", 2, 0.5), ("minor", 10, 0.5),
    ),
}  # fmt: skip
"""Where music goes from a key: mode, semitones up, how much likelier than by chance (``_ANYWHERE``)."""
_ANYWHERE = 0.25

_TURN = (np.arange(12) - np.arange(12)[:, None]) % 12
"""``[tonic, pitch class]``: its degree."""


class Evidence(NamedTuple):
    """What was learned, in nats: ``strikes [2 modes, KINDS, 12 degrees before, 12 degrees]`` (kinds of gaps,
    by texture) and ``first [2, 12]`` for the first strike of all. ``keys [24]`` is the share of each key.
    """

    strikes: NDArray[np.float32]
    first: NDArray[np.float32]
    keys: NDArray[np.float32] = EVEN

    def of_keys(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Likelihoods up to a factor: ``[KINDS, 12 before, 12 struck, 24 keys]`` and ``[12, 24]``."""
        turned = self.strikes[:, :, _TURN[:, :, None], _TURN[:, None, :]]  # mode, gap, tonic, before, struck
        strikes = np.moveaxis(turned, (0, 2), (3, 4)).reshape(KINDS, 12, 12, 24)
        first = np.moveaxis(self.first[:, _TURN], 2, 0).reshape(12, 24)
        return _likelihood(strikes), _likelihood(first)


def _likelihood(nats: NDArray[np.float32]) -> NDArray[np.float64]:
    return np.asarray(np.exp(nats.astype(np.float64) - nats.max(axis=-1, keepdims=True)))


def changes(share: float) -> NDArray[np.float64]:
    """``[24, 24]``: how likely each key is after each, if another one is as likely as ``share``."""
    to = np.full((24, 24), _ANYWHERE)
    for row, (tonic, mode) in enumerate(KEYS):
        for other, up, weight in _NEAR[mode]:
            to[row, KEYS.index(Key((tonic + up) % 12, other))] += weight
    np.fill_diagonal(to, 0.0)
    to *= share / to.sum(axis=1, keepdims=True)
    np.fill_diagonal(to, 1.0 - share)
    return to


@cache
def learned() -> Evidence:
    """The shipped evidence."""
    with np.load(EVIDENCE) as file:
        return Evidence(file["strikes"], file["first"], file["keys"])


@cache
def _learned() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return learned().of_keys()


@cache
def _moves() -> tuple[NDArray[np.float64], ...]:
    return tuple(changes(share) for share in CHANGES)


class Texture:
    """Tells the kind of gap before each strike, 0 to ``KINDS - 1``."""

    def __init__(self) -> None:
        self._last_ns: int | None = None
        self._pace: float | None = None
        """Logarithm of the player's gap in ns, smoothed."""
        self._thickness = 0.0

    def strike(self, ns: int) -> int:
        """The kind of the gap between the strike before this one and this one, at ``ns``."""
        last, self._last_ns = self._last_ns, max(ns, self._last_ns or ns)
        if last is None:
            return 0
        kind = 0
        self._thickness *= _FADE
        if ns - last < TOGETHER_NS:
            self._thickness += 1 - _FADE
        else:
            gap = math.log(ns - last)
            pace = gap if self._pace is None else self._pace
            beside = math.exp(min(gap - pace, 9.0))
            kind = 1 + sum(beside > edge for edge in LONGER)
            self._pace = pace + _SMOOTHING * min(max(gap - pace, -_MOST), _MOST)
        texture = int(self._thickness >= _THICK)
        if self._pace is not None and self._pace < math.log(_QUICK_NS[texture]):
            texture = 2
        return kind + GAPS * texture


class KeyFilter:
    """Probabilities of the 24 keys (:data:`KEYS`), after each strike. Owned by one thread; never blocks.

    ``evidence``: another than the shipped one, with ``change`` for all textures.
    """

    def __init__(self, evidence: Evidence | None = None, change: float = CHANGES[0]) -> None:
        self._strikes, self._first = _learned() if evidence is None else evidence.of_keys()
        self.keys: NDArray[np.float64] = (evidence or learned()).keys.astype(np.float64)
        self._moves = _moves() if evidence is None else (changes(change),) * TEXTURES
        self._texture = Texture()
        self._before: int | None = None

    @property
    def has_heard(self) -> bool:
        """Whether anything was struck yet."""
        return self._before is not None

    def strike(self, ns: int, pitch: int) -> NDArray[np.float64]:
        """A note is struck at ``ns``: the probabilities now."""
        kind, struck = self._texture.strike(ns), pitch % 12
        if self._before is None:
            keys: NDArray[np.float64] = self.keys * self._first[struck]
        else:
            moved = self.keys if kind % GAPS == 0 else self.keys @ self._moves[kind // GAPS]
            keys = moved * self._strikes[kind, self._before, struck]
        keys /= keys.sum()
        self.keys, self._before = keys, struck
        return keys
