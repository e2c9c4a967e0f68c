"""Opens the ports that the settings name, and closes them again."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

import rtmidi

from live.errors import PortError
from live.stage import apis, realtime
from live.stage.clock import SECOND, Clock
from live.stage.jack_sink import JackSink
from live.stage.jack_watch import JackWatch
from live.stage.messages import Incoming
from live.stage.midi_in import QUEUE_LIMIT, Input
from live.stage.midi_out import RtMidiSink
from live.stage.opened import OpenedPort
from live.stage.pair_sink import PairSink
from live.stage.settings import NO_API, InputPort, OutputPort, StageSettings
from live.stage.sinks import RecordingSink, Sink


class Wiring:
    """All open ports of a stage. A context manager; main thread only, but for ``lost``."""

    def __init__(
        self,
        settings: StageSettings,
        clock: Clock,
        deliver: Callable[[Incoming], None],
        on_lost: Callable[[], None],
    ) -> None:
        """Open everything. Raises ``PortError`` in one line, with nothing left open."""
        self.inputs: list[Input] = []
        self.sinks: list[Sink] = []
        self.ports: list[OpenedPort] = []
        """Inputs first, then outputs. A named one whose device is not there is not plugged in."""
        self._sinks: list[RtMidiSink] = []
        self.jack: JackWatch | None = None
        self.period_frames = 0
        self.sample_rate = 0
        self.on_change: Callable[[], None] = lambda: None
        """Called on JACK when a port or a connection has come or gone, by a thread of libjack."""
        self._settings = settings
        self._on_lost = on_lost
        self._dead = False
        if settings.api == NO_API:
            self.sinks.append(RecordingSink(clock, keep=False))
            return
        try:
            for port in settings.outputs:
                self._open_output(port, clock)
            for number, source in enumerate(settings.inputs):
                self._open_input(number, source, clock, deliver)
        except (rtmidi.RtMidiError, NotImplementedError) as error:
            self.close()
            raise PortError(f"cannot open MIDI ports on {settings.api}: {error}") from error
        self.ports.sort(key=lambda opened: opened.number)
        if settings.api == "jack":
            self.jack = JackWatch(self.lost, self._changed)
            self.period_frames = self.jack.period_frames
            self.sample_rate = self.jack.sample_rate
            for sink in self._sinks:
                if isinstance(sink, JackSink) and self.period_frames:
                    sink.period_ns = self.period_frames * SECOND // self.sample_rate

    def _client(self, port: InputPort | OutputPort) -> str:
        """On JACK each port is a client, which then carries the port's name."""
        return port.name if port.virtual and self._settings.api == "jack" else self._settings.client

    def _open_output(self, port: OutputPort, clock: Clock) -> None:
        on_jack, optional = self._settings.api == "jack", port.shows_plan or port.beside
        sink = JackSink(None, clock, optional=optional) if on_jack else RtMidiSink(None, optional=optional)
        number = len(self._settings.inputs) + len(self._sinks)
        self._sinks.append(sink)
        if port.beside:
            self.sinks[0] = PairSink(self.sinks[0], sink)
        else:
            self.sinks.append(sink)
        api, client = apis.NUMBERS[self._settings.api], self._client(port)
        opened = OpenedPort(number, port, lambda: rtmidi.MidiOut(api, name=client), sink)
        if port.beside:
            opened.serves = len(self._settings.inputs)
        self.ports.append(opened)

    def _open_input(
        self, number: int, port: InputPort, clock: Clock, deliver: Callable[[Incoming], None]
    ) -> None:
        opened = Input(number, None, clock, deliver)
        self.inputs.append(opened)
        api, client = apis.NUMBERS[self._settings.api], self._client(port)

        def make() -> Any:
            midi_in = rtmidi.MidiIn(api, name=client, queue_size_limit=QUEUE_LIMIT)
            midi_in.ignore_types(False, False, False)  # else the time deltas lie
            if not self.polled:
                opened.use_callback(midi_in, realtime.raise_priority)
            return midi_in

        self.ports.append(OpenedPort(number, port, make, opened))

    @property
    def polled(self) -> bool:
        """Whether a reader thread must poll the inputs."""
        return self._settings.api in apis.POLLED

    @property
    def settle_seconds(self) -> float:
        """How long the last messages need to leave: a port that closes takes them with it."""
        if not self.period_frames or self._dead:
            return 0.0
        return 3 * self.period_frames / self.sample_rate + 0.002

    def lost(self) -> None:
        """The MIDI system is gone: no port is called again. Any thread, never blocks."""
        self._dead = True
        for sink in self._sinks:
            sink.dead = True
        self._on_lost()

    @property
    def is_dead(self) -> bool:
        """The MIDI system is gone. Any thread."""
        return self._dead

    def _changed(self) -> None:
        self.on_change()

    def detach(self) -> None:
        """No more callbacks. Idempotent."""
        if not self._dead:
            for each in self.inputs:
                each.detach()

    def close(self) -> None:
        """Close everything. Idempotent. A system that is gone is not talked to."""
        if self._dead:
            return
        if self.jack is not None:
            self.jack.close()
        while self.ports:
            self.ports.pop().close()

    def __enter__(self) -> Wiring:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
