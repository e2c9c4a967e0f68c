"""Recorded duets: performances of two hands, of which one can be played to the companion.

ASAP's scores have a staff for each hand. A performance is laid over its score by the beats that both are
annotated with, and takes the hands from there; what the score does not have (ornaments, wrong notes) goes to
the hand that could reach it. Performances of ASAP that are MAESTRO's are in MAESTRO's split, so those
of its validation and test parts were not learned from, and nor were their pieces, as that split is by piece.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import symusic
from hands import LEFT, RIGHT, UNKNOWN, Floats, Hands, separate
from numpy.typing import NDArray

from models.pedal import PEDAL_CC, sustained
from training.errors import CorpusError

NEAR_BEATS = 0.5
"""A note of the score is looked for so far away at most."""
LEAST_MATCHED = 0.9
"""A performance of which less is found in its score is no duet that we know the hands of."""
FEWEST = 30
"""Notes that each hand must have."""
REPEATS = re.compile("(_no(_first)?)?_repeat(s)?$")
"""What a title says of a version of a piece."""


@dataclass(frozen=True)
class Duet:
    """``notes [n, 5]`` in order: seconds, pitch, velocity, seconds that the key is down, hand.

    ``pedal [m, 2]``: seconds and value of controller 64.
    """

    name: str
    piece: str
    notes: Floats
    pedal: Floats

    def hand(self, hand: int) -> Floats:
        """The notes of a hand, as long as the keys are down."""
        return self.notes[self.notes[:, 4] == hand]

    def sounding(self, hand: int) -> Floats:
        """The notes of a hand, as long as they sound under the pedal."""
        return sustained(self.hand(hand), self.pedal)

    def excerpt(self, first: float, last: float) -> Duet:
        """What begins between two moments (seconds); keys are let go at the end.

        The first moment is then second 0.
        """
        kept = self.notes[(self.notes[:, 0] >= first) & (self.notes[:, 0] < last)].copy()
        kept[:, 3] = np.minimum(kept[:, 3], last - kept[:, 0])
        kept[:, 0] -= first
        moves = self.pedal[self.pedal[:, 0] < last].copy()
        moves[:, 0] -= first
        early = moves[moves[:, 0] < 0][-1:]
        early[:, 0] = 0
        pedal = np.concatenate([early, moves[moves[:, 0] >= 0], [[last - first, 0]]])
        return Duet(self.name, self.piece, kept, pedal)


class Aligned(NamedTuple):
    """A performance and the hand that its score gives to each note, ``UNKNOWN`` where it does not say."""

    name: str
    piece: str
    notes: Floats
    pedal: Floats
    hands: Hands


def known(asap: Path, split: str) -> Iterator[Duet]:
    """Duets of MAESTRO's ``split`` whose hands the score says, one of each piece, in a drawn order.

    Raises :class:`CorpusError` where the folder is not ASAP's.
    """
    for each in alignments(asap, split):
        duet = with_hands(*each)
        if duet is not None:
            yield duet


def alignments(asap: Path, split: str) -> Iterator[Aligned]:
    """One performance of each piece, of those that are in MAESTRO's ``split`` too."""
    taken: set[str] = set()
    shared = _shared(asap)
    for row in _drawn(_table(asap / "metadata.csv"), "midi_performance"):
        piece = f"{row['composer']} {REPEATS.sub('', row['title'])}"
        in_maestro = shared.get(row["midi_performance"])
        if piece in taken or in_maestro is None or in_maestro[0] != split:
            continue
        found = _align(asap, row)
        if found is not None:
            taken.add(piece)
            yield found


def in_maestro(asap: Path, split: str) -> set[str]:
    """MAESTRO's files of a split that are in ASAP."""
    return {file for own, file in _shared(asap).values() if own == split}


def unknown(maestro: Path, split: str, but: set[str]) -> Iterator[Duet]:
    """Performances of MAESTRO's ``split``, one of each piece, in a drawn order, their hands separated.

    ``but``: files to leave out.
    """
    taken: set[str] = set()
    for row in _drawn(_table(maestro / "maestro-v3.0.0.csv"), "midi_filename"):
        name, piece = row["midi_filename"], f"{row['canonical_composer']} {row['canonical_title']}"
        if row["split"] != split or name in but or piece in taken:
            continue
        duet = with_hands(name, piece, *read(maestro / name))
        if duet is not None:
            taken.add(piece)
            yield duet


def with_hands(
    name: str, piece: str, notes: Floats, pedal: Floats, hands: Hands | None = None
) -> Duet | None:
    """A duet, its unknown hands separated; None where one hand has next to nothing."""
    found = notes.copy()
    found[:, 4] = separate(notes, hands)
    if min((found[:, 4] == hand).sum() for hand in (LEFT, RIGHT)) < FEWEST:
        return None
    return Duet(name, piece, found, pedal)


