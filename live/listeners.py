"""Functions of the user's that are told what happens, in a thread where they may take their time."""

from __future__ import annotations

import queue
import threading
import traceback
from collections.abc import Callable
from typing import Any

MOST_WAITING = 10_000
"""What a function that takes too long has missed is not kept for ever."""


class Listeners:
    """Any thread may call anything here; nothing blocks but :meth:`close`."""

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[tuple[Callable[..., None], tuple[Any, ...]] | None] = (
            queue.SimpleQueue()
        )
        self._functions: dict[str, tuple[Callable[..., None], ...]] = {}
        self._thread = threading.Thread(target=self._run, name="listeners", daemon=True)
        self.missed = 0

    def start(self) -> None:
        """From now on functions are called; what was told before is told them now. Once."""
        self._thread.start()

    def add(self, topic: str, function: Callable[..., None]) -> None:
        """Call ``function`` with whatever is told of ``topic``."""
        self._functions[topic] = (*self._functions.get(topic, ()), function)

    def tell(self, topic: str, *values: Any) -> None:
        """Have the functions of ``topic`` called soon."""
        for function in self._functions.get(topic, ()):
            if self._calls.qsize() < MOST_WAITING:
                self._calls.put((function, values))
            else:
                self.missed += 1

    def close(self) -> None:
        """Call what waits, then no more. Idempotent; blocks for at most a second."""
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._calls.put(None)
            self._thread.join(timeout=1)

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            function, values = call
            try:
                function(*values)
            except Exception:  # a fault of the user's must not silence his other functions
                traceback.print_exc()
