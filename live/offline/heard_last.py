"""The last events heard and what still sounds from before them: all that a context is made anew from."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import numpy as np

from models.context import Context
from models.events import EventArray, Kind
from models.grid import Grid

REMEMBERED = 1024
"""Events: no network here looks back further, and never less than 20 s of the densest music."""

Row = tuple[int, int, int, int, int]


class HeardLast:
    """Takes constant memory, however much is heard."""

    def __init__(self, grid: Grid) -> None:
        self._grid = grid
        self._events: deque[Row] = deque(maxlen=REMEMBERED)
        self._sounding: dict[tuple[int, int], Row] = {}
        """Notes that began before those events, and had not ended there."""
        self._before: Row | None = None

    def hear(self, events: Iterable[Iterable[int]]) -> None:
        """More events, in order."""
        for event in events:
            time, kind, pitch, velocity, voice = event
            if len(self._events) == REMEMBERED:
                self._forget(self._events[0])
            self._events.append((int(time), int(kind), int(pitch), int(velocity), int(voice)))

    def tell(self, context: Context) -> None:
        """Feed a fresh context with them."""
        if self._before is None:
            context.hear_all(_rows(self._events))
            return
        held = sorted(row for row in self._sounding.values() if row != self._before)
        context.hear_all(_rows(self._events), before=_rows([(0, Kind.START, 0, 0, 0), *held, self._before]))

    def _forget(self, row: Row) -> None:
        _, kind, pitch, _, voice = row
        self._before = row
        if kind == Kind.ON:
            if self._grid.monophonic:
                self._sounding = {key: each for key, each in self._sounding.items() if key[0] != voice}
            self._sounding[voice, pitch] = row
        elif kind == Kind.OFF:
            self._sounding.pop((voice, pitch), None)


def _rows(events: Iterable[Row]) -> EventArray:
    return np.array(list(events), np.int32).reshape(-1, 5)
