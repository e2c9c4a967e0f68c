"""Contexts that are fed again beside the music: after a change of mode, model, key, meter or source of time.

A fresh context hears the history in a thread of its own, then what was played meanwhile, and is exchanged
for the present one between two turns of the engine. Until then the present one plays on; nothing waits. The
newest wish wins. When a piece of feeding came back stands in the capture (``fed``), so that a session run
again exchanges at the same moment.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from live.engine.ear import Frame
from live.engine.errands import Errand, at_once
from live.engine.history import History, Row
from live.engine.policy import Policy
from live.engine.rehearing import Rehearing, enough, with_bars_known_now


class Beside(NamedTuple):
    """Who does the work: an errand, and what its thread does between two pieces of it so that the engine's
    thread, which wants the GIL, never waits for long."""

    errand: Errand[_Job]
    rest: Callable[[], None]


MOST_AT_EXCHANGE = 2
"""Rows since the last piece that the engine's thread takes itself, to have done; more are another piece."""


class _Job:
    """One wish: which policy is to hear, in which frame, and how far it has come."""

    def __init__(self, policy: Policy, frame: Frame, history: History) -> None:
        self.policy, self.frame = policy, frame
        self._make, self._beat, self.count = policy.rehearing(frame), history.beat, history.count
        self.rehearing: Rehearing | None = None
        self.unwanted = False
        """Set by the engine's thread when another wish is newer."""

    def do(self, rows: list[Row], rest: Callable[[], None]) -> _Job:
        """Hear these, and ``rest`` after each. Blocks for as long as it takes; any one thread."""
        if self.rehearing is None:
            self.rehearing = self._make()
            rows = enough(rows, self.rehearing.context.network)
            rows = with_bars_known_now(rows, self._beat)
        else:
            self.rehearing.context.draft()
        for row in rows:
            if self.unwanted:
                return self
            self.rehearing.take(row)
            rest()
        while not self.unwanted and self.rehearing.context.feed():
            rest()
        return self


class Feeding:
    """Owned by the engine's thread; never blocks.

    ``came`` is told when a piece has come back.
    """

    def __init__(self, history: History, beside: Beside, came: Callable[[], None]) -> None:
        self._history, self._beside, self._say_came = history, beside, came
        self._policy: Policy | None = None
        """The one that has begun with what was played before it."""
        self._job: _Job | None = None
        self._vain: tuple[Policy, Frame] | None = None
        """What went wrong is not tried again."""
        self.exchanged = 0
        """How often a context was exchanged."""

    @property
    def under_way(self) -> bool:
        """Whether a context is being fed. Any thread."""
        return self._job is not None

    def look(self, policy: Policy) -> None:
        """Feed, if the policy's context is not what it should be. Called after every turn."""
        if self._policy is None or not self._history.count:
            self._policy = policy  # there was nothing before it
        frames = policy.frames()
        job = self._job
        if frames is None:
            self._stop()
        elif frames[0] == frames[1] and policy is self._policy:
            if job is not None and job.policy is policy:
                self._stop()  # it is as it was
        elif (policy, frames[1]) == self._vain:
            pass
        elif job is None or (job.policy, job.frame) != (policy, frames[1]):
            self._stop()
            self._begin(_Job(policy, frames[1], self._history))

    def _begin(self, job: _Job) -> None:
        self._job = job
        self._send(job, self._history.since(0))

    def _send(self, job: _Job, rows: list[Row]) -> None:
        errand, rest = self._beside
        errand(lambda: job.do(rows, rest), lambda result: self._came(job, result))

    def _stop(self) -> None:
        if self._job is not None:
            self._job.unwanted = True
            self._job = None

    def _came(self, job: _Job, result: _Job | Exception) -> None:
        """A piece is heard: exchange, unless much has been played meanwhile."""
        if job is not self._job:
            return
        self._say_came()
        if isinstance(result, Exception) or job.rehearing is None:
            self._stop()
            self._vain = job.policy, job.frame
            return
        rows = self._history.since(job.count)
        job.count = self._history.count
        if len(rows) > MOST_AT_EXCHANGE:
            self._send(job, rows)
            return
        for row in rows:
            job.rehearing.take(row)
        self._job, self._policy = None, job.policy
        job.policy.take_over(job.rehearing)
        self.exchanged += 1
        self.look(job.policy)  # what was played before may ask for another frame


class Held:
    """An errand that is done when it is said so: a session run again feeds when it did."""

    def __init__(self) -> None:
        self._waiting: Callable[[], None] | None = None

    def send(self, job: Callable[[], _Job], then: Callable[[_Job | Exception], None]) -> None:
        """Hold it; one that is held already is not wanted any more."""
        self._waiting = lambda: then(job())

    def do(self) -> bool:
        """Do it now. False: nothing is held."""
        waiting, self._waiting = self._waiting, None
        if waiting is None:
            return False
        waiting()
        return True


AT_ONCE = Beside(at_once, lambda: None)
"""Where nobody waits for anything."""
