"""What the modes need of an ear, on either grid."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from live.beat.pulse import Bars, Pulse, Source
from models.context import Context
from models.events import Event, Kind
from models.grid import TICKS_PER_QUARTER
from models.masks import is_legal
from models.sounding import SILENT


class Beat(NamedTuple):
    """Where bars are, in which run of whose beat."""

    source: Source
    run: int
    bars: Bars

    @classmethod
    def of(cls, pulse: Pulse | None) -> Beat | None:
        """None where bars are unknown. The line is the first one, to a tick."""
        if pulse is None or pulse.bars is None:
            return None
        bars = pulse.bars
        line = round(bars.line % bars.quarters * TICKS_PER_QUARTER) / TICKS_PER_QUARTER
        return cls(pulse.source, pulse.run, bars._replace(line=line % bars.quarters))

    def holds_for(self, pulse: Pulse) -> bool:
        """Whether the quarters of this pulse are counted like its own."""
        return (pulse.source, pulse.run) == (self.source, self.run)


class Frame(NamedTuple):
    """How music is told to a model: ``shift`` semitones from real pitch to the model's, and by which beat.

    A context whose frame has become another one is fed again.
    """

    shift: int = 0
    beat: Beat | None = None


class Ear(Protocol):
    """A context that hears real time."""

    context: Context

    @property
    def shift(self) -> int: ...  # noqa: D102

    @property
    def frame(self) -> Frame:
        """How all of the context was told."""

    def strike(self, pitch: int, velocity: int, ns: int) -> int:
        """A note begins. The number of events that were heard for it; 0 if it replaces the note before."""
        ...

    def silence(self, pitch: int, ns: int) -> None: ...  # noqa: D102
    def finish_phrase(self, ns: int) -> None: ...  # noqa: D102
    def tick_at(self, ns: int) -> int: ...  # noqa: D102
    def snapped_at(self, ns: int) -> int:
        """The tick at which something is written that was timed by hand."""
        ...

    def ns_at(self, tick: int) -> int: ...  # noqa: D102
    @property
    def tick_ns(self) -> float: ...  # noqa: D102

    def frame_now(self) -> Frame:
        """How it should be told."""


def hear_own(context: Context, event: Event) -> None:
    """A context hears an event of the companion, not earlier than what it heard last, if that is possible."""
    onset = int(context.state.onsets[0, event.pitch])
    time = max(event.time, context.now)
    if event.kind == Kind.PHRASE and not is_legal(context.state, event, context.grid):
        return  # a note of it was dropped
    if event.kind == Kind.OFF:
        if onset == SILENT:
            return
        time = max(time, onset + 1)
    elif event.kind == Kind.ON and onset != SILENT and not context.manifest.monophonic:
        time = max(time, onset + 1)
        context.hear(Event(time, Kind.OFF, event.pitch))
    context.hear(event._replace(time=time))
