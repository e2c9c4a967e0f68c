"""Four voices at the strikes of a melody: what a teacher of harmony would count.

A ``Setting`` is a table of chords, one for each moment, soprano first; -1 where a voice is silent. Only
moments at which all voices sound are chords.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from models.convert import NoteArray
from models.grid import TICKS_PER_QUARTER
from models.meter import Meter

SILENT = -1
VOICES = ("soprano", "alto", "tenor", "bass")
PERFECT = {0: "parallel octaves", 7: "parallel fifths"}
CHORDS = (
    (0, 4, 7),
    (0, 3, 7),
    (0, 3, 6),
    (0, 4, 7, 10),
    (0, 3, 7, 10),
    (0, 4, 7, 11),
    (0, 3, 6, 10),
    (0, 3, 6, 9),
)
"""Triads and seventh chords of the style."""
SHARES = (
    "chord tones on strong beats",
    "triads and sevenths",
    "consonant pairs of voices",
    "added notes in the key",
)
CONSONANT = (0, 3, 4, 5, 7, 8, 9)
"""Intervals, octaves apart or not, that are at rest; a fourth among voices counts as one."""
_TONES = np.array([[(p - root) % 12 in chord for p in range(12)] for chord in CHORDS for root in range(12)])
SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 4, 5, 6, 7, 8, 9, 11)}
"""Of C major and of A minor with its raised degrees."""


@dataclass(frozen=True)
class Setting:
    """``chords`` ``[n, 4]`` at the ticks ``at`` ``[n]``; ``strong``: which of them are on strong beats."""

    at: NDArray[np.int64]
    chords: NDArray[np.int64]
    strong: NDArray[np.bool_]
    mode: str

    def where(self, ticks: NDArray[np.int64]) -> Setting:
        """Only the chords at these ticks."""
        kept = np.isin(self.at, ticks)
        return Setting(self.at[kept], self.chords[kept], self.strong[kept], self.mode)


def setting(
    notes: NoteArray, meters: list[Meter], mode: str, *, voices: int = 4, end: int | None = None
) -> Setting:
    """The chords at every moment at which some voice begins a note."""
    ticks = np.unique(notes[:, 0]).astype(np.int64)
    chords = np.full((len(ticks), voices), SILENT)
    for voice in range(voices):
        own = notes[notes[:, 4] == voice]
        own = own[np.argsort(own[:, 0], kind="stable")]
        if not len(own):
            continue
        last = np.searchsorted(own[:, 0], ticks, side="right") - 1
        sounds = (last >= 0) & (own[last, 0] + own[last, 3] > ticks)
        chords[sounds, voice] = own[last[sounds], 1]
    return Setting(ticks, chords, strong_beats(ticks, meters), mode)


def strong_beats(ticks: NDArray[np.int64], meters: list[Meter]) -> NDArray[np.bool_]:
    """The first of a bar, and the middle one of a bar that two divides (4/4)."""
    found = np.zeros(len(ticks), bool)
    for meter, following in zip(meters, [*meters[1:], None], strict=True):
        inside = (ticks >= meter.tick) & (ticks < following.tick if following else True)
        place = (ticks - meter.bar_line) % meter.bar_ticks
        half = meter.bar_ticks // 2 if meter.bar_ticks % (2 * TICKS_PER_QUARTER) == 0 else meter.bar_ticks
        found |= inside & (place % half == 0)
    return found


class Share:
    """So many of so many."""

    def __init__(self) -> None:
        self._right, self._of = 0.0, 0

    def add(self, values: NDArray[np.generic]) -> None:
        """Shares, or what is true and what is not."""
        self._right += float(np.asarray(values, float).sum())
        self._of += values.size

    @property
    def value(self) -> float:
        """Of all that was added."""
        return self._right / max(1, self._of)


def counted(settings: Iterable[Setting], ranges: list[tuple[int, int]]) -> dict[str, float]:
    """Rates a hundred chords, and shares, of several settings together."""
    events = dict.fromkeys(
        [*PERFECT.values(), "voice crossings", "out of range", "spacing over an octave"], 0
    )
    shares = {name: Share() for name in SHARES}
    total = moments = sounding = 0
    for each in settings:
        full = (each.chords != SILENT).all(axis=1)
        total += int(full.sum())
        for name, count in parallels(each.chords, full).items():
            events[name] += count
        chords = each.chords[full]
        events["voice crossings"] += int((np.diff(chords, axis=1) > 0).sum())
        events["spacing over an octave"] += int((np.diff(chords[:, :3], axis=1) < -12).sum())
        low, high = np.array(ranges).T
        events["out of range"] += int(((chords < low) | (chords > high))[:, 1:].sum())
        tones = chord_tones(chords)
        shares["chord tones on strong beats"].add(tones[each.strong[full]] / chords.shape[1])
        shares["triads and sevenths"].add(tones == chords.shape[1])
        shares["consonant pairs of voices"].add(consonant(each.chords))
        voices = each.chords[:, 1:]
        shares["added notes in the key"].add(
            np.isin(voices[voices != SILENT] % 12, SCALES[each.mode or "major"])
        )
        sounding += int((voices != SILENT).sum())
        moments += len(voices)
    found = {name: 100 * count / max(1, total) for name, count in events.items()}
    found |= {name: share.value for name, share in shares.items()}
    return {"chords of four voices": float(total), "voices added": sounding / max(1, moments), **found}


def parallels(chords: NDArray[np.int64], full: NDArray[np.bool_]) -> dict[str, int]:
    """Pairs of voices that go the same way from one perfect interval to the same one."""
    found = dict.fromkeys(PERFECT.values(), 0)
    for first, second in pairwise(range(len(chords))):
        if not (full[first] and full[second]):
            continue
        for one, other in combinations(range(chords.shape[1]), 2):
            a, b = chords[second, one] - chords[first, one], chords[second, other] - chords[first, other]
            before = (chords[first, one] - chords[first, other]) % 12
            if (
                a * b > 0
                and before in PERFECT
                and (chords[second, one] - chords[second, other]) % 12 == before
            ):
                found[PERFECT[int(before)]] += 1
    return found


def chord_tones(chords: NDArray[np.int64]) -> NDArray[np.int64]:
    """``[n]``: how many of the notes belong to the triad or seventh chord that explains most of them."""
    inside = _TONES[:, chords % 12]  # [templates, n, voices]
    found: NDArray[np.int64] = inside.sum(axis=2).max(axis=0)
    return found


def consonant(chords: NDArray[np.int64]) -> NDArray[np.bool_]:
    """``[pairs]``: of all pairs of voices that sound together, whether they are at rest."""
    found = [np.zeros(0, bool)]
    for one, other in combinations(range(chords.shape[1]), 2):
        a, b = chords[(chords[:, one] != SILENT) & (chords[:, other] != SILENT)][:, [one, other]].T
        found.append(np.isin((a - b) % 12, CONSONANT))
    return np.concatenate(found)


def accuracy(played: Iterable[Setting], real: Iterable[Setting]) -> dict[str, float]:
    """Share of chords in which a voice has the pitch, and the pitch class, of the real setting."""
    found: dict[str, Share] = {}
    for ours, theirs in zip(played, real, strict=True):
        ticks = np.intersect1d(ours.at, theirs.at)
        one, other = ours.where(ticks).chords, theirs.where(ticks).chords
        for voice in range(1, min(one.shape[1], other.shape[1])):
            both = (one[:, voice] != SILENT) & (other[:, voice] != SILENT)
            a, b = one[both, voice], other[both, voice]
            for what, right in (("pitch", a == b), ("pitch class", (a - b) % 12 == 0)):
                found.setdefault(f"{what} of Bach's, {VOICES[voice]}", Share()).add(right)
    return {name: share.value for name, share in found.items()}
