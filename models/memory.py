"""What a backbone remembers, and how to take it back.

A ring of keys and values for a transformer, a state vector for a recurrent network. Both remember enough
to take back the last ``UNDO`` events.
"""

from __future__ import annotations

from collections import deque
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from models.manifest import Manifest, Tensor

UNDO = 256
"""Events that can be taken back."""

Inputs = dict[str, NDArray[Any]]


class Memory(Protocol):
    """State of one context. Not thread-safe: one thread owns it."""

    position: int

    def inputs(self, count: int) -> Inputs:
        """The state tensors for a call of ``count`` events."""

    def remember(self, told: Inputs, outputs: Inputs) -> None:
        """Take in the outputs of that call."""

    def rollback(self, count: int) -> Inputs | None:
        """Take back ``count`` events. Returns inputs that must be fed again, if any."""

    def copy(self) -> Memory:
        """An independent copy."""


class Ring:
    """Keys and values of the last ``window + UNDO`` events, written in place at ``position % rows``."""

    def __init__(self, tensors: tuple[Tensor, ...], rows: int) -> None:
        self.position = self._written = 0
        self._tensors, self._rows = tensors, rows
        self._slots = np.full(rows, -1, np.int32)
        self._arrays = {each.name: np.zeros(each.shape, np.float32) for each in tensors}

    def inputs(self, count: int) -> Inputs:
        """Positions of the new events, what each slot holds, and the ring itself (not copied)."""
        position = np.arange(self.position, self.position + count, dtype=np.int32)
        return {"position": position, "slots": self._slots, **self._arrays}

    def remember(self, told: Inputs, outputs: Inputs) -> None:
        """Write the new rows."""
        position = told["position"]
        row = self.position % self._rows
        # A slice, where the new rows stand side by side, is quicker than a list of them.
        rows: Any = slice(row, row + len(position))
        if rows.stop > self._rows:
            rows = position % self._rows
        for each in self._tensors:
            self._arrays[each.name][(*[slice(None)] * (each.event_axis or 0), rows)] = outputs[each.output]
        self._slots[rows] = position
        self.position += len(position)
        self._written = max(self._written, self.position)

    def rollback(self, count: int) -> None:
        """Forget the newest rows; what they overwrote lies beyond the window."""
        if self.position - count < self._written - UNDO:
            raise ValueError(f"cannot take back more than {UNDO} events")
        self.position -= count
        self._slots[self._slots >= self.position] = -1

    def copy(self) -> Ring:
        """Copies the ring (about 0.1 ms a megabyte)."""
        other = Ring((), self._rows)
        other._tensors, other.position, other._written = self._tensors, self.position, self._written
        other._slots = self._slots.copy()
        other._arrays = {name: array.copy() for name, array in self._arrays.items()}
        return other


class StateVector:
    """The state of a recurrent network and, of the last calls, what they started from and were told."""

    def __init__(self, tensors: tuple[Tensor, ...]) -> None:
        self.position = 0
        self._tensors = tensors
        self._state: Inputs = {each.name: np.zeros(each.shape, np.float32) for each in tensors}
        self._calls: deque[tuple[Inputs, Inputs, int]] = deque()
        self._remembered = 0  # events of all calls

    def inputs(self, count: int) -> Inputs:
        """The state."""
        return dict(self._state)

    def remember(self, told: Inputs, outputs: Inputs) -> None:
        """Replace the state; arrays are never changed in place, so copies may share them."""
        count = told["events"].shape[1]
        before = self._state
        self._calls.append((before, {k: v for k, v in told.items() if k not in before}, count))
        self._state = {each.name: outputs[each.output] for each in self._tensors}
        self.position += count
        self._remembered += count
        while self._remembered - self._calls[0][2] >= UNDO:
            self._remembered -= self._calls.popleft()[2]

    def rollback(self, count: int) -> Inputs | None:
        """Go back over whole calls; of the last one, return what has to be fed again."""
        if count > self._remembered:
            raise ValueError(f"cannot take back more than {UNDO} events")
        while count > 0:
            self._state, told, length = self._calls.pop()
            self.position -= length
            self._remembered -= length
            count -= length
            if count < 0:
                return {name: array[:, :-count] for name, array in told.items()}
        return None

    def copy(self) -> StateVector:
        """Cheap: shares arrays."""
        other = StateVector(())
        other.position, other._tensors = self.position, self._tensors
        other._state, other._calls = self._state, deque(self._calls)
        other._remembered = self._remembered
        return other


def make_memory(manifest: Manifest) -> Memory:
    """An empty memory for a model."""
    if manifest.ring:
        return Ring(manifest.state, manifest.ring)
    return StateVector(manifest.state)
