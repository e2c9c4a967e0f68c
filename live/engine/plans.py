"""What is about to sound: notes that a policy means to play, and those that it may still change.

A policy says what it means; what it orders, and what becomes of that, Plans sees by itself, for orders and
reports pass through the session. Whoever watches is told what has changed at the end of a turn; while nobody
does, the last orders and reports are kept and nothing else is done.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple

from live.engine.plan_ledger import Ledger
from live.engine.plan_notes import Planned, Watcher
from live.stage import records as r

KEPT = 512
"""Orders and reports from which a first watcher is told the present state, but for notes older than these."""
_FOLLOWED = frozenset({r.Sent, r.Dropped, r.PortLost, r.Count})


class Tentative(NamedTuple):
    """A note that is meant, but not ordered from the stage yet. Where it would go: channel 0-15, the wire's
    pitch. ``ends_ns`` None: its end is not known yet."""

    due_ns: int
    ends_ns: int | None
    channel: int
    pitch: int
    velocity: int


class Plans:
    """The ledger of a session. Engine thread only, but for reading; never blocks.

    ``silent`` says whether nothing that is meant will sound.
    """

    def __init__(self, silent: Callable[[], bool] = lambda: False) -> None:
        self.meant: tuple[Tentative, ...] = ()
        """Tentative notes, as last said. Any thread."""
        self._silent = silent
        self._shown: tuple[Tentative, ...] = ()
        self._happened: deque[r.EngineRecord | r.StageRecord] = deque(maxlen=KEPT)
        self._ledger = Ledger()
        self._watchers: tuple[Watcher, ...] = ()
        self._telling = False

    def tentative(self, notes: Iterable[Tentative]) -> None:
        """All tentative notes there are; those said before are meant no more, or have been ordered."""
        notes = tuple(notes)
        if notes != self.meant:
            self.meant = notes

    def ordered(self, orders: Iterable[r.EngineRecord]) -> None:
        """These went to the stage. What a watcher orders is no music, and is not followed."""
        if not self._telling:
            self._happened.extend(orders)

    def reported(self, record: object) -> None:
        """The stage says this."""
        if type(record) in _FOLLOWED:
            self._happened.append(record)  # type: ignore[arg-type]

    def settle(self, now_ns: int) -> None:
        """The end of a turn: tell what has changed in it. What is the same as before costs nothing."""
        if self._watchers:
            news = self._news(now_ns)
            if news:
                self._telling = True
                for watcher in self._watchers:
                    watcher(news, now_ns)
                self._telling = False

    def watch(self, watcher: Watcher, now_ns: int) -> None:
        """Tell ``watcher`` how everything stands now, and from now on what changes."""
        self.settle(now_ns)
        if not self._watchers:  # what has happened meanwhile, as far as it is known
            if len(self._happened) == KEPT:
                self._ledger.forget()
                self._shown = ()
            self._news(now_ns)
        self._watchers = (*self._watchers, watcher)
        if present := self.present():
            watcher(present, now_ns)

    def unwatch(self, watcher: Watcher) -> None:
        """Tell it no more."""
        self._watchers = tuple(each for each in self._watchers if each != watcher)

    def present(self) -> tuple[Planned, ...]:
        """How everything stands that was told."""
        return self._ledger.present()

    def _news(self, now_ns: int) -> tuple[Planned, ...]:
        meant = () if self._silent() else self.meant
        happened = self._happened
        if not happened and meant is self._shown:
            return ()
        while happened:
            self._ledger.take(happened.popleft())
        if meant is not self._shown:
            self._shown = meant
            self._ledger.mean(meant)
        return self._ledger.changes(now_ns)
