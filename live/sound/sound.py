"""Antiphon's own synth: started, connected, given its programs, and taken up again when it falls.

The notes take no second way: they leave ``From Antiphon`` as ever, and a FluidSynth listens there. On
CoreMIDI and Windows nobody can connect two other programs' ports, so there the stage plays to the synth's
port (or the loopMIDI port that the synth listens to) instead.
"""

from __future__ import annotations

import contextlib
import os
import queue
import threading
import time
from collections.abc import Callable
from pathlib import Path

from live import ports
from live.errors import PortError, SoundError
from live.sound import drivers, patchbay, programs, soundfont
from live.sound.fluidsynth import START_SECONDS, FluidSynth, find_program
from live.stage import records as r
from live.stage.settings import OutputPort, StageSettings

_STEADY_SECONDS = 10.0
"""A synth that ends before it has run for this long has failed; after three failures we give up."""
_MOST_FAILURES = 3
_PAUSE_SECONDS = 0.3
"""Before a synth is started again: what took it down may have taken the stage down too."""


class Sound:
    """One synth, whichever process it is at the moment. Main thread, where nothing else is said.

    ``start``, ``output``, ``connect`` in this order, before anything is played; they raise
    ``SoundError``. From then on a thread of this object keeps it alive. ``send`` takes orders for the
    stage, from any thread; ``say`` a line for the musician.
    """

    def __init__(
        self,
        api: str | None,
        font: Path | None,
        output: str | None,
        channels: Callable[[], tuple[int, ...]],
        send: Callable[..., None],
        say: Callable[[str], None],
    ) -> None:
        if api is None:
            raise SoundError("--sound needs a MIDI system, and none answers here")
        self._api, self._send, self._say = api, send, say
        self._program = find_program()
        self.soundfont = soundfont.find(font)
        self._name = f"Antiphon sound {os.getpid()}"  # a synth of another daemon has another number
        self._wanted_output, self._channels = output, channels
        self._drivers = self._choose_drivers()
        self._port: OutputPort | None = None
        self._synth: FluidSynth | None = None
        self._began = 0.0
        self._failures = 0
        self.on_told: Callable[[], None] = lambda: None
        """Called when the synth has been told its programs, by any thread: the musician's own come after."""
        self._messages: list[bytes] = []
        self._events: queue.SimpleQueue[FluidSynth | r.Ready | r.PortLost | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._stage_is_up = True
        self._thread = threading.Thread(target=self._run, name="sound", daemon=True)

    def _choose_drivers(self) -> drivers.Drivers:
        device = 0
        if self._api == "winmm":
            device = self._loop_device()
        elif self._wanted_output not in (None, ports.OUTPUT_NAME):
            raise SoundError(f"--sound plays through {ports.OUTPUT_NAME}: leave out --output")
        built_in = drivers.built_in(self._program)
        return drivers.choose(
            self._api,
            self._name,
            built_in,
            jack_answers=self._api == "alsa" and _jack_answers(),
            device=device,
        )

    def _loop_device(self) -> int:
        """On Windows: the number of the input that carries what we send to ``--output``."""
        if self._wanted_output is None:
            raise SoundError("--sound on Windows needs a loopMIDI port: name it with --output")
        inputs = ports.list_ports("winmm").inputs
        plain = [name.rsplit(" ", 1)[0] for name in inputs]  # RtMidi puts the number behind the name
        wanted = ports.match(self._wanted_output, inputs, "loop port")
        return plain.index(wanted.rsplit(" ", 1)[0])

    @property
    def description(self) -> str:
        """For the line ``ready:``."""
        return f"sound: {self.soundfont.resolve().name} ({self._drivers.audio})"

    def start(self) -> None:
        """Start the synth; it loads while others do their work. Never blocks."""
        self._began = time.perf_counter()
        self._synth = FluidSynth(self._program, self.soundfont, self._drivers, self._events.put)

    def output(self) -> str | None:
        """The port that the stage is to play to in place of its virtual one. Blocks where there is one."""
        if self._api != "coremidi":
            return self._wanted_output
        self._running().wait_until_ready()
        until = time.perf_counter() + START_SECONDS
        while self._name not in ports.list_ports(self._api).outputs:
            if time.perf_counter() > until:
                raise SoundError(f"FluidSynth opens no MIDI port: {self._running().reason()}")
            time.sleep(0.05)
        return self._name

    def connect(self, settings: StageSettings, model: str | None) -> None:
        """Connect the open ports of the stage with the synth, tell it its programs, and watch over it."""
        self._port = settings.outputs[0]
        self._messages = programs.messages(model, self._channels())
        self._take_up()
        self._thread.start()

    def fit(self, model: str | None) -> None:
        """Another model plays, or on other channels: programs that fit. Any thread; never blocks."""
        self._messages = programs.messages(model, self._channels())
        self._tell_programs()

    def beside(self, on_record: Callable[[r.StageRecord], None]) -> Callable[[r.StageRecord], None]:
        """Takes records of the stage for ``on_record`` and for us. Any thread; never blocks."""

        def both(record: r.StageRecord) -> None:
            on_record(record)
            if isinstance(record, r.Ready | r.PortLost):
                self._stage_is_up = isinstance(record, r.Ready)
                self._events.put(record)

        return both

    def close(self) -> None:
        """End the synth. Idempotent; blocks for up to 2 s."""
        self._closing.set()
        self._events.put(None)
        if self._thread.is_alive():
            self._thread.join(START_SECONDS)
        self._end()

    def _running(self) -> FluidSynth:
        assert self._synth is not None, "start comes first"
        return self._synth

    def _take_up(self) -> None:
        """Wait for the synth, connect it, tell it its programs. Raises ``SoundError``."""
        assert self._port is not None
        self._running().wait_until_ready()
        if self._api in ("jack", "alsa"):
            try:
                patchbay.connect(self._api, self._port.name, self._port.name, self._name)
            except SoundError as error:
                raise SoundError(f"{error}: {self._running().reason()}") from error
        self._tell_programs()

    def _tell_programs(self) -> None:
        now = time.perf_counter_ns()
        self._send(*(r.Plan(now, message, 0) for message in self._messages))
        self.on_told()

    # -- the thread that keeps it alive -----------------------------------------------------------

    def _run(self) -> None:
        while (event := self._events.get()) is not None:
            if isinstance(event, FluidSynth):
                if event is self._synth:
                    self._fell(event)
            elif isinstance(event, r.PortLost):
                if event.reason is r.LostReason.SERVER:  # it cannot play without its server either
                    self._end()
            else:
                self._failures = 0
                self._again()

    def _fell(self, synth: FluidSynth) -> None:
        self._synth = None
        if self._closing.wait(_PAUSE_SECONDS) or not self._stage_is_up:
            return  # it went down with the MIDI system, and comes back with it
        steady = time.perf_counter() - self._began > _STEADY_SECONDS
        self._failures = 1 if steady else self._failures + 1
        if self._failures >= _MOST_FAILURES:
            what = "no sound until Antiphon is started again; notes go on"
        else:
            what = "started again"
        self._say(f"FluidSynth ended ({synth.reason()}); {what}")
        self._again()

    def _again(self) -> None:
        """Whatever is missing of synth, connection and programs."""
        if self._failures >= _MOST_FAILURES:
            return
        try:
            if self._synth is None:
                self.start()
            self._take_up()
        except (SoundError, PortError) as error:
            if self._synth is not None and self._synth.lives and not self._closing.is_set():
                self._say(str(error))  # of one that has ended its end tells

    def _end(self) -> None:
        synth, self._synth = self._synth, None
        if synth is not None:
            synth.end()


def _jack_answers() -> bool:
    with contextlib.suppress(PortError):
        return bool(ports.list_ports("jack"))
    return False
