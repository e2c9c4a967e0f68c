"""A stage without processes, threads, ports or waiting: the performer on a manual clock.

For tests, and for the engine offline. One thread; nothing here blocks.
"""

from __future__ import annotations

from collections.abc import Sequence

from live.stage.clock import MILLISECOND, ManualClock
from live.stage.messages import Incoming
from live.stage.performer import Performer, play_out
from live.stage.records import EngineRecord, StageRecord, shows_the_plan
from live.stage.settings import InputPort, OutputPort, StageSettings
from live.stage.sinks import RecordingSink, Sink


class Rehearsal:
    """One recording output, one more for the plan if asked for, and an input for each entry of ``thru``."""

    def __init__(
        self, thru: Sequence[bool] = (True,), clock: ManualClock | None = None, *, plan_port: bool = False
    ) -> None:
        self.clock = clock or ManualClock()
        self.sink = RecordingSink(self.clock)
        self.reports: list[StageRecord] = []
        """Everything that the engine is told."""
        inputs = tuple(InputPort(f"in {n}", thru=on) for n, on in enumerate(thru))
        self.plan_sink = RecordingSink(self.clock)
        outputs = (OutputPort("out"), OutputPort("plan", shows_plan=True))[: 1 + plan_port]
        self.settings = StageSettings(inputs=inputs, outputs=outputs)
        sinks: list[Sink] = [self.sink, self.plan_sink]
        self.performer = Performer(self.settings, sinks[: len(outputs)], self.clock, self._take)

    def _take(self, *records: StageRecord) -> None:
        self.reports.extend(each for each in records if not shows_the_plan(each))

    def hear(self, message: bytes, source: int = 0) -> None:
        """An input says ``message`` now."""
        self.performer.hear(Incoming(self.clock.now_ns(), source, message))
        self.performer.play_due()

    def order(self, *records: EngineRecord) -> None:
        """The engine says this, one after the other."""
        for record in records:
            self.performer.obey(record)
            self.performer.play_due()

    def run(self, milliseconds: float) -> None:
        """Let time pass; what is due is sent at its own moment."""
        until = self.clock.now_ns() + round(milliseconds * MILLISECOND)
        play_out(self.performer, self.clock, until)

    @property
    def sent(self) -> list[bytes]:
        """What was put on the wire."""
        return self.sink.messages
