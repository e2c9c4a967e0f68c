"""A session without threads: records from the stage in, orders out. The same on any clock.

The engine's thread owns it live; tests and golden files drive it with a manual clock.
"""

from __future__ import annotations

import itertools
from collections import Counter, deque
from collections.abc import Callable, Mapping
from typing import Any

from live import controls
from live.beat.link_time import LinkWord
from live.beat.timekeeper import SYSTEM, Timekeeper
from live.controls import Settings
from live.engine.actions import actions_of
from live.engine.capture import Capture, NoCapture
from live.engine.casting import CAST, Casting, model_of, policy_of
from live.engine.chord_tables import shipped
from live.engine.chord_zone import zone_of
from live.engine.chosen import Chosen
from live.engine.errands import Errand, at_once
from live.engine.feeding import AT_ONCE, Beside, Feeding
from live.engine.hearing import Hearing, Missed, Strike, Zone, ends_all
from live.engine.history import History
from live.engine.idling import Idling
from live.engine.key_follower import KeyFollower
from live.engine.listening import Listening
from live.engine.mute import Mute
from live.engine.plans import Plans
from live.engine.policy import Policy, Stage
from live.engine.recasting import Recasting
from live.engine.routing import Routing
from live.engine.state import state_of
from live.engine.surprise import Surprise
from live.engine.told import LATER, Doing, Listener, Outcome, Told
from live.errors import AntiphonError
from live.sessions import lines
from live.stage import records as r
from live.stage.clock import Clock
from models.chord_model import ChordTables
from models.step import Network

TOO_OLD_NS = 250_000_000
"""A key press taken up later was missed: after a flood the oldest would be served while the newest wait."""
MOST_TAGS = r.SHOWN_TAGS - 1
"""Tag 0 belongs to no plan."""