def _align(asap: Path, row: dict[str, str]) -> Aligned | None:
    """A performance with the hands of its score; None where these cannot be known."""
    beats = [_beats(asap / row[name]) for name in ("midi_score_annotations", "performance_annotations")]
    score = score_hands(asap / row["midi_score"])
    if score is None or len(beats[0]) != len(beats[1]) or len(beats[0]) < 8:
        return None
    notes, pedal = read(asap / row["midi_performance"])
    hands = matched(score, notes, *beats)
    if (hands != UNKNOWN).mean() < LEAST_MATCHED:
        return None
    return Aligned(row["midi_performance"], f"{row['composer']} {row['title']}", notes, pedal, hands)


def matched(score: Floats, notes: Floats, score_beats: Floats, beats: Floats) -> Hands:
    """The hand of each played note, from the score's nearest note of its pitch; no note serves twice."""
    written, played = _in_beats(score[:, 0], score_beats), _in_beats(notes[:, 0], beats)
    pairs: list[tuple[float, int, int]] = []
    for pitch in np.unique(notes[:, 1]):
        ours, theirs = np.flatnonzero(notes[:, 1] == pitch), np.flatnonzero(score[:, 1] == pitch)
        if len(theirs):
            away = np.abs(played[ours][:, None] - written[theirs])
            near = np.argwhere(away <= NEAR_BEATS)
            pairs += [(float(away[i, j]), int(ours[i]), int(theirs[j])) for i, j in near]
    hands = np.full(len(notes), UNKNOWN)
    used: set[int] = set()
    for _, ours, theirs in sorted(pairs):
        if hands[ours] == UNKNOWN and theirs not in used:
            hands[ours] = int(score[theirs, 4])
            used.add(theirs)
    return hands


def score_hands(path: Path) -> Floats | None:
    """The notes of a score of two staves, the upper one the right hand's; None for one of another kind."""
    tracks = [track for track in symusic.Score(path, ttype="second").tracks if len(track.notes)]
    if len(tracks) != 2:
        return None
    return _ordered(
        np.concatenate([_notes(track, hand) for track, hand in zip(tracks, (RIGHT, LEFT), strict=True)])
    )


def read(path: Path) -> tuple[Floats, Floats]:
    """Notes (hand 0) and pedal of a MIDI file, in seconds, as long as keys are down."""
    tracks = symusic.Score(path, ttype="second").tracks
    notes = _ordered(np.concatenate([_notes(track, 0) for track in tracks]))
    moves = [
        (change.time, change.value)
        for track in tracks
        for change in track.controls
        if change.number == PEDAL_CC
    ]
    return notes, np.array(sorted(moves), np.float64).reshape(-1, 2)


def _notes(track: symusic.core.TrackSecond, hand: int) -> Floats:
    own = track.notes.numpy()
    columns = [own["time"], own["pitch"], own["velocity"], own["duration"], np.full(len(own["time"]), hand)]
    return np.stack(columns, axis=1).astype(np.float64)


def _ordered(notes: Floats) -> Floats:
    return notes[np.lexsort((notes[:, 1], notes[:, 0]))]


def _in_beats(times: Floats, beats: Floats) -> NDArray[np.float64]:
    """Seconds to beats; before the first and after the last at the pace that is there."""
    count = np.arange(len(beats), dtype=np.float64)
    inside = np.interp(times, beats, count)
    before, after = beats[1] - beats[0], beats[-1] - beats[-2]
    inside = np.where(times < beats[0], (times - beats[0]) / max(before, 0.05), inside)
    return np.where(times > beats[-1], count[-1] + (times - beats[-1]) / max(after, 0.05), inside)


def _shared(asap: Path) -> dict[str, tuple[str, str]]:
    """Performances that MAESTRO has as well: their split there, and their file."""
    try:
        return {
            row["file"]: (row["maestro_split_if_same_performance"], row["best_maestro_file"])
            for row in _table(asap / "maestro_overlap.csv")
            if row["maestro_split_if_same_performance"]
        }
    except (OSError, KeyError) as problem:
        raise CorpusError(
            f"{asap} is not the unpacked ASAP with its maestro_overlap.csv: {problem}"
        ) from None


def _drawn(rows: list[dict[str, str]], name: str) -> list[dict[str, str]]:
    """In an order that their names alone decide, so that any first few are a fair sample."""
    return sorted(rows, key=lambda row: hashlib.sha256(row[name].encode()).digest())


def _beats(path: Path) -> Floats:
    return np.array([float(line.split("\t")[0]) for line in path.read_text().splitlines()])


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))
