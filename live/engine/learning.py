"""Learn mode: which controller is being moved? One that jitters is not meant, one that moves counts once."""

from __future__ import annotations

from collections import deque

from live.engine.learned import Target
from live.stage.clock import SECOND

MOVED = 8
"""How far a controller must go from where it was first seen."""
SETTLING_NS = SECOND
"""A controller that was just learned is not learned for something else until it has rested for this long."""

Place = tuple[int, int]
"""Channel (0-15) and controller."""

_NOT_LEARNED = {
    0: "it selects banks",
    32: "it selects banks",
    64: "it is the sustain pedal",
    **dict.fromkeys(range(120, 128), "it ends notes"),
}


class Learning:
    """Targets that wait for a controller, one after the other. Engine thread only; never blocks."""

    def __init__(self) -> None:
        self._waiting: deque[Target] = deque()
        self._first: dict[Place, int] = {}
        self._last: dict[Place, int] = {}
        self._refused: set[Place] = set()
        self._settling: tuple[Place, int] | None = None

    @property
    def target(self) -> Target | None:
        """What waits for a controller now. Any thread."""
        return next(iter(self._waiting), None)

    def want(self, target: Target) -> None:
        """The next controller that moves is this target's."""
        self._waiting = deque([*(each for each in self._waiting if each != target), target])
        self._first.clear()
        self._last.clear()
        self._refused.clear()

    def forget(self, target: Target) -> None:
        """It does not wait any more."""
        self._waiting = deque(each for each in self._waiting if each != target)

    def forget_all(self) -> None:
        """Nothing waits any more."""
        self._waiting = deque()

    def sees(self, place: Place, value: int, now_ns: int) -> Target | None:
        """A controller has a value: the target that it is learned for, if it has moved enough."""
        if self._settling is not None and self._settling[0] == place:
            if now_ns - self._settling[1] < SETTLING_NS:
                self._settling = place, now_ns
                return None
            self._settling = None
        first = self._first.setdefault(place, value)
        pressed_again = value == 127 == self._last.get(place)
        self._last[place] = value
        if abs(value - first) < MOVED and not pressed_again:
            return None
        self._settling = place, now_ns
        self._first.clear()
        self._last.clear()
        return self._waiting.popleft()

    def refuses(self, place: Place) -> str | None:
        """The line for a controller that cannot be learned, once for each; empty when it was said."""
        why = _NOT_LEARNED.get(place[1])
        if why is None:
            return None
        said = place in self._refused
        self._refused.add(place)
        return "" if said else f"CC {place[1]} cannot be learned: {why}; move another controller"
