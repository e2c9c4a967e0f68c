"""Keeps an engine busier than a musician would: controls change and garbage is collected while it plays."""

from __future__ import annotations

import gc
import itertools
import threading
import time

from live.engine.engine import Engine

CHANGES = (
    ("temperature", 1.3),
    ("key", "Dm"),
    ("loudness", 0.5),
    ("voices", 2),
    ("top_p", 0.8),
    ("voices", 3),
    ("key", "auto"),
    ("temperature", 1.0),
    ("loudness", 0.75),
    ("top_p", 0.95),
)
CHANGE_SECONDS = 0.4
COLLECT_EVERY = 3
THAW_EVERY = 30


class BusyEngine:
    """A context manager. ``pauses_ms`` are the lengths of the collections that were forced."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="busy")
        self.changes = 0
        self.pauses_ms: list[float] = []

    def __enter__(self) -> BusyEngine:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        for number, change in enumerate(itertools.cycle(CHANGES), 1):
            if self._stopping.wait(CHANGE_SECONDS):
                return
            self._engine.set(*change)
            self.changes += 1
            if number % COLLECT_EVERY == 0:
                self._collect(thaw=number % THAW_EVERY == 0)

    def _collect(self, thaw: bool) -> None:
        """Force a full collection; thawed, it also looks at all that was loaded, models and libraries."""
        if thaw:
            gc.unfreeze()
        begin = time.perf_counter()
        gc.collect()
        self.pauses_ms.append(1000 * (time.perf_counter() - begin))
        if thaw:
            gc.freeze()
