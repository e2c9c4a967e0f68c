"""What the models cost: one event through each graph, and everything that makes a note."""

from __future__ import annotations

import time
from collections.abc import Iterator

from figures import Row, milliseconds, row
from under_test import model

from models.context import Context, Limits
from models.events import Event, Kind
from models.sampling import Draws, Style
from models.step import load_network

NAMES = ("chorale", "folk", "piano")
EVENTS = 600
LONGEST_TICKS = 100


def steps() -> Iterator[Row]:
    """Free running: hear an event, choose the next."""
    for name in NAMES:
        context = Context(load_network(model(name)))
        context.hear(Event(0, Kind.START))
        heard, chosen, notes, begin = [], [], 0, time.perf_counter()
        for number in range(EVENTS):
            before = time.perf_counter_ns()
            choice = context.choose(Limits(most=LONGEST_TICKS), Style(), Draws(1, number))
            after = time.perf_counter_ns()
            assert choice is not None
            notes += choice.event.kind == Kind.ON
            context.hear(choice.event)
            chosen.append(after - before)
            heard.append(time.perf_counter_ns() - after)
        rate = notes / (time.perf_counter() - begin)
        yield row(f"`{name}`: an event heard", milliseconds(heard))
        yield row(f"`{name}`: an event chosen", milliseconds(chosen))
        wanted = ">= 150 notes/s" if name == "piano" else ""
        yield row(f"`{name}`: notes a second, everything included", [rate], "", wanted, digits=0)
