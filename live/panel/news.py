"""What the engine and the stage's link have to tell pages, carried into the server's thread.

Their threads only append and, where the server sleeps, wake it; what it does not take in time is lost. While
the engine has a turn the server sleeps on, for at most 8 ms or so: otherwise it takes the GIL to write to
pages just when a strike is harmonised. What came meanwhile goes to each page as one frame.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from live.engine.plan_notes import Planned
from live.engine.told import Told
from live.panel.phrase_end import PhraseEnd
from live.stage import records as r

MOST_WAITING = 4000
GIVE_WAY_SECONDS = 0.001
MOST_GIVEN_WAY_SECONDS = 0.008
"""Counted by the clock: a wait of a millisecond takes up to two."""

Item = r.Heard | r.Sent | r.Text | Told | PhraseEnd | tuple[Planned, ...] | str


class News:
    """``put`` is for any thread and never blocks; ``take`` is called by the loop's. ``busy`` says whether the
    engine has a turn."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, take: Callable[[Item], None], busy: Callable[[], bool]
    ) -> None:
        self._loop, self._take, self._busy = loop, take, busy
        self._waiting: deque[Item] = deque()
        self._woken = False
        self.open = False
        """Whether anybody is there to be told. Set by the loop's thread."""
        self.lost = 0

    def put(self, item: Item) -> None:
        """Have it told soon."""
        if not self.open:
            return
        if len(self._waiting) >= MOST_WAITING:
            self.lost += 1
            return
        self._waiting.append(item)
        if not self._woken:
            self._woken = True
            self._loop.call_soon_threadsafe(self._drain)

    def _drain(self, since: float | None = None) -> None:
        now = self._loop.time()
        since = now if since is None else since
        if now - since < MOST_GIVEN_WAY_SECONDS and self._busy():
            self._loop.call_later(GIVE_WAY_SECONDS, self._drain, since)
            return
        self._woken = False  # first: what is put from now on wakes again
        for _ in range(len(self._waiting)):
            self._take(self._waiting.popleft())
