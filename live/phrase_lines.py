"""A player's phrases as text: a line each, ``[id, notes, [[onset, length, pitch, velocity], ...]]``.

Times are microseconds from the first note of the phrase; a length of -1 is not known. Many lines are packed
into one short text for the record of a session.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from models.events import PITCHES
from models.phrase_memory import LASTING, Note, PhraseMemory

_LONGEST_US = 10**12
_ENCODER = json.JSONEncoder(separators=(",", ":"))


class PhraseLine(NamedTuple):
    """A phrase under a name that no other has."""

    id: str
    notes: tuple[Note, ...]

    @property
    def text(self) -> str:
        """The line, without its end."""
        return _ENCODER.encode([self.id, len(self.notes), self.notes])


def parse(text: str) -> PhraseLine:
    """What a line says. Raises ``ValueError`` for one that is damaged."""
    try:
        name, count, rows = json.loads(text)
        notes = tuple(Note(*row) for row in rows)
    except (TypeError, RecursionError) as error:
        raise ValueError("no phrase") from error
    if not isinstance(name, str) or not notes or count != len(notes) or not all(map(_is_good, notes)):
        raise ValueError("no phrase")
    if any(after.onset < before.onset for before, after in pairwise(notes)):
        raise ValueError("no phrase: it goes back in time")
    return PhraseLine(name, notes)


def pack(phrases: Iterable[PhraseLine]) -> str:
    """All of them in one text."""
    whole = "\n".join(each.text for each in phrases)
    return base64.b64encode(zlib.compress(whole.encode())).decode()


def unpack(packed: str) -> list[PhraseLine]:
    """Them again. Raises ``ValueError``."""
    try:
        whole = zlib.decompress(base64.b64decode(packed)).decode()
    except zlib.error as error:
        raise ValueError("no phrases") from error
    return [parse(line) for line in whole.splitlines()]


def memory_of(phrases: Iterable[PhraseLine]) -> PhraseMemory:
    """A memory of these; takes 30 us a note."""
    return PhraseMemory(each.notes for each in phrases)


def _is_good(note: Sequence[object]) -> bool:
    onset, length, pitch, velocity = note
    bounds = (
        (onset, 0, _LONGEST_US),
        (length, LASTING, _LONGEST_US),
        (pitch, 0, PITCHES),
        (velocity, 1, 128),
    )
    return all(type(value) is int and low <= value < high for value, low, high in bounds)
