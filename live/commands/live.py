"""``antiphon live``: listen, and play back. Ends every note and exits 0 on SIGINT or SIGTERM."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from live.commands.control_options import with_controls
from live.commands.options import Provider
from live.controls import Settings
from live.errors import AntiphonError
from live.sessions.size import parse_size

QUIET_SECONDS = 10.0
"""If nothing has been heard for this long after the start, say which inputs are listened to."""
LARGE_PERIOD = 256
"""Frames; above this a musician hears that notes wait for the period."""


@with_controls
def live(
    input_: Annotated[list[str] | None, typer.Option("--input", help="Input port; may be repeated.")] = None,
    output: Annotated[str | None, typer.Option(help="Output port instead of the virtual one.")] = None,
    api: Annotated[str, typer.Option(help="auto, alsa, jack, coremidi or winmm.")] = "auto",
    channels: Annotated[
        list[int] | None, typer.Option(help="Companion's channels (1-16); default 2, 3, 4. May be repeated.")
    ] = None,
    provider: Provider = "auto",
    seed: Annotated[int | None, typer.Option(help="Random numbers; the same seed, the same choices.")] = None,
    capture: Annotated[bool, typer.Option(help="Keep a record of the session.")] = True,
    keep_sessions: Annotated[
        str,
        typer.Option(
            metavar="SIZE",
            envvar="ANTIPHON_KEEP_SESSIONS",
            help="Old sessions are deleted above this in all: 500MB, 2GB, none (no limit).",
        ),
    ] = "1GB",
    sound: Annotated[bool, typer.Option("--sound", help="Start FluidSynth and play through it.")] = False,
    soundfont: Annotated[
        Path | None, typer.Option(help="SoundFont for --sound; default: from the usual places.")
    ] = None,
    **controls: Any,
) -> None:
    """Play with a musician: harmonise each note as it is struck, or answer phrases."""
    settings = Settings()
    for name, value in controls.items():
        if value is not None:
            settings = settings.changed(name, value)
    _Daemon(
        settings,
        inputs=tuple(input_ or ()),
        output=output,
        thru=controls["thru"],
        api=api,
        channels=_channels(channels),
        provider=provider,
        seed=int.from_bytes(os.urandom(4)) if seed is None else seed,
        capture=capture,
        keep_bytes=parse_size(keep_sessions),
        sound=sound or soundfont is not None,
        soundfont=soundfont,
    ).run()


def _channels(wanted: list[int] | None) -> tuple[int, ...] | None:
    for channel in wanted or ():
        if not 1 <= channel <= 16 or channel == 10:
            raise AntiphonError(f"channel {channel} cannot be used: 1 to 16 without 10, which is for drums")
    return tuple(channel - 1 for channel in wanted) if wanted else None


class _Daemon:
    """Everything that runs while the command does; ports and threads end in order."""

    def __init__(self, settings: Settings, **options: Any) -> None:
        self._settings, self._options = settings, options
        self._signals: queue.SimpleQueue[None] = queue.SimpleQueue()  # a handler may put into no other

    def run(self) -> None:  # noqa: PLR0915
        """Load, open, say ready, wait for a signal, close."""
        from live.engine.engine import Engine  # noqa: PLC0415
        from live.engine.errands import Errands  # noqa: PLC0415
        from live.engine.loaded import Loaded  # noqa: PLC0415
        from live.engine.provider import ProviderChoice  # noqa: PLC0415
        from live.engine.session import COMPANION_CHANNELS, Session  # noqa: PLC0415
        from live.ports import choose, choose_api  # noqa: PLC0415
        from live.sessions.begin import record  # noqa: PLC0415
        from live.stage.clock import SystemClock, sharpen_timers  # noqa: PLC0415
        from live.stage.link import StageLink  # noqa: PLC0415

        options = self._options
        sharpen_timers()
        api, output, thru = choose_api(options["api"]), options["output"], options["thru"]
        links: list[StageLink] = []
        channels = options["channels"] or COMPANION_CHANNELS

        def send(*orders: Any) -> None:
            links[0].send(*orders)  # the link comes after those who use it

        sound = self._sound(api, channels, send)
        if sound is not None:
            output, thru = sound.output(), thru is not False  # nobody else sounds the player's notes
        ports = choose(api, options["inputs"], output, thru)
        providers = ProviderChoice(options["provider"], say=_complain)
        networks = Loaded(lambda name: providers.pick(name).provider)
        engines: list[Engine] = []
        errands = Errands(lambda turn: engines[0].do(lambda _: turn()))
        session = Session(
            networks.get,
            send,
            self._settings.changed("thru", any(port.thru for port in ports.inputs)),
            SystemClock(),
            errand=errands.send,
            seed=options["seed"],
            channels=channels,
        )
        engine = Engine(session, SystemClock(), _complain)
        engines.append(engine)
        link = StageLink(ports, engine.on_record if sound is None else sound.beside(engine.on_record))
        links.append(link)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self._signals.put(None))
        try:
            ready = link.start()
            _say_names(ports)
            if sound is not None:
                sound.connect(ports, session.playing)
                session.on_model = sound.fit
            if options["capture"]:
                record(session, ports, _complain)
            engine.start()
            print(_ready_line(ready, ports, session, sound), flush=True)
            self._prune(session.capture.path)
            self._wait(session, ports, engine)
        finally:
            engine.stop()
            link.close()
            if sound is not None:
                sound.close()
            errands.close()
            session.capture.close()
        if engine.failed.is_set():
            raise SystemExit(1)

    def _prune(self, current: Path | None) -> None:
        """Old sessions may go now that nobody waits."""
        from live.sessions.folder import sessions_folder  # noqa: PLC0415
        from live.sessions.prune import prune_in_background  # noqa: PLC0415

        if current is not None and self._options["keep_bytes"] is not None:
            prune_in_background(sessions_folder(), self._options["keep_bytes"], current)

    def _sound(self, api: str | None, channels: tuple[int, ...], send: Any) -> Any:
        """A synth of our own, loading; None where none is wanted."""
        from live.sound.sound import Sound  # noqa: PLC0415

        if not self._options["sound"]:
            return None
        output = self._options["output"]
        sound = Sound(api, self._options["soundfont"], output, channels, send, _complain)
        sound.start()
        return sound

    def _wait(self, session: Any, ports: Any, engine: Any) -> None:
        waited = 0.0
        while not engine.failed.is_set():
            with contextlib.suppress(queue.Empty):
                self._signals.get(timeout=0.5)
                return
            waited += 0.5
            if waited == QUIET_SECONDS and not session.heard and ports.inputs:
                names = ", ".join(port.name for port in ports.inputs)
                _complain(f"nothing heard yet; listening to: {names} (see antiphon ports)")


def _say_names(ports: Any) -> None:
    """One line if another daemon runs, so that this one's ports are not those that one looks for."""
    from live.ports import INPUT_NAME, OUTPUT_NAME  # noqa: PLC0415

    own = [port.name for port in ports.ports if port.virtual]
    if set(own) - {INPUT_NAME, OUTPUT_NAME}:
        names = " and ".join(map(repr, own))
        _complain(f"another Antiphon is playing; the ports of this one are {names}")


def _ready_line(ready: Any, ports: Any, session: Any, sound: Any) -> str:
    """One line that says what is open and how late a note can be by the MIDI system alone."""
    if not ports.inputs and not ports.outputs:
        return f"ready: no MIDI system answers, so nothing can be heard; mode {session.settings.mode}"
    inputs = ", ".join(port.name for port in ports.inputs)
    outputs = ", ".join(port.name for port in ports.outputs)
    line = f"ready: {inputs} -> {outputs} ({ports.api}), mode {session.settings.mode}"
    if ready.period_frames:
        spread = 1000 * ready.period_frames / ready.sample_rate
        line += f", period {ready.period_frames} frames ({spread:.1f} ms)"
        if ready.period_frames > LARGE_PERIOD:
            line += f", notes may wait that long: set {LARGE_PERIOD} frames or fewer"
    if sound is not None:
        line += f", {sound.description}"
    return line + ("" if ready.realtime else ", without real-time priority")


def _complain(line: str) -> None:
    print(f"antiphon: {line}", file=sys.stderr, flush=True)
