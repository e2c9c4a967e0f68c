"""What comes from a network goes to the engine a little at a time, however much there is."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

Turn = Callable[[int], None]
MOST_WAITING = 256
AT_ONCE = 4
"""Turns between two looks of the engine at what the player does; each takes some 10 us."""


class Inlet:
    """A queue before the engine's own. ``do`` puts into that one. Any thread; nothing blocks."""

    def __init__(self, do: Callable[[Turn], None]) -> None:
        self._do = do
        self._waiting: deque[Turn] = deque()
        self._lock = threading.Lock()
        self._asked = False

    def put(self, turn: Turn) -> bool:
        """Have it done in the engine's thread, soon. False: too much waits already."""
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                return False
            self._waiting.append(turn)
            asked, self._asked = self._asked, True
        if not asked:
            self._do(self._some)
        return True

    def _some(self, now_ns: int) -> None:
        """The engine's thread: a few of them, then the player's turn comes again."""
        for _ in range(AT_ONCE):
            with self._lock:
                if not self._waiting:
                    self._asked = False
                    return
                turn = self._waiting.popleft()
            turn(now_ns)
        self._do(self._some)
