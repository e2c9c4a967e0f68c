"""A context that is told many events before its network hears them: to be fed beside the music, in pieces."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.context import Context
from models.step import Network, StepModel

CHUNK = 32
"""Events in one call: a few milliseconds, after which somebody may ask to stop."""
ONE_BY_ONE = 8
"""The last events are heard each in a call of its own, so that taking one back is as quick as ever."""

Told = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.uint8]]


class Draft:
    """Stands where a ``StepModel`` stands and only writes down what it is told."""

    def __init__(self, model: StepModel) -> None:
        self.model = model
        self.told: list[Told] = []

    @property
    def position(self) -> int:
        """Events heard, or written down."""
        return self.model.position + len(self.told)

    def feed(
        self, events: NDArray[np.int32], conditions: NDArray[np.int32], sounding: NDArray[np.uint8]
    ) -> NDArray[np.float32]:
        """Write down; what the network says to them nobody knows yet."""
        self.told += [
            (events[n : n + 1], conditions[n : n + 1], sounding[n : n + 1]) for n in range(len(events))
        ]
        return np.zeros((len(events), 1), np.float32)

    def rollback(self, count: int) -> None:
        """Strike out, and take back what was heard before if need be."""
        written = min(count, len(self.told))
        del self.told[len(self.told) - written :]
        self.model.rollback(count - written)


class DraftedContext(Context):
    """Hears nothing by its network until :meth:`feed` is called often enough; then it is a context like any.

    Owned by one thread at a time.
    """

    def __init__(self, network: Network, *, role: int = 0) -> None:
        super().__init__(network, role=role)
        self.draft()

    def draft(self) -> None:
        """From now on events are only written down."""
        self._model: Any = Draft(self._model)
        self._fed: list[NDArray[np.float32]] = []

    def feed(self) -> bool:
        """Let the network hear some of what was written down. Whether anything is left to do."""
        draft: Draft = self._model
        waiting = draft.told[len(self._fed) :]
        if not waiting:
            self._settle(draft)
            return False
        part = waiting[: min(CHUNK, max(1, len(waiting) - ONE_BY_ONE))]
        events, conditions, sounding = (np.concatenate(each) for each in zip(*part, strict=True))
        self._fed += list(draft.model.feed(events, conditions, sounding))
        return True

    def _settle(self, draft: Draft) -> None:
        """All is heard: what the network said takes the place of what was not known."""
        count = min(len(self._undo), len(self._fed))
        for index in range(1 - count, 0) if count == len(self._fed) else range(-count, 0):
            state, _, event = self._undo[index]
            self._undo[index] = state, self._fed[index - 1], event
        if self._fed:
            self.hidden = self._fed[-1]
        self._waits = None
        self._model = draft.model
        self._fed = []