class Session:
    """Hearing, one mode at a time, and what is counted. Owned by one thread.

    ``networks`` gives a loaded model by name; ``send`` takes orders for the stage; ``errand`` does what
    takes long, ``beside`` feeds contexts. What comes in, what goes out, and every reading of the clock that a
    decision depends on go into the capture, so that a session can be had again; ``readings`` then gives
    those of that time. ``actions`` are done by name with ``(argument, now_ns, who)``; others may add theirs.
    """

    def __init__(
        self,
        networks: Callable[[str], Network],
        send: Callable[..., None],
        settings: Settings,
        clock: Clock,
        *,
        seed: int = 0,
        capture: Capture | NoCapture | None = None,
        readings: Callable[[], int] | None = None,
        errand: Errand[Network] = at_once,
        beside: Beside = AT_ONCE,
        chord_tables: Callable[[], ChordTables] = shipped,
    ) -> None:
        self._to_stage, self._clock = send, clock
        self._readings = readings or clock.now_ns
        self.seed = seed
        self.used: dict[str, Network] = {}
        """The models of this session by the names that they were asked for."""
        self.settings = settings
        self.capture = capture or NoCapture()
        self._tags = itertools.count()
        self._now_ns = 0
        self._hearing = Hearing(lambda: self.settings.split)
        self.key = KeyFollower(settings.key)
        """The key that the player is in."""
        self.chords = zone_of(self, self._hearing)
        """The chord that all harmony goes by."""
        chosen = Chosen(lambda: self.settings)
        self._listening = Listening(chosen.filter)
        self._routing = Routing(self.send, chosen.routes)
        self.counts: Counter[str] = Counter()
        """``deadline``: notes of the rule in a late model's place; ``missed``: keys taken up too late."""
        self._mute = Mute(self.send, on=settings.mute)
        self.say: Callable[[str], None] = lambda _: None
        """Takes a line for the musician. Engine thread."""
        self.time = Timekeeper(
            lambda: self.settings,
            lambda line: self.say(line),  # noqa: PLW0108 - set later
            self.send,
        )
        self.history = History(self.time, lambda: self.settings.swing)
        """What was played and sent."""
        self.surprise = Surprise()
        self.idling = Idling()
        self.plans = Plans(lambda: self._mute.on)
        """What is about to sound."""
        self.stage = Stage(
            send=self._mute.send,
            tags=lambda: 1 + next(self._tags) % MOST_TAGS,
            settings=lambda: self.settings,
            hearing=self._hearing,
            routing=self._routing,
            seed=seed,
            counts=self.counts,
            note=lambda name, *values: self.capture.write(name, self._now_ns, *values),
            now=self._read_clock,
            key=self.key,
            history=self.history,
            time=self.time,
            surprise=self.surprise,
            plans=self.plans,
            say=lambda line: self.say(line),  # noqa: PLW0108 - set later
            chords=self.chords,
            chord_tables=chord_tables,
        )
        self.on_model: Callable[[str | None], None] = lambda _: None
        """Told the model's name when another one plays, or on other channels, by the engine's thread."""
        casting = Casting(networks, errand)
        self._recasting = Recasting(self, casting)
        self._listeners: tuple[Listener, ...] = ()
        self.steers: Callable[[r.Heard, int], bool] = lambda *_: False
        """Whether a message is for control, and not heard as playing."""
        self.actions: dict[str, Doing] = actions_of(self)
        network = casting.now(model_of(settings))
        self.policy: Policy = policy_of(settings, network, self.stage)
        self.feeding = Feeding(self.history, beside, lambda: self.capture.write(lines.FED, clock.now_ns()))
        """Contexts that are fed what was played before."""
        self._use(network)
        self.heard = self.sent = self.dropped = 0
        self.struck_ns: int | None = None
        """When the player last struck a key."""
        self.strikes: deque[int] = deque(maxlen=512)
        """Nanoseconds from each strike's stamp to the last order that it caused."""
        self.lateness: deque[int] = deque(maxlen=512)
        """Nanoseconds from due to sent, of planned notes."""

    @property
    def wake_at_ns(self) -> int | None:
        """When :meth:`wake` wants to be called."""
        moments = (each.wake_at_ns for each in (self.chords, self.policy, self.time, self.surprise))
        return min((at for at in moments if at is not None), default=None)

    def on_record(self, record: r.StageRecord | LinkWord, now_ns: int) -> None:
        """Take one record from the stage, or a word of Link."""
        self._now_ns = now_ns
        if isinstance(record, r.Heard) and self.steers(record, now_ns):
            self.heard += 1
            self.capture.write(lines.STEERED, now_ns, *record)
        else:
            self.capture.write(lines.NAMES[type(record)], now_ns, *record)
            self.plans.reported(record)
            self._take(record, now_ns)
        self.settle(now_ns)

    def _take(self, record: r.StageRecord | LinkWord, now_ns: int) -> None:
        match record:
            case r.Heard(stamp, source, message):
                self.heard += message[0] < SYSTEM
                if message[0] >= SYSTEM:
                    self.time.hear(stamp, source, message, now_ns)
                for part in self._listening.hear(source, message):
                    self._hear(stamp, part, now_ns)
                if ends_all(message):
                    self.policy.stop(now_ns)
            case r.Sent(due, actual):
                self.sent += 1
                self.lateness.append(actual - due)
                self._done(record, now_ns)
            case r.Dropped():
                self.dropped += 1
                self._done(record, now_ns)
            case r.Cancelled():
                self._done(record, now_ns)
            case r.Count(r.Counter.REPORTS_LOST):  # who knows which keys are down
                self._listening.forget()
                self._hearing.forget()
                self.history.all_off(now_ns)
                self.policy.stop(now_ns)
            case r.PortLost():
                self._listening.forget()
                self._hearing.forget()
                self.history.all_off(now_ns)
                self.policy.reset()
            case r.SourceGone(source):
                self._let_go_of(source, now_ns)
            case r.Ready() | r.OutputBack(0):
                self._tell_outputs(record, now_ns)
            case _:
                self.time.take(record, now_ns)

    def _tell_outputs(self, record: r.Ready | r.OutputBack, now_ns: int) -> None:
        """Somebody listens to us who knows nothing yet."""
        if isinstance(record, r.Ready):
            self.time.use_stage(record)
        self._routing.take_up(now_ns)
        self.time.wake(now_ns)

    def _let_go_of(self, source: int, now_ns: int) -> None:
        """The source is gone; if nobody else plays on, no voice lingers for its keys."""
        released = list(self._listening.lost(source))
        for part in released:
            self._hear(now_ns, part, now_ns)
        if released and not self._hearing.down:
            self.policy.stop(now_ns)

    def _hear(self, stamp_ns: int, message: bytes, now_ns: int) -> None:
        too_old = now_ns - stamp_ns > TOO_OLD_NS
        for what in self._hearing.hear(stamp_ns, message):
            if isinstance(what, Strike) and too_old:
                self.counts["missed"] += 1
                self.policy.heard(Missed(stamp_ns, what.pitch), now_ns)
                continue
            struck = what.what if isinstance(what, Zone) else what
            if isinstance(struck, Strike):
                self.key.strike(stamp_ns, struck.pitch)
            self.history.heard(what)
            if isinstance(what, Zone):
                self.chords.heard(what, now_ns)
            self.policy.heard(what, now_ns)
            if isinstance(struck, Strike):
                self.struck_ns = now_ns
                if struck is what:
                    self.strikes.append(self._clock.now_ns() - stamp_ns)
                self.key.follow()
                self.time.strike(*struck, now_ns)

    def wake(self, now_ns: int) -> None:
        """Time has passed."""
        self._now_ns = now_ns
        self.capture.write(lines.WAKE, now_ns)
        for each in (self.time, self.chords, self.policy, self.surprise):
            if each.wake_at_ns is not None and each.wake_at_ns <= now_ns:
                each.wake(now_ns)
        self.settle(now_ns)

    def stop(self, now_ns: int) -> None:
        """End the companion's notes."""
        self._now_ns = now_ns
        self.capture.write(lines.STOP, now_ns)
        self.policy.stop(now_ns)
        self.plans.settle(now_ns)

    def send(self, *orders: r.EngineRecord) -> None:
        """Orders for the stage, captured. Engine thread."""
        self._to_stage(*orders)
        self.plans.ordered(orders)
        self.capture.write(lines.ORDER, self._now_ns, *orders)

    def _read_clock(self) -> int:
        now_ns = self._readings()
        self.capture.write(lines.NOW, now_ns)
        return now_ns

    def _use(self, network: Network | None) -> None:
        """This model plays from now on."""
        self.idling.network = network
        self.surprise.begin(network)
        if network is not None and self.playing is not None:
            self.used[self.playing] = network
            self.capture.write(lines.MODEL, self._now_ns, self.playing, network.manifest.sha256)

    @property
    def playing(self) -> str | None:
        """The name of the model that plays now; None when no mode is on. Any thread."""
        return model_of(self.settings)

    @property
    def loading(self) -> str | None:
        """The name of the model that is being loaded, if one is. Any thread."""
        return self._recasting.loading

    def state(self) -> dict[str, Any]:
        """Everything that a person may want to know, in one plain dict. Any thread, never blocks."""
        return state_of(self)

    def subscribe(self, listener: Listener) -> None:
        """Tell ``listener`` what becomes of every change and action. Any thread."""
        self._listeners = (*self._listeners, listener)

    def unsubscribe(self, listener: Listener) -> None:
        """Tell it no more. Any thread."""
        self._listeners = tuple(each for each in self._listeners if each != listener)

    def now_ns(self) -> int:
        """The time, for what an errand has brought. Any thread."""
        return self._clock.now_ns()

    def set(self, name: str, value: object, now_ns: int, who: str = "") -> None:
        """Change a control. Whether that was allowed is told to the listeners."""
        self.set_all({name: value}, now_ns, who)

    def set_all(self, values: Mapping[str, object], now_ns: int, who: str = "") -> None:
        """Change several controls in one moment; one that is refused does not hinder the others."""
        self._now_ns = now_ns
        cast, changes = False, {}
        for name, value in values.items():
            try:
                good = controls.checked(name, value)
            except AntiphonError as error:
                self.tell(Outcome.REFUSED, name, value, who, str(error))
                continue
            if name in CAST:
                self._recasting.want(Told(Outcome.DONE, name, good, who))
                cast = True
            else:
                changes[name] = good
        self._apply(changes, now_ns)
        for name, good in changes.items():
            self.tell(Outcome.DONE, name, good, who)
        if cast:
            self.settle(now_ns)  # as a replay does, to which these are two changes
            self._recasting.cast(now_ns)
        self.settle(now_ns)

    def act(self, name: str, value: object, now_ns: int, who: str = "") -> None:
        """Do an action. Whether that was possible is told to the listeners."""
        self._now_ns = now_ns
        try:
            value = controls.argument(name, value)
            self.capture.write(lines.ACT, now_ns, name, value, who)
            do = self.actions.get(name)
            if do is None:
                raise AntiphonError(f"{name} cannot be done here")
            if do(value, now_ns, who) is LATER:
                return
        except AntiphonError as error:
            self.tell(Outcome.REFUSED, name, value, who, str(error))
        else:
            self.tell(Outcome.DONE, name, value, who)
        self.settle(now_ns)

    def _apply(self, values: Mapping[str, object], now_ns: int) -> None:
        """Controls have these values from now on; those that had them are no change."""
        changes = {name: value for name, value in values.items() if getattr(self.settings, name) != value}
        if not changes:
            return
        self.settings = self.settings.with_values(changes)
        self.capture.write(lines.CONTROL, now_ns, *(each for change in changes.items() for each in change))
        for name, value in changes.items():
            if name == "thru":
                self.send(r.SetThru(bool(value)))
            elif name == "key":
                self.key.set(str(value))
            elif name == "split":
                self.chords.split_changed()
            elif name == "mute":
                self.policy.stop(now_ns)  # what it took to sound while it was mute does not
                self._mute.on = bool(value)
            self.time.changed(name, now_ns)
            self.policy.changed(name, now_ns)
        self._routing.follow(now_ns)
        if any(name.endswith("_channel") for name in changes):
            self.on_model(self.playing)

    def tell(self, outcome: Outcome, name: str, value: object, who: str, text: str = "") -> None:
        """Tell the listeners what became of something. Engine thread."""
        for listener in self._listeners:
            listener(Told(outcome, name, value, who, text))

    def recast(
        self, settings: Settings, changes: list[object], policy: Policy, network: Network | None, now_ns: int
    ) -> None:
        """These settings hold from now on, and this policy plays, over this network. Engine thread.

        ``changes``: names and values, in one line: one without the other may not be possible.
        """
        self._now_ns = now_ns
        if settings != self.settings:
            self.settings = settings
            self.capture.write(lines.CONTROL, now_ns, *changes)
        if policy is not self.policy:
            self._use(network)
            self.policy.stop(now_ns)
            self.history.companion_off(now_ns)
            self.plans.tentative(())
            self.policy = policy
            self.on_model(self.playing)

    def _done(self, record: r.Sent | r.Dropped | r.Cancelled, now_ns: int) -> None:
        self.policy.sent(record, now_ns)
        self.history.sent(record)

    def settle(self, now_ns: int) -> None:
        """At the end of each turn: what was mute is told, another context is fed. Engine thread."""
        for record in self._mute.dropped():
            self._done(record, now_ns)
        self.idling.look(self.settings, self.say)
        self.plans.settle(now_ns)
        self.feeding.look(self.policy)
