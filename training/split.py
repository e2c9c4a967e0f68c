"""Dividing pieces so that no melody stands on both sides of a split."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from models.piece import Piece
from training.melody import Features, exact_key
from training.report import Report
from training.store import Splits

DUPLICATE = "exact duplicate"
LEAST_SHARED = 8
"""Fewer features in common are chance: without this, scales and calls chain 277 songs into one."""


class SplitSettings(BaseModel):
    """``validation`` and ``test`` are shares of the groups; ``seed`` draws another split.

    ``overlap``: pieces that share so much of the smaller one's features are near duplicates.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    validation: float = Field(default=0.1, gt=0, lt=0.5)
    test: float = Field(default=0.1, gt=0, lt=0.5)
    seed: int = 1
    overlap: float = Field(default=0.5, gt=0, le=1)


def divide_by_melody(
    pieces: list[Piece],
    features: Callable[[Piece], Features],
    settings: SplitSettings,
    report: Report,
) -> Splits:
    """``train``, ``validation`` and ``test``; of exact duplicates the first is kept.

    Near duplicates, and what they are near duplicates of, and pieces that came with the same
    non-empty ``group`` (a title), end up in one group. A group is named after its contents and its
    split is drawn from that name: order and names of files play no part, and a larger selection of
    files leaves most groups where they were.
    """
    kept: dict[str, Piece] = {}
    for piece in pieces:
        key = exact_key(piece)
        if key in kept:
            report.refused[piece.name] = f"{DUPLICATE}: of {kept[key].name}"
        else:
            kept[key] = piece
    keys, unique = list(kept), list(kept.values())
    labels = clusters([features(piece) for piece in unique], settings.overlap)
    labels = join(labels, [piece.group for piece in unique])
    names: dict[int, str] = {}
    for label, key in zip(labels, keys, strict=True):
        names[label] = min(names.get(label, key), key)
    splits: Splits = {"train": [], "validation": [], "test": []}
    for label, piece in zip(labels, unique, strict=True):
        piece.group = names[label][:16]
        splits[draw(piece.group, settings)].append(piece)
    sizes = Counter(labels)
    report.figures["groups of near duplicates"] = sum(size > 1 for size in sizes.values())
    report.figures["pieces in them"] = sum(size for size in sizes.values() if size > 1)
    report.figures["largest group"] = max(sizes.values(), default=0)
    return splits


def draw(group: str, settings: SplitSettings) -> str:
    """The split of a group, from its name and the seed alone."""
    digest = hashlib.sha256(f"{settings.seed} {group}".encode()).digest()
    place = int.from_bytes(digest[:8], "big") / 2**64
    if place < settings.test:
        return "test"
    return "validation" if place < settings.test + settings.validation else "train"


def clusters(features: list[Features], overlap: float) -> list[int]:
    """A label for each set; equal where a chain of sets joins two.

    Neighbours in the chain share ``overlap`` of the smaller one, and at least ``LEAST_SHARED``
    features or the whole of it.
    """
    union = _Union(len(features))
    holders: dict[bytes, list[int]] = {}
    for index, own in enumerate(features):
        for gram in own:
            holders.setdefault(gram, []).append(index)
    sizes = np.array([len(own) for own in features])
    for index, own in enumerate(features):
        others = [np.array(holders[gram]) for gram in own]
        shared = np.bincount(np.concatenate(others), minlength=len(features))
        smaller = np.minimum(sizes, sizes[index])
        near = (shared >= overlap * smaller) & (shared >= np.minimum(smaller, LEAST_SHARED))
        for other in np.flatnonzero(near).tolist():
            union.join(index, other)
    return union.labels()


def join(labels: list[int], titles: list[str]) -> list[int]:
    """Labels in which pieces of equal non-empty titles are joined too."""
    union = _Union(len(labels))
    first_with: dict[int | str, int] = {}
    for index, (label, title) in enumerate(zip(labels, titles, strict=True)):
        for mark in (label, title) if title else (label,):
            union.join(index, first_with.setdefault(mark, index))
    return union.labels()


class _Union:
    """Union-find with path halving."""

    def __init__(self, size: int) -> None:
        self.parent = list(range(size))

    def root(self, index: int) -> int:
        while self.parent[index] != index:
            self.parent[index] = self.parent[self.parent[index]]
            index = self.parent[index]
        return index

    def join(self, one: int, other: int) -> None:
        self.parent[self.root(one)] = self.root(other)

    def labels(self) -> list[int]:
        return [self.root(index) for index in range(len(self.parent))]
