"""A player, an engine and a stage on one manual clock: a whole session in no time."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from under_test import model as chosen_model

from live.controls import Settings
from live.engine.feeding import AT_ONCE, Beside
from live.engine.lights import Lights
from live.engine.session import Session
from live.engine.told import Outcome, Told
from live.errors import AntiphonError
from live.stage.clock import MILLISECOND
from live.stage.rehearsal import Rehearsal
from models.step import Network, load_network

_LOADED: dict[str, Network] = {}


def shipped(name: str) -> Network:
    """A shipped model, loaded once for all tests."""
    if name not in _LOADED:
        _LOADED[name] = load_network(chosen_model(name))
    return _LOADED[name]


class Band:
    """A session and its stage; ``play`` moves the clock in steps of a millisecond."""

    def __init__(
        self,
        *,
        networks: Callable[[str], Network] = shipped,
        model: str | None = None,
        seed: int = 1,
        feed_ms: float | None = None,
        plan_port: bool = False,
        **settings: object,
    ) -> None:
        """``feed_ms``: so long a piece of feeding a context takes; None: no time."""
        self.stage = Rehearsal(thru=(False,), plan_port=plan_port)
        self.stage.clock.advance(10**9)
        chosen = Settings()
        for name, value in settings.items():
            chosen = chosen.changed(name, value)
        if model is not None:
            chosen = chosen.changed("model", model)
        beside = AT_ONCE if feed_ms is None else Beside(self._feed_later, lambda: None)  # type: ignore[arg-type]
        self.session = Session(networks, self.stage.order, chosen, self.stage.clock, seed=seed, beside=beside)
        if plan_port:
            self.session.plans.watch(Lights(self.session.send, 1).watch, self.stage.clock.now_ns())
        self._feed_ms = feed_ms or 0.0
        self.feeding: list[tuple[float, Callable[[], object], Callable[[object], None]]] = []
        """What is fed beside the music: when that will be done, the job, and what comes then."""
        self.told: list[Told] = []
        """What became of every change and action."""
        self.session.subscribe(self.told.append)
        self._reported = 0

    @property
    def now_ms(self) -> float:
        return self.stage.clock.now_ns() / MILLISECOND

    def play(self, messages: Iterable[tuple[float, bytes]], rest_ms: float = 0) -> None:
        """Play ``(milliseconds from now, message)`` in order, then let ``rest_ms`` pass."""
        start = self.now_ms
        for at, message in messages:
            self.wait(start + at - self.now_ms)
            self.stage.hear(message)
            self._deliver()
        self.wait(rest_ms)

    def wait(self, milliseconds: float) -> None:
        """Let time pass."""
        until = self.now_ms + milliseconds
        while self.now_ms < until - 1e-6:
            self.stage.run(min(1.0, until - self.now_ms))
            self._deliver()
            wake = self.session.wake_at_ns
            if wake is not None and wake <= self.stage.clock.now_ns():
                self.session.wake(self.stage.clock.now_ns())
                self._deliver()
            while self.feeding and self.feeding[0][0] <= self.now_ms:
                self.feed()

    def feed(self) -> None:
        """A piece of feeding is done now."""
        _, job, then = self.feeding.pop(0)
        then(job())

    def _feed_later(self, job: Callable[[], object], then: Callable[[object], None]) -> None:
        self.feeding.append((self.now_ms + self._feed_ms, job, then))

    def set(self, name: str, value: object) -> None:
        """Change a control; ``AntiphonError`` if that is refused."""
        self.session.set(name, value, self.stage.clock.now_ns(), "the test")
        self._deliver()
        self._check()

    def act(self, name: str, value: object = None) -> None:
        """Do an action; ``AntiphonError`` if that is refused."""
        self.session.act(name, value, self.stage.clock.now_ns(), "the test")
        self._deliver()
        self._check()

    def _check(self) -> None:
        if self.told[-1].outcome is Outcome.REFUSED:
            raise AntiphonError(self.told[-1].text)

    def stop(self) -> None:
        self.session.stop(self.stage.clock.now_ns())
        self.wait(1)

    @property
    def lit(self) -> list[tuple[float, bytes]]:
        """The same of the port that shows the plan."""
        return [(each[0] / MILLISECOND, each[2]) for each in self.stage.plan_sink.deliveries]

    def _deliver(self) -> None:
        while self._reported < len(self.stage.reports):
            record = self.stage.reports[self._reported]
            self._reported += 1
            self.session.on_record(record, self.stage.clock.now_ns())

    @property
    def sent(self) -> list[tuple[float, bytes]]:
        """(milliseconds, message) of everything put on the wire."""
        return [(each[0] / MILLISECOND, each[2]) for each in self.stage.sink.deliveries]


def tune(
    pitches: Iterable[int], gap_ms: float = 300, length_ms: float = 250, velocity: int = 80
) -> list[tuple[float, bytes]]:
    """A melody as messages: evenly spaced, detached by the difference."""
    messages = []
    for index, pitch in enumerate(pitches):
        messages.append((index * gap_ms, bytes((0x90, pitch, velocity))))
        messages.append((index * gap_ms + length_ms, bytes((0x80, pitch, 0))))
    return sorted(messages, key=lambda each: each[0])


def still_sounding(messages: Iterable[bytes]) -> set[tuple[int, int]]:
    """(channel, pitch) of note-ons without a note-off after them."""
    sounding: set[tuple[int, int]] = set()
    for message in messages:
        key = (message[0] & 0x0F, message[1])
        if message[0] & 0xF0 == 0x90 and message[2]:
            sounding.add(key)
        elif message[0] & 0xF0 in (0x80, 0x90):
            sounding.discard(key)
    return sounding
