"""A daemon to be measured: the stage process and the engine with its models, as ``antiphon live`` has them.

Its ports have names of their own, and what its stage says is kept in memory.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

from live.controls import Settings
from live.doctor.loopback import PortNames
from live.engine.capture import NoCapture
from live.engine.engine import Engine
from live.engine.errands import Errands
from live.engine.feeding import Beside
from live.engine.session import Session
from live.errors import AntiphonError
from live.stage import records as r
from live.stage.clock import SystemClock
from live.stage.link import StageLink
from live.stage.messages import is_note_on
from live.stage.settings import InputPort, OutputPort, StageSettings
from models.step import Network

SEED = 1
_MODE_SECONDS = 5.0
Kind = TypeVar("Kind")


def port_names() -> PortNames:
    """Names that no other daemon and no other doctor has."""
    return PortNames(f"To Antiphon's doctor {os.getpid()}", f"From Antiphon's doctor {os.getpid()}")


def stage_settings(api: str | None, names: PortNames) -> StageSettings:
    """Two virtual ports, or none where there is no MIDI system."""
    if api is None:
        return StageSettings()
    return StageSettings(
        api=api,
        inputs=(InputPort(names.to, virtual=True),),
        outputs=(OutputPort(names.from_, virtual=True),),
    )


class _Notes(NoCapture):
    """What the session notes of its decisions, in memory. Engine thread; read when it rests."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, int]] = []

    def write(self, name: str, now_ns: int, *values: object) -> None:
        """Keep the name and the time of a decision."""
        if name in ("answer", "deadline"):
            self.lines.append((name, now_ns))


class MeasuredDaemon:
    """A context manager. ``records`` is what the stage said; clear it between two measurements."""

    def __init__(self, networks: Callable[[str], Network], settings: StageSettings) -> None:
        self.records: list[r.StageRecord] = []
        self.complaints: list[str] = []
        self._notes = _Notes()
        self._errands = Errands(lambda turn: self.engine.do(lambda _: turn()))
        self._feeding = Errands(lambda turn: self.engine.do(lambda _: turn()), "feeding")
        self.session = Session(
            networks,
            self._send,
            Settings(mode="off"),
            SystemClock(),
            seed=SEED,
            capture=self._notes,
            errand=self._errands.send,
            beside=Beside(self._feeding.send, lambda: self.engine.give_way()),  # noqa: PLW0108 - made below
        )
        self.engine = Engine(self.session, SystemClock(), self.complaints.append)
        self.link = StageLink(settings, self.hear)

    def _send(self, *orders: r.EngineRecord) -> None:
        self.link.send(*orders)

    def hear(self, record: r.StageRecord) -> None:
        """Take what the stage says, or what is said in its place. Any thread, never blocks."""
        self.records.append(record)
        self.engine.on_record(record)

    @property
    def ready(self) -> r.Ready:
        """What the stage said of itself at its start."""
        assert self.link.ready is not None
        return self.link.ready

    @property
    def period_ms(self) -> float:
        """The period of the MIDI system; 0 where it has none or does not tell."""
        return 1000 * self.ready.period_frames / self.ready.sample_rate if self.ready.period_frames else 0.0

    @property
    def strikes(self) -> list[int]:
        """When each key press was stamped."""
        return [each.stamp_ns for each in self.of(r.Heard) if is_note_on(each.message)]

    @property
    def struck(self) -> list[r.Sent]:
        """Companion notes that were handed to the port."""
        return [each for each in self.of(r.Sent) if is_note_on(each.message)]

    def noted(self, name: str) -> list[int]:
        """When the session noted a decision of this name."""
        return [now_ns for each, now_ns in self._notes.lines if each == name]

    def of(self, kind: type[Kind]) -> list[Kind]:
        """Records of one kind."""
        return [each for each in self.records.copy() if isinstance(each, kind)]

    def turn_to(self, mode: str) -> None:
        """Begin a new measurement in this mode. Blocks until the engine has taken it up."""
        self.engine.set("mode", mode)
        until = time.perf_counter() + _MODE_SECONDS
        while self.session.settings.mode != mode and not self.engine.failed.is_set():
            if time.perf_counter() > until:
                raise AntiphonError(f"the engine did not take up {mode}: {'; '.join(self.complaints)}")
            time.sleep(0.01)
        self.records.clear()

    def __enter__(self) -> MeasuredDaemon:
        self.link.start()
        self.engine.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.engine.stop()
        self.link.close()
        self._errands.close()
        self._feeding.close()
