"""How the session stands, for pages: small, and made anew ten times a second at most."""

from __future__ import annotations

from typing import Any

from live.controls import Settings
from live.engine.session import Session
from live.stage.clock import MILLISECOND
from live.unused import unused
from models.step import Network

SECONDS = 0.1
_FIGURES_EVERY = 10
BINS, BIN_NS = 20, MILLISECOND // 2
"""Of the histogram; one more holds all that took longer."""


class Status:
    """Any thread; never blocks."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._looks = 0
        self._delay: list[float] = []
        self._histogram = [0] * (BINS + 1)
        self._seen: tuple[Settings, Network | None] | None = None
        self._idle: dict[str, str] = {}

    def idle(self) -> dict[str, str]:
        """Controls and actions that do nothing now, and why: the same object as long as nothing changes."""
        settings, network = self._session.settings, self._session.idling.network
        if self._seen is None or self._seen[0] is not settings or self._seen[1] is not network:
            self._seen = (settings, network)
            self._idle = unused(settings, None if network is None else network.manifest)
        return self._idle

    def fields(self) -> dict[str, Any]:
        """The fields of the message ``status``."""
        session = self._session
        now_ns = session.now_ns()
        if self._looks % _FIGURES_EVERY == 0:
            strikes = list(session.strikes)
            self._delay, self._histogram = percentiles(strikes), histogram(strikes)
        self._looks += 1
        return {
            "model": session.playing,
            "loading": session.loading,
            "key": session.key.key.name,
            "sure": round(session.key.confidence, 2),
            "chord": session.chords.shown or None,
            "doing": session.policy.status(),
            "time": {**session.time.state(now_ns), "at": now_ns / MILLISECOND},
            "surprise": session.surprise.state(),
            "delay": self._delay,
            "histogram": self._histogram,
            "late": session.dropped,
            "rule": session.counts["deadline"],
            "missed": session.counts["missed"],
        }


def percentiles(took_ns: list[int]) -> list[float]:
    """p50 and p99 in milliseconds; empty without any."""
    if not took_ns:
        return []
    took_ns.sort()
    last = len(took_ns) - 1
    return [round(took_ns[round(share * last)] / MILLISECOND, 1) for share in (0.5, 0.99)]


def histogram(took_ns: list[int]) -> list[int]:
    """How many took less than half a millisecond, less than one, and so on; last: all others."""
    counts = [0] * (BINS + 1)
    for took in took_ns:
        counts[min(BINS, max(0, took // BIN_NS))] += 1
    return counts


def settled(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields without those that never stand still: two that are equal in these need not be told twice."""
    time = {name: fields["time"][name] for name in ("source", "meter", "bar")}
    return {**fields, "time": time}
