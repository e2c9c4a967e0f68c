"""Written notes to sounding ones: what is tied becomes one note, with its syllables and fermatas."""

from __future__ import annotations

from typing import Any

import numpy as np

from live.files.exact import repaired
from live.files.music import DEFAULT_VELOCITY, Lyric
from models.convert import NoteArray

_CLOSE = 1e-6
"""Quarters that count as none."""


class Joined:
    """The notes of one staff, added in the order of music21's flattened stream.

    A tie joins a note to the one of its pitch that ends where it begins, in whichever voice of the staff.
    """

    def __init__(self) -> None:
        self._rows: list[list[float]] = []
        self._open: dict[float, list[int]] = {}
        self._held: list[int] = []
        self._lyrics: list[Lyric] = []

    def add(self, element: Any) -> None:
        """Take up a note or chord of music21."""
        onset, length = float(element.offset), float(element.quarterLength)
        velocity = element.volume.velocity or DEFAULT_VELOCITY
        rows = []
        for member in getattr(element, "notes", (element,)):
            if not hasattr(member, "pitch"):
                continue  # a drum without a pitch
            tie = (member.tie or element.tie) and (member.tie or element.tie).type
            rows.append(self._row(onset, float(member.pitch.midi), velocity, length, tie))
        if not rows:
            return
        if any("Fermata" in expression.classes for expression in element.expressions):
            # In scores of songs a fermata ends a phrase; so the chorale model learns it.
            self._held.append(rows[0])
        for lyric in element.lyrics:
            if lyric.text:
                goes_on = lyric.syllabic in ("begin", "middle")
                self._lyrics.append(Lyric(onset, lyric.text, goes_on, lyric.number or 1))

    def notes(self) -> NoteArray:
        """``[n, 5]`` in quarters, by onset and pitch."""
        return repaired(np.array(sorted(self._rows), float).reshape(-1, 5))

    def lyrics(self) -> tuple[Lyric, ...]:
        """In the order of time."""
        return tuple(sorted(self._lyrics))

    def phrases(self) -> tuple[float, ...]:
        """The quarters at which notes under a fermata end."""
        return tuple(sorted(self._rows[row][0] + self._rows[row][3] for row in self._held))

    def _row(self, onset: float, pitch: float, velocity: float, length: float, tie: str | None) -> int:
        row = self._tied(onset, pitch) if tie in ("stop", "continue") else None
        if row is None:
            row = len(self._rows)
            self._rows.append([onset, pitch, velocity, length, 0.0])
        else:
            self._rows[row][3] = onset + length - self._rows[row][0]
        if tie in ("start", "continue"):
            self._open.setdefault(pitch, []).append(row)
        return row

    def _tied(self, onset: float, pitch: float) -> int | None:
        """The open note of this pitch that ends here; it is taken from the open ones."""
        for row in self._open.get(pitch, []):
            if abs(self._rows[row][0] + self._rows[row][3] - onset) < _CLOSE:
                self._open[pitch].remove(row)
                return row
        return None
