"""When an answer enters: after a silence in proportion to the player's pace, on a beat where there is one.

A phrase is over when the beat comes and the silence before it was long enough: the silence is counted to
the beat on which the answer would enter, not to the decision, and what a player comes short of it by less
than an eighth of a beat (a release that was held a little too long) does not cost another beat.
"""

from __future__ import annotations

from typing import NamedTuple

from live.beat.beats import beat_quarters, next_beat
from live.beat.pulse import Pulse
from live.stage.clock import MILLISECOND

LEAD_NS = 15 * MILLISECOND
"""Between the decision to answer and the first note: time to plan it."""
EARLY_NS = 60 * MILLISECOND
"""Where a beat is waited for there is time to decide earlier: a delay does not cost the beat."""
SHORTEST_SILENCE_NS, LONGEST_SILENCE_NS = 350 * MILLISECOND, 2_000 * MILLISECOND
"""Bounds of the silence after which a phrase is over."""
FORGIVEN = 1 / 8
"""Of a beat, and of the silence."""


class Entry(NamedTuple):
    """A first note at ``at_ns``, to be decided ``early_ns`` before."""

    at_ns: int
    early_ns: int
    on_beat: bool


def silence_after(gap_ns: float, patience: float) -> int:
    """How long silence lasts after which a phrase is over; ``gap_ns`` between the player's onsets."""
    return round(min(max(patience * gap_ns, SHORTEST_SILENCE_NS), LONGEST_SILENCE_NS))


def entry_after(pulse: Pulse | None, answer_on: str, last_ns: int, silence_ns: int, floor_ns: int) -> Entry:
    """The first place for an answer that is not before ``floor_ns``, and after the silence that began at
    ``last_ns``; ``answer_on`` is ``free``, ``beat`` or ``bar``.
    """
    if pulse is None or answer_on == "free":
        return Entry(max(last_ns + silence_ns + LEAD_NS, floor_ns), LEAD_NS, on_beat=False)
    earliest_ns = max(last_ns + enough_before(pulse, silence_ns), floor_ns)
    return Entry(next_beat(pulse, earliest_ns, bar=answer_on == "bar"), EARLY_NS, on_beat=True)


def enough_before(pulse: Pulse, silence_ns: int) -> int:
    """How much of a silence is enough before a beat."""
    forgiven = round(FORGIVEN * min(beat_quarters(pulse.bars) * pulse.quarter_ns, silence_ns))
    return max(silence_ns - forgiven, min(silence_ns, SHORTEST_SILENCE_NS))
