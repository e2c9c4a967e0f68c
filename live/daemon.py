"""Everything that runs while Antiphon does: models, processes, capture, sound; begun and ended in order."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from live import ports
from live.beat.link_time import LinkWord
from live.beat.pulse import Bars
from live.controls import Settings
from live.engine.chord_tables import chosen
from live.engine.engine import Engine
from live.engine.errands import Errands
from live.engine.feeding import Beside
from live.engine.learned import LearnedFile, Target
from live.engine.lights import Lights
from live.engine.loaded import Loaded
from live.engine.provider import ProviderChoice
from live.engine.recall import Recall
from live.engine.remembering import Remembering
from live.engine.session import Session
from live.engine.steering import Steering
from live.engine.told import Outcome, Told
from live.errors import AntiphonError
from live.link_peer import LinkPeer
from live.listeners import Listeners
from live.osc.server import OscServer, Place
from live.panel.door import Door
from live.panel.knobs import Knobs
from live.player_file import checked_name
from live.port_choice import SPARE, PortChoice
from live.presets import Presets
from live.sessions.begin import record
from live.sessions.folder import sessions_folder
from live.sessions.prune import prune_in_background
from live.sound.sound import Sound
from live.stage import records as r
from live.stage.clock import SystemClock, sharpen_timers
from live.stage.link import StageLink
from live.stage.settings import NO_API, StageSettings
from live.voice_controls import VOICES, way

LARGE_PERIOD = 256
"""Frames; above this a musician hears that notes wait for the period."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What is chosen once, at the start; what can change while playing is in the table of controls.

    ``api`` is ``auto``, a MIDI system's name, or ``none``. ``thru`` None: on for named inputs. ``keep_bytes``
    None: sessions are never deleted. ``control_channel``: nothing on it is heard as playing. ``learn``:
    controllers are learned for these. ``osc``: a port, or HOST:PORT, to be controlled by; without a host
    this machine alone. ``player``: under whose name phrases are remembered. ``plan_port``: one more
    output, for what is about to sound; empty: a virtual one. ``panel``: serve the page to play in, at
    ``panel_at`` (an address, a port, or both), by https with ``tls``, a certificate and its key.
    """

    api: str = "auto"
    inputs: tuple[str, ...] = ()
    output: str | None = None
    thru: bool | None = None
    provider: str = "auto"
    seed: int | None = None
    capture: bool = False
    keep_bytes: int | None = None
    sound: bool = False
    soundfont: Path | None = None
    control_channel: int | None = None
    learn: tuple[str, ...] = ()
    osc: str | None = None
    player: str | None = None
    plan_port: str | None = None
    panel: bool = False
    panel_at: str | None = None
    tls: tuple[Path, Path] | None = None


class Daemon:
    """A context manager; entering it loads, opens and starts, and blocks for all of that. One thread.

    ``say`` takes a line for a person, ``on_record`` what the stage says after the engine has been given it;
    both from any thread, and they must not wait. Raises ``AntiphonError`` and its children, ``ModelError``.
    """

    def __init__(
        self,
        options: Options,
        settings: Settings,
        say: Callable[[str], None],
        on_record: Callable[[r.StageRecord], None] = lambda _: None,
    ) -> None:
        self._options, self._on_record = options, on_record
        self._lines = Listeners()  # whoever has something to say never waits for a terminal
        self._lines.add("line", say)
        self._settings = settings
        self._opened = contextlib.ExitStack()
        self._sound: Sound | None = None
        self.ports = StageSettings()
        self.session: Session
        self.engine: Engine
        self.link: StageLink
        self._steering: Steering

        self.learned = LearnedFile()
        self.presets = Presets()
        if options.control_channel is not None and not 1 <= options.control_channel <= 16:
            raise AntiphonError(f"control channel {options.control_channel} cannot be: 1 to 16")
        for each in options.learn:
            Target.parse(each)
        if options.player is not None:
            checked_name(options.player)
        self._osc_place = None if options.osc is None else Place.parse(options.osc)
        self.osc: OscServer | None = None
        self.panel = Door(options.panel_at, options.tls) if options.panel else None

    def start(self) -> None:
        """Load the model, open the ports, listen. Once."""
        sharpen_timers()
        with contextlib.ExitStack() as opened:  # what begins here ends in the opposite order
            self._lines.start()
            opened.callback(self._lines.close)
            self._prepare(opened)
            self._begin(opened)
            self._opened = opened.pop_all()

    def close(self) -> None:
        """End every note, close the ports, end both processes. Idempotent; blocks for up to 2 s."""
        self._opened.close()

    def hear(self, record: r.StageRecord) -> None:
        """Take a record of the stage, or one in its place. Any thread, never blocks."""
        self.engine.on_record(record)
        self._on_record(record)
        if self.panel is not None:
            self.panel.on_record(record)

    def prune(self) -> None:
        """Delete old sessions beside the music, if they are too many. Never blocks."""
        path, most = self.session.capture.path, self._options.keep_bytes
        if path is not None and most is not None:
            prune_in_background(sessions_folder(), most, path)

    def _prepare(self, opened: contextlib.ExitStack) -> None:
        options = self._options
        self.ports = self._choose_ports(
            None if options.api == NO_API else ports.choose_api(options.api), opened
        )
        providers = ProviderChoice(options.provider, say=self._say)
        networks = Loaded(lambda name: providers.pick(name).provider)
        errands = Errands(lambda turn: self.engine.do(lambda _: turn()))
        opened.callback(errands.close)
        feeding = Errands(lambda turn: self.engine.do(lambda _: turn()), "feeding")
        opened.callback(feeding.close)
        tables = chosen(self._say)
        self.session = Session(
            networks.get,
            self._send,
            self._settings.changed("thru", any(port.thru for port in self.ports.inputs)),
            SystemClock(),
            errand=errands.send,
            beside=Beside(feeding.send, lambda: self.engine.give_way()),  # noqa: PLW0108 - made below
            seed=int.from_bytes(os.urandom(4)) if options.seed is None else options.seed,
            chord_tables=lambda: tables,
        )
        if (port := self.ports.plan_port) is not None:
            self.session.plans.watch(Lights(self.session.send, port).watch, self.session.now_ns())
        recall = Recall(self.session, self.presets, errands.send)
        remembering = Remembering(self.session, errands.send, self._say)
        opened.callback(remembering.close)
        channel = options.control_channel
        self._steering = Steering(
            self.session,
            self._send,
            errands.send,
            self._say,
            self.learned,
            channel=None if channel is None else channel - 1,
            program=recall.program,
        )
        self.engine = Engine(self.session, SystemClock(), self._say)
        self.link = StageLink(self.ports, self.hear if self._sound is None else self._sound.beside(self.hear))
        self._steering.begin()

    def _choose_ports(self, api: str | None, opened: contextlib.ExitStack) -> StageSettings:
        options = self._options
        output, thru = options.output, options.thru
        if options.sound:
            self._sound = Sound(api, options.soundfont, output, self._voice_channels, self._send, self._say)
            opened.callback(self._sound.close)
            self._sound.start()
            output, thru = self._sound.output(), thru is not False  # nobody else sounds the player's notes
        spare = SPARE if options.panel else 0
        return ports.choose(api, options.inputs, output, thru, options.plan_port, spare)

    def _begin(self, opened: contextlib.ExitStack) -> None:
        opened.callback(self._close_capture)
        opened.callback(self.link.close)
        if self._osc_place is not None:
            self.osc = OscServer(self._osc_place, self.engine, self.presets)
            opened.callback(self.osc.close)
        if self.panel is not None:
            self.panel.open()
            opened.callback(self.panel.close)
        ready = self.link.start()
        self._say_names()
        if self._sound is not None:
            self._sound.on_told = lambda: self.engine.on_record(r.OutputBack(0))  # ours come after its own
            self._sound.connect(self.ports, self.session.playing)
            self.session.on_model = self._sound.fit
        if self._options.capture:
            record(self.session, self.ports, self._say)
        self.engine.on_record(ready)  # programs are told
        opened.callback(self.engine.stop)
        self.engine.start()
        self._listen_to_link(opened)
        for each in self._options.learn:
            self.engine.act("learn", each)
        if self._options.player is not None:
            self.engine.act("player", self._options.player)
        if self.osc is not None:
            self.osc.start()
        if self.panel is not None:
            self.panel.start(
                self.engine, self.presets, self._send, self.ports.page(0), self._knobs, self._choice()
            )
            self._lines.add("line", self.panel.say)

    def _listen_to_link(self, opened: contextlib.ExitStack) -> None:
        """Be in the Link session as long as the control ``time`` says so."""
        session = self.session

        def tell(word: LinkWord) -> None:
            self.engine.do(lambda now_ns: session.on_record(word, now_ns))

        peer = LinkPeer(tell, lambda: Bars.parse(session.time.meter).quarters, self._say)
        opened.callback(peer.close)

        def follow(told: Told) -> None:
            if told.name == "time" and told.outcome is Outcome.DONE:
                peer.listen(session.settings.time == "link")

        session.subscribe(follow)
        peer.listen(session.settings.time == "link")

    def _choice(self) -> PortChoice | None:
        """None without a MIDI system."""
        if not self.ports.ports:
            return None
        return PortChoice(self.link, fixed=self._sound is not None and not self.ports.outputs[0].virtual)

    def _knobs(self) -> Knobs:
        return Knobs(self._steering.learned(), self._steering.waiting)

    def _voice_channels(self) -> tuple[int, ...]:
        """The companion's channels as the wire has them, 0 to 15. Any thread."""
        return tuple(
            way(self.session.settings, f"voice{number}")["channel"] - 1 for number in range(1, VOICES + 1)
        )

    def _close_capture(self) -> None:
        self.session.capture.close()

    def _say(self, line: str) -> None:
        self._lines.tell("line", line)

    def _send(self, *orders: r.EngineRecord) -> None:
        self.link.send(*orders)

    # -- words --------------------------------------------------------------------------------------

    def _say_names(self) -> None:
        """One line if another daemon runs, so that this one's ports are not those that one looks for."""
        own = [port.name for port in self.ports.ports if port.virtual]
        if set(own) - {ports.INPUT_NAME, ports.OUTPUT_NAME, ports.PLAN_NAME}:
            names = " and ".join(map(repr, own))
            self._say(f"another Antiphon is playing; the ports of this one are {names}")

    def say_if_quiet(self) -> None:
        """One line that names the inputs, if nothing has been heard yet."""
        if not self.session.heard and self.ports.inputs:
            names = ", ".join(port.name for port in self.ports.inputs if port.name)
            self._say(f"nothing heard yet; listening to: {names} (see antiphon ports)")

    def ready_line(self) -> str:
        """One line that says what is open and how late a note can be by the MIDI system alone."""
        mode, ready = self.session.settings.mode, self.link.ready
        if not self.ports.inputs and not self.ports.outputs:
            why = "without MIDI" if self._options.api == NO_API else "no MIDI system answers"
            if self.panel is None and self._options.api != NO_API:
                why += ", so nothing can be heard"
            osc = "" if self.osc is None else f"; OSC at {self.osc.place}"
            panel = "" if self.panel is None else f"; play at {self.panel.address}"
            return f"ready: {why}; mode {mode}{osc}{panel}"
        inputs = ", ".join(port.name for port in self.ports.inputs if port.name)
        outputs = ", ".join(port.name for port in self.ports.outputs if port.name and not port.shows_plan)
        line = f"ready: {inputs} -> {outputs} ({self.ports.api}), mode {mode}"
        if ready is not None and ready.period_frames:
            spread = 1000 * ready.period_frames / ready.sample_rate
            line += f", period {ready.period_frames} frames ({spread:.1f} ms)"
            if ready.period_frames > LARGE_PERIOD:
                line += f", notes may wait that long: set {LARGE_PERIOD} frames or fewer"
        if self.ports.plan_port is not None:
            line += f", plan on {self.ports.outputs[self.ports.plan_port].name}"
        if self._sound is not None:
            line += f", {self._sound.description}"
        if self.osc is not None:
            line += f", OSC at {self.osc.place}"
        if self.panel is not None:
            line += f", panel at {self.panel.address}"
        return line + (", without real-time priority" if ready is not None and not ready.realtime else "")
