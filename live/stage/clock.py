"""The one place where time is read: integer nanoseconds of ``time.perf_counter_ns``.

The same numbers hold in every process of one machine (on Linux, macOS and Windows the counter is the
machine's, not the process's).
"""

from __future__ import annotations

import sys
import time
from typing import Protocol

MILLISECOND = 1_000_000
"""Nanoseconds."""

SECOND = 1_000_000_000
"""Nanoseconds."""


class Clock(Protocol):
    """What tells the time. Any thread, never blocks."""

    def now_ns(self) -> int:
        """Now, in nanoseconds since some fixed moment."""


class SystemClock:
    """The machine's clock."""

    now_ns = staticmethod(time.perf_counter_ns)


class ManualClock:
    """A clock that stands still until it is moved: tests, and files played in zero time."""

    def __init__(self, start_ns: int = 0) -> None:
        self._now_ns = start_ns

    def now_ns(self) -> int:
        """Where the clock was moved to."""
        return self._now_ns

    def advance(self, by_ns: int) -> None:
        """Move forward by ``by_ns`` nanoseconds. Raises ``ValueError`` for a step back."""
        self.advance_to(self._now_ns + by_ns)

    def advance_to(self, to_ns: int) -> None:
        """Move forward to ``to_ns``. Raises ``ValueError`` for a step back."""
        if to_ns < self._now_ns:
            raise ValueError(f"time does not go back: {to_ns} < {self._now_ns}")
        self._now_ns = to_ns


def sharpen_timers() -> None:
    """Ask Windows for waits of 1 ms instead of 15.6 ms; elsewhere nothing. Once, at start."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - only Windows has winmm

        ctypes.windll.winmm.timeBeginPeriod(1)
