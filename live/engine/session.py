"""A session without threads: records from the stage in, orders out. The same on any clock.

The engine's thread owns it live; tests and golden files drive it with a manual clock.
"""

from __future__ import annotations

import itertools
from collections import Counter, deque
from collections.abc import Callable

from live.controls import Settings
from live.engine.answer import Answer
from live.engine.capture import Capture, NoCapture
from live.engine.harmonize import Harmonize
from live.engine.harmonize_freely import HarmonizeFreely
from live.engine.hearing import Hearing, Strike, ends_all
from live.engine.listening import Filter, Listening
from live.engine.policy import Off, Policy, Stage
from live.engine.routing import Route, Routing
from live.errors import AntiphonError
from live.sessions import lines
from live.stage import records as r
from live.stage.clock import Clock
from models.manifest import ModelError
from models.step import Network

COMPANION_CHANNELS = (1, 2, 3)
"""Channels 2, 3 and 4 as musicians count: the player is on 1, drums on 10."""
DEFAULT_MODEL = {"harmonize": "chorale", "answer": "piano"}


class Session:
    """Hearing, one mode at a time, and what is counted. Owned by one thread.

    ``networks`` gives a loaded model by name; ``send`` takes orders for the stage. What comes in, what goes
    out, and every reading of the clock on which a decision depends go into the capture, so that the same
    session can be had again; ``readings`` then gives the readings of that time in place of the clock.
    """

    def __init__(
        self,
        networks: Callable[[str], Network],
        send: Callable[..., None],
        settings: Settings,
        clock: Clock,
        *,
        model: str | None = None,
        seed: int = 0,
        channels: tuple[int, ...] = COMPANION_CHANNELS,
        capture: Capture | NoCapture | None = None,
        readings: Callable[[], int] | None = None,
    ) -> None:
        self._networks, self._to_stage, self._clock = networks, send, clock
        self._readings = readings or clock.now_ns
        self.model, self.seed, self.channels = model, seed, channels
        self.used: dict[str, Network] = {}
        """The models of this session by the names that they were asked for."""
        self.settings = settings
        self.capture = capture or NoCapture()
        self._tags = itertools.count(1)
        self._now_ns = 0
        self._hearing = Hearing()
        self._listening = Listening(Filter)
        routes = tuple(Route(channel) for channel in channels)
        self._routing = Routing(self._send, lambda: routes)
        self.counts: Counter[str] = Counter()
        """Notes of the rule that stood in for a late model (``deadline``)."""
        self._stage = Stage(
            send=self._send,
            tags=lambda: next(self._tags) & 0xFFFFFFFF,
            settings=lambda: self.settings,
            hearing=self._hearing,
            routing=self._routing,
            seed=seed,
            counts=self.counts,
            note=lambda name, *values: self.capture.write(name, self._now_ns, *values),
            now=self._read_clock,
        )
        self.policy: Policy = self._make(settings.mode)
        self.on_model: Callable[[str | None], None] = lambda _: None
        """Told the model's name when the mode has changed, by the engine's thread."""
        self.heard = self.sent = self.dropped = 0
        self.strikes: deque[int] = deque(maxlen=512)
        """Nanoseconds from each strike's stamp to the last order that it caused."""
        self.lateness: deque[int] = deque(maxlen=512)
        """Nanoseconds from due to sent, of planned notes."""

    @property
    def playing(self) -> str | None:
        """The name of the model that plays now; None when the companion is silent."""
        return None if self.settings.mode == "off" else self.model or DEFAULT_MODEL[self.settings.mode]

    @property
    def wake_at_ns(self) -> int | None:
        """When :meth:`wake` wants to be called."""
        return self.policy.wake_at_ns

    def on_record(self, record: r.StageRecord, now_ns: int) -> None:
        """Take one record from the stage."""
        self._now_ns = now_ns
        self.capture.write(lines.NAMES[type(record)], now_ns, *record)
        match record:
            case r.Heard(stamp, source, message):
                self.heard += 1
                for part in self._listening.hear(source, message):
                    self._hear(stamp, part, now_ns)
                if ends_all(message):
                    self.policy.stop(now_ns)
            case r.Sent(due, actual):
                self.sent += 1
                self.lateness.append(actual - due)
                self.policy.sent(record, now_ns)
            case r.Dropped():
                self.dropped += 1
                self.policy.sent(record, now_ns)
            case r.Cancelled():
                self.policy.sent(record, now_ns)
            case r.PortLost():
                self._listening.forget()
                self._hearing.forget()
                self.policy.reset()
            case _:
                pass

    def _hear(self, stamp_ns: int, message: bytes, now_ns: int) -> None:
        for what in self._hearing.hear(stamp_ns, message):
            self.policy.heard(what, now_ns)
            if isinstance(what, Strike):
                self.strikes.append(self._clock.now_ns() - stamp_ns)

    def wake(self, now_ns: int) -> None:
        """Time has passed."""
        self._now_ns = now_ns
        self.capture.write(lines.WAKE, now_ns)
        self.policy.wake(now_ns)

    def set(self, name: str, value: object, now_ns: int) -> None:
        """Change a control. A bad value raises ``AntiphonError`` or ``ModelError`` and changes nothing."""
        self._now_ns = now_ns
        before, self.settings = self.settings, self.settings.changed(name, value)
        self.capture.write(lines.CONTROL, now_ns, name, value)
        if name == "thru":
            self._send(r.SetThru(bool(value)))
        if name == "mode" and before.mode != self.settings.mode:
            try:
                policy = self._make(self.settings.mode)
            except (AntiphonError, ModelError):
                self.settings = before
                raise
            self.policy.stop(now_ns)
            self.policy = policy
            self.on_model(self.playing)
        else:
            self.policy.changed(name, now_ns)

    def stop(self, now_ns: int) -> None:
        """End the companion's notes."""
        self._now_ns = now_ns
        self.capture.write(lines.STOP, now_ns)
        self.policy.stop(now_ns)

    def _send(self, *orders: r.EngineRecord) -> None:
        self._to_stage(*orders)
        self.capture.write(lines.ORDER, self._now_ns, *orders)

    def _read_clock(self) -> int:
        now_ns = self._readings()
        self.capture.write(lines.NOW, now_ns)
        return now_ns

    def _make(self, mode: str) -> Policy:
        if mode == "off":
            return Off()
        name = self.model or DEFAULT_MODEL[mode]
        network = self.used[name] = self._networks(name)
        self.capture.write(lines.MODEL, self._now_ns, name, network.manifest.sha256)
        if mode == "answer":
            if network.manifest.voices > 1:
                raise AntiphonError(f"model {network.manifest.name} cannot answer: use piano or folk")
            return Answer(network, self._stage)
        if not network.manifest.monophonic:
            return HarmonizeFreely(network, self._stage)
        if network.manifest.voices < 2:
            raise AntiphonError(f"model {network.manifest.name} cannot harmonise: use chorale or piano")
        return Harmonize(network, self._stage)
