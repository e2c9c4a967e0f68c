"""Another take: what the player did, heard by a companion with other settings, in no time.

The stage is a rehearsal on a manual clock: every message comes at its stamp, nothing is ever late.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from live.engine.capture import NoCapture
from live.engine.session import Session
from live.sessions import lines
from live.sessions.again import Networks, consume, settings_of
from live.sessions.file import SessionFile
from live.sessions.lines import Entry
from live.sessions.tracks import Listener, Track
from live.stage import records as r
from live.stage.clock import MILLISECOND, SECOND, ManualClock
from live.stage.rehearsal import Rehearsal

LONGEST_END_NS = 60 * SECOND
"""After the session's last message an answer may go on as long as this."""


def another_take(
    file: SessionFile,
    networks: Networks,
    changes: Mapping[str, object],
    *,
    seed: int | None = None,
) -> list[Track]:
    """The tracks of a take with these controls changed from the start on, and never again.

    What the player changed of other controls while playing happens again at its time. Raises
    ``AntiphonError`` or ``ModelError`` for what is not allowed or not there.
    """
    stage = _Stage(file, networks, changes, seed)
    for entry in file.entries():
        stage.take(entry, changes)
    stage.finish()
    return stage.listener.tracks()


class _Heard(NoCapture):
    """A capture that listens instead of writing."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener

    def write(self, name: str, now_ns: int, *values: Any) -> None:
        """One line."""
        self._listener.listen(Entry(name, now_ns, list(values)))


class _Stage:
    """A session and its rehearsal on one clock."""

    def __init__(
        self,
        file: SessionFile,
        networks: Networks,
        changes: Mapping[str, object],
        seed: int | None,
    ) -> None:
        header = file.header
        inputs = header.ports.get("inputs", [])
        settings = settings_of(header)
        for name, value in changes.items():
            settings = settings.changed(name, value)
        self._clock = ManualClock(header.now_ns)
        self._rehearsal = Rehearsal([bool(port["thru"]) for port in inputs] or [False], self._clock)
        self._reported = 0
        self._next_wake_ns = 0
        self.listener = Listener([port["name"] for port in inputs])
        self._session = Session(
            networks,
            self._rehearsal.order,
            settings,
            self._clock,
            seed=header.seed if seed is None else seed,
            capture=_Heard(self.listener),
        )

    def take(self, entry: Entry, fixed: Mapping[str, object]) -> None:
        """What the player did, or changed, or what befell the ports; the rest happens anew."""
        if entry.name == "heard":
            heard: r.Heard = lines.report(entry)
            self._run(heard.stamp_ns)
            self._rehearsal.hear(heard.message, heard.source)
        elif entry.name == lines.CONTROL:
            self._run(entry.now_ns)
            pairs = zip(entry.values[::2], entry.values[1::2], strict=True)
            values = [each for name, value in pairs if name not in fixed for each in (name, value)]
            consume(self._session, Entry(lines.CONTROL, self._clock.now_ns(), values))
        elif entry.name in (lines.ACT, lines.MEMORY):
            self._run(entry.now_ns)
            consume(self._session, entry._replace(now_ns=self._clock.now_ns()))
        elif entry.name == "port lost":
            self._run(entry.now_ns)
            self._rehearsal.performer.end_everything()
            self._deliver()
            consume(self._session, entry._replace(now_ns=self._clock.now_ns()))
        self._deliver()

    def finish(self) -> None:
        """What was begun is played out; then everything ends."""
        self._run(self._clock.now_ns() + LONGEST_END_NS, quiet_ends=True)
        self._session.stop(self._clock.now_ns())
        self._deliver()
        self._run(self._clock.now_ns() + 100 * MILLISECOND)

    def _run(self, until_ns: int, *, quiet_ends: bool = False) -> None:
        """Let time pass: what is due is sent, the session is woken when it wants to be."""
        while True:
            wake_ns = self._session.wake_at_ns
            if wake_ns is not None:
                wake_ns = max(wake_ns, self._next_wake_ns)
            planned = self._rehearsal.performer.next_ns()
            moments = [each for each in (wake_ns, planned) if each is not None]
            if not moments or min(moments) > until_ns:
                break
            self._clock.advance_to(max(min(moments), self._clock.now_ns()))
            self._rehearsal.performer.play_due()
            self._deliver()
            if wake_ns is not None and wake_ns <= self._clock.now_ns():
                self._next_wake_ns = self._clock.now_ns() + MILLISECOND
                self._session.wake(self._clock.now_ns())
                self._deliver()
        if not quiet_ends:
            self._clock.advance_to(max(until_ns, self._clock.now_ns()))

    def _deliver(self) -> None:
        while self._reported < len(self._rehearsal.reports):
            record = self._rehearsal.reports[self._reported]
            self._reported += 1
            if not isinstance(record, r.Text):
                self._session.on_record(record, self._clock.now_ns())
