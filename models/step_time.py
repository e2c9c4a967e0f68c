"""How long a model takes to hear an event and to choose one, everything included."""

from __future__ import annotations

import time
from typing import NamedTuple

from models.context import Context, Limits
from models.events import Event, Kind
from models.sampling import Draws, Style
from models.step import Network

LONGEST_TICKS = 100
"""No silence between two events is longer, so that the model plays on."""


class StepTimes(NamedTuple):
    """Nanoseconds, one for each event; ``notes_per_second`` of the whole run."""

    heard_ns: list[int]
    chosen_ns: list[int]
    notes_per_second: float

    @property
    def event_ms(self) -> float:
        """The median of hearing one event and choosing one, together."""
        both = sorted(a + b for a, b in zip(self.heard_ns, self.chosen_ns, strict=True))
        return both[len(both) // 2] / 1e6


def step_times(network: Network, events: int) -> StepTimes:
    """Let the model play freely: choose an event, hear it. Blocks for ``events`` steps."""
    context = Context(network)
    context.hear(Event(0, Kind.START))
    heard, chosen, notes, begin = [], [], 0, time.perf_counter()
    for number in range(events):
        before = time.perf_counter_ns()
        choice = context.choose(Limits(most=LONGEST_TICKS), Style(), Draws(1, number))
        after = time.perf_counter_ns()
        if choice is None:
            break
        notes += choice.event.kind == Kind.ON
        context.hear(choice.event)
        chosen.append(after - before)
        heard.append(time.perf_counter_ns() - after)
    return StepTimes(heard, chosen, notes / (time.perf_counter() - begin))
