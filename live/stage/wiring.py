"""Opens the ports that the settings name, and closes them again."""

from __future__ import annotations

import contextlib
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
        self.period_frames = 0
        self.sample_rate = 0
        self._settings = settings
        self._on_lost = on_lost
        self._watch: JackWatch | None = None
        self._midi_ins: list[Any] = []
        self._midi_outs: list[Any] = []
        self._dead = False
        if settings.api == NO_API:
            self.sinks.append(RecordingSink(clock, keep=False))
            return
        try:
            for output in settings.outputs:
                self._open_output(output, clock)
            for number, port in enumerate(settings.inputs):
                self._open_input(number, port, clock, deliver)
        except (rtmidi.RtMidiError, NotImplementedError) as error:
            self.close()
            raise PortError(f"cannot open MIDI ports on {settings.api}: {error}") from error
        except PortError:
            self.close()
            raise
        if settings.api == "jack":
            self._watch = JackWatch(self.lost)
            self.period_frames = self._watch.period_frames
            self.sample_rate = self._watch.sample_rate
            for sink in self.sinks:
                if isinstance(sink, JackSink) and self.period_frames:
                    sink.period_ns = self.period_frames * SECOND // self.sample_rate

    def _client(self, port: InputPort | OutputPort) -> str:
        """On JACK each port is a client, which then carries the port's name."""
        return port.name if port.virtual and self._settings.api == "jack" else self._settings.client

    def _open_output(self, port: OutputPort, clock: Clock) -> None:
        midi_out = rtmidi.MidiOut(apis.NUMBERS[self._settings.api], name=self._client(port))
        self._midi_outs.append(midi_out)
        _open(midi_out, port, "output")
        on_jack = self._settings.api == "jack"
        self.sinks.append(JackSink(midi_out, clock) if on_jack else RtMidiSink(midi_out))

    def _open_input(
        self, number: int, port: InputPort, clock: Clock, deliver: Callable[[Incoming], None]
    ) -> None:
        midi_in = rtmidi.MidiIn(
            apis.NUMBERS[self._settings.api],
            name=self._client(port),
            queue_size_limit=QUEUE_LIMIT,
        )
        self._midi_ins.append(midi_in)
        midi_in.ignore_types(False, False, False)  # else the time deltas lie
        opened = Input(number, midi_in, clock, deliver)
        if self._settings.api not in apis.POLLED:
            opened.use_callback(realtime.raise_priority)
        _open(midi_in, port, "input")
        self.inputs.append(opened)

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
        for sink in self.sinks:
            if isinstance(sink, RtMidiSink):
                sink.dead = True
        self._on_lost()

    def missing(self) -> int | None:
        """The number of the first named port (inputs, then outputs) that the system lost, or None.

        Not the sender's thread, nor that of the heartbeats: it asks the MIDI system.
        """
        for number, (port, rt) in enumerate(
            zip(self._settings.ports, self._midi_ins + self._midi_outs, strict=True)
        ):
            if not port.virtual and not self._dead and port.name not in rt.get_ports():
                return number
        return None

    def detach(self) -> None:
        """No more callbacks. Idempotent."""
        if not self._dead:
            for each in self.inputs:
                each.detach()

    def close(self) -> None:
        """Close everything. Idempotent. A system that is gone is not talked to."""
        if self._dead:
            return
        for each in self.inputs:
            each.close()
        self.inputs.clear()
        for sink in self.sinks:
            sink.close()
        self.sinks.clear()
        if self._watch is not None:
            self._watch.close()
        while rts := self._midi_ins or self._midi_outs:
            rt = rts.pop()
            with contextlib.suppress(rtmidi.RtMidiError):
                rt.close_port()
                rt.delete()  # leaves the server, else JACK waits for this client

    def __enter__(self) -> Wiring:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _open(rt: Any, port: InputPort | OutputPort, what: str) -> None:
    """Open a virtual port, or the named one. Raises ``PortError`` or ``RtMidiError``."""
    if port.virtual:
        rt.open_virtual_port(port.name)
        return
    names = rt.get_ports()
    if port.name not in names:
        there = ", ".join(names) or "none"
        raise PortError(f"MIDI {what} {port.name!r} is not there; there are: {there}")
    rt.open_port(names.index(port.name), name=f"Antiphon {what}")
