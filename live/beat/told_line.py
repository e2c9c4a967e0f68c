"""The beats as they are told: a count that never jumps and never goes back.

When an estimate comes, the count goes on from where it is, a little faster or slower, so that it meets the
estimate at a beat to come; from there on it goes at the estimated tempo. Beats here are the tracker's.
"""

from __future__ import annotations

from typing import NamedTuple

SOONEST = 0.3
"""Beats that the count takes at least to meet a new estimate."""
STEEPEST = 2.5
"""So many times faster or slower than the estimate the count may go meanwhile."""


class ToldLine(NamedTuple):
    """At ``at_ns`` the count is ``beat``; one lasts ``catching_ns`` until ``until_ns``, then ``beat_ns``."""

    at_ns: int
    beat: float
    beat_ns: float
    catching_ns: float
    until_ns: int

    def part_at(self, now_ns: int) -> tuple[int, float, float]:
        """The straight part in force at a moment: (moment, count, ns a beat)."""
        if now_ns < self.until_ns:
            return self.at_ns, self.beat, self.catching_ns
        return self.until_ns, self.beat + (self.until_ns - self.at_ns) / self.catching_ns, self.beat_ns

    def count_at(self, now_ns: int) -> float:
        """The count at a moment, not before ``at_ns``."""
        at, beat, length = self.part_at(now_ns)
        return beat + (now_ns - at) / length


def begin(at_ns: int, beat: float, beat_ns: float) -> ToldLine:
    """A count that is at ``beat`` now."""
    return ToldLine(at_ns, beat, beat_ns, beat_ns, at_ns)


def steer(line: ToldLine, now_ns: int, phase: float, beat_ns: float) -> tuple[ToldLine, float]:
    """The same count towards an estimate: ``phase`` of a beat has passed now. Also the error, in beats."""
    count = line.count_at(now_ns)
    error = (phase - count + 0.5) % 1 - 0.5
    to_beat = 1 - (count + error) % 1
    ahead = to_beat if to_beat >= SOONEST else to_beat + 1
    wanted = (ahead + error) / ahead
    speed = min(max(wanted, 1 / STEEPEST), STEEPEST)
    until = now_ns + round(ahead * beat_ns)
    return ToldLine(now_ns, count, beat_ns, beat_ns / speed, until), error
