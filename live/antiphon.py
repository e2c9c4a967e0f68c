"""The companion from Python: ``from live import Antiphon``. The command ``antiphon live`` is one of these."""

from __future__ import annotations

import itertools
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from live import controls as table
from live.controls import Settings
from live.daemon import Daemon, Options
from live.engine.plan_notes import Planned, Watcher
from live.engine.told import Outcome, Told
from live.errors import AntiphonError
from live.listeners import Listeners
from live.presets import Presets
from live.stage import records as r
from live.stage.clock import SystemClock
from live.stage.decode import Decoder
from live.voice_controls import dealt

LOAD_SECONDS = 60.0
"""How long a change may take that has to load a model."""


def _complain(line: str) -> None:
    print(f"antiphon: {line}", file=sys.stderr, flush=True)


class Antiphon:
    """A companion that listens and plays. A context manager; any thread may call any method.

    ``api`` is ``auto``, ``alsa``, ``jack``, ``coremidi``, ``winmm``, or ``none``: no MIDI system, then
    :meth:`play` alone is heard and :meth:`listen` alone hears. ``inputs`` and ``output`` name ports,
    ``channels`` (1-16) are dealt out to the companion's voices. With ``capture`` a record of the session is
    kept; old ones are deleted when all together take more than ``keep_bytes``. ``say`` takes a line for a
    person (default: standard error), from any thread. ``control_channel`` (1-16) is for control alone, and
    MIDI controllers are learned for what ``learn`` names, one after the other. ``osc`` (a port, or
    HOST:PORT) listens for OSC. Phrases are remembered under the name of ``player``. ``plan_port`` is one more
    output, for what is about to sound: a name, or True for a virtual port. ``panel`` serves a page to play
    in, on this machine or at ``panel_at`` (an address, a port, or both), by https with ``tls`` (files of a
    certificate and its key). Further keywords are controls:
    ``mode="answer"``, ``voices=2``, ...; they come before those of ``preset``.

    Raises ``AntiphonError``, with one line, for whatever the user can put right.
    """

    def __init__(
        self,
        *,
        api: str = "auto",
        inputs: tuple[str, ...] = (),
        output: str | None = None,
        channels: tuple[int, ...] | None = None,
        provider: str = "auto",
        seed: int | None = None,
        capture: bool = False,
        keep_bytes: int | None = None,
        sound: bool = False,
        soundfont: Path | None = None,
        control_channel: int | None = None,
        learn: tuple[str, ...] = (),
        osc: str | int | None = None,
        preset: str | None = None,
        player: str | None = None,
        plan_port: str | bool | None = None,
        panel: bool = False,
        panel_at: str | None = None,
        tls: tuple[Path, Path] | None = None,
        say: Callable[[str], None] = _complain,
        **controls: object,
    ) -> None:
        given = dealt(channels or ()) | controls
        checked = {name: table.checked(name, value) for name, value in given.items()}
        if preset is not None:
            found = Presets().load(preset)
            if found.complaint:
                say(found.complaint)
            checked = {**found.values, **checked}
        options = Options(
            api=api,
            inputs=tuple(inputs),
            output=output,
            thru=checked.get("thru"),
            provider=provider,
            seed=seed,
            capture=capture,
            keep_bytes=keep_bytes,
            sound=sound,
            soundfont=soundfont,
            control_channel=control_channel,
            learn=tuple(learn),
            osc=None if osc is None else str(osc),
            player=player,
            plan_port="" if plan_port is True else plan_port or None,
            panel=panel,
            panel_at=panel_at,
            tls=tls,
        )
        self._clock = SystemClock()
        self._listeners = Listeners()
        self._daemon = Daemon(options, Settings().with_values(checked), say, self._on_record)
        self._waiting: dict[tuple[str, str], _Answer] = {}
        self._asked = 0
        self._lock = threading.Lock()
        self._watching = itertools.count()
        self._watchers: list[Watcher] = []  # who wait for the start
        self._started = False

    # -- begin and end ------------------------------------------------------------------------------

    def start(self) -> Antiphon:
        """Load the model, open the ports, listen. Blocks for all of that; once."""
        self._daemon.start()
        self._listeners.start()
        self._daemon.session.subscribe(self._on_told)
        with self._lock:
            self._started = True
        for watcher in self._watchers:
            self._watch_plan(watcher)
        return self

    def close(self) -> None:
        """End every note, close the ports, end both processes. Idempotent; blocks for up to 2 s."""
        self._daemon.close()
        self._listeners.close()

    def __enter__(self) -> Antiphon:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def ready(self) -> str:
        """One line that says what is open, as the command prints it. Never blocks."""
        return self._daemon.ready_line()

    @property
    def panel(self) -> str | None:
        """The address of the panel; None without one. Never blocks."""
        return None if self._daemon.panel is None else self._daemon.panel.address

    @property
    def failed(self) -> bool:
        """Whether the engine has ended by a fault of its own. Never blocks."""
        return self._daemon.engine.failed.is_set()

    def prune(self) -> None:
        """Delete the oldest sessions beside the music, if all together take more than ``keep_bytes``."""
        self._daemon.prune()

    def say_if_quiet(self) -> None:
        """One line that names the inputs, if nothing has been heard yet. Never blocks."""
        self._daemon.say_if_quiet()

    # -- controls and actions -----------------------------------------------------------------------

    def set(self, name: str, value: object) -> None:
        """Change a control; blocks until it has changed, and a model that it needs is loaded."""
        table.checked(name, value)
        self._ask(name, lambda who: self._daemon.engine.set(name, value, who))

    def get(self, name: str) -> Any:
        """The present value of a control. Never blocks."""
        return getattr(self._daemon.session.settings, table.control(name).name)

    def act(self, name: str, argument: object = None) -> None:
        """Do an action (``panic``, ``answer``, ...); blocks until it is done."""
        table.argument(name, argument)
        self._ask(name, lambda who: self._daemon.engine.act(name, argument, who))

    @property
    def presets(self) -> Presets:
        """The user's presets: names, values. Its methods block for the disk."""
        return self._daemon.presets

    def state(self) -> dict[str, Any]:
        """Everything about it in one plain dict: settings, model, counters. Never blocks."""
        return self._daemon.session.state()

    def _ask(self, name: str, ask: Callable[[str], None]) -> None:
        with self._lock:
            self._asked += 1
            who = f"code {self._asked}"
        answer = self._waiting[who, name] = _Answer()
        try:
            ask(who)
            if not answer.there.wait(LOAD_SECONDS):
                raise AntiphonError(f"{name}: the engine does not answer")
        finally:
            del self._waiting[who, name]
        if answer.told is not None and answer.told.outcome is Outcome.REFUSED:
            raise AntiphonError(answer.told.text)

    # -- notes --------------------------------------------------------------------------------------

    def play(self, message: bytes) -> None:
        """Let the companion hear MIDI (one or more whole messages) as if from a keyboard, now. Never blocks.

        Raises ``AntiphonError`` for what is no MIDI.
        """
        decoder = Decoder()
        messages = decoder.feed(message)
        if decoder.bad_bytes or not messages:
            raise AntiphonError(f"not MIDI: {bytes(message[:16]).hex(' ') or 'no bytes'}")
        for each in messages:
            if len(each) <= 3:
                self._daemon.hear(r.Heard(self._clock.now_ns(), 0, each))

    def listen(
        self,
        *,
        sent: Callable[[bytes, int], None] | None = None,
        heard: Callable[[bytes, int], None] | None = None,
        told: Callable[[Told], None] | None = None,
        planned: Callable[[tuple[Planned, ...], int], None] | None = None,
    ) -> None:
        """Have functions called: with each message that the companion ``sent``, or that it ``heard``.

        Both get the message and nanoseconds of ``time.perf_counter_ns``. ``told`` gets what became of every
        change, whoever made it. ``planned`` gets notes that are about to sound, or are not any more, and when
        that was: at first how everything stands, then what changes. They are called one after the other in a
        thread of their own, so they may take their time, and call anything here.
        """
        for topic, function in (("sent", sent), ("heard", heard), ("told", told)):
            if function is not None:
                self._listeners.add(topic, function)
        if planned is not None:
            topic = f"planned {next(self._watching)}"  # each begins with how everything stands
            self._listeners.add(topic, planned)
            self._watch_plan(lambda notes, at_ns: self._listeners.tell(topic, notes, at_ns))

    def _watch_plan(self, watcher: Watcher) -> None:
        with self._lock:
            if not self._started:
                self._watchers.append(watcher)
                return
        self._daemon.engine.do(lambda now_ns: self._daemon.session.plans.watch(watcher, now_ns))

    def _on_record(self, record: r.StageRecord) -> None:
        if isinstance(record, r.Heard):
            self._listeners.tell("heard", record.message, record.stamp_ns)
        elif isinstance(record, r.Sent) and not record.flags & r.SentFlag.MERGED:
            self._listeners.tell("sent", record.message, record.actual_ns)

    def _on_told(self, told: Told) -> None:
        self._listeners.tell("told", told)
        answer = self._waiting.get((told.who, told.name))
        if answer is not None and told.outcome is not Outcome.LOADING:
            answer.told = told
            answer.there.set()


class _Answer:
    """What a caller waits for."""

    def __init__(self) -> None:
        self.there = threading.Event()
        self.told: Told | None = None
