"""The sender's thread: waits until something is due or something comes in, then lets it be done.

It alone touches the performer while it runs: the heap, the ledger, the outputs. What only shows the plan is
done one by one when there is nothing else to do.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TypeAlias

from live.stage.clock import SECOND, Clock
from live.stage.messages import Incoming
from live.stage.performer import Performer
from live.stage.records import EngineRecord, PortNews, shows_the_plan

Item: TypeAlias = Incoming | EngineRecord | PortNews | Callable[[Performer], None] | None

_LONGEST_WAIT_NS = 60 * SECOND
_MOST_LATER = 4096


class SenderLoop:
    """Runs a performer in a thread of its own.

    ``inbox`` takes what was heard or ordered, from any thread, also in callbacks, without blocking;
    None ends the loop.
    """

    def __init__(
        self,
        inbox: SimpleQueue[Item],
        performer: Performer,
        clock: Clock,
        at_start: Callable[[], object],
        on_failure: Callable[[Exception], None],
    ) -> None:
        self._performer = performer
        self._clock = clock
        self._at_start = at_start
        self._on_failure = on_failure
        self._inbox = inbox
        self._later: deque[EngineRecord] = deque()
        self._thread = threading.Thread(target=self._run, name="sender", daemon=True)

    def start(self) -> None:
        """Begin. Main thread, once."""
        self._thread.start()

    def stop(self, timeout_seconds: float = 0.3) -> bool:
        """Wake the thread, let it do what was handed over before, and join it.

        Main thread; idempotent; blocks at most for the timeout. False: it is stuck in a port call.
        """
        self._inbox.put(None)
        self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        self._at_start()
        try:
            while self._turn():
                pass
        except Exception as error:  # whatever it was: the main thread ends the notes and says so
            self._on_failure(error)

    def _turn(self) -> bool:
        performer = self._performer
        item: Item
        try:
            due = performer.next_ns()
            if self._later:
                item = self._inbox.get_nowait()
            elif due is None:
                item = self._inbox.get()
            else:
                wait = min(max(0, due - self._clock.now_ns()), _LONGEST_WAIT_NS)
                item = self._inbox.get(timeout=wait / SECOND)
        except Empty:
            performer.play_due()
            if self._later:
                performer.obey(self._later.popleft())
            return True
        if item is None:
            return False
        if isinstance(item, Incoming):
            performer.hear(item)
        elif isinstance(item, PortNews):
            performer.take_note(item)
        elif callable(item):
            item(performer)
        elif shows_the_plan(item) and len(self._later) < _MOST_LATER:
            self._later.append(item)
        else:
            performer.obey(item)
        performer.play_due()
        return True
