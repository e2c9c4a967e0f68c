"""The OSC server: a thread that listens and one that answers. The engine waits for neither.

A stranger's packets are counted against a budget before they are read: what is above it stays in the system's
buffer, and is lost there.
"""

from __future__ import annotations

import contextlib
import queue
import selectors
import socket
import threading
import time
from typing import NamedTuple

from live.control_kinds import shown
from live.controls import ACTION_BY_NAME, BY_NAME
from live.engine.engine import Engine
from live.engine.plan_notes import Planned
from live.engine.told import Outcome, Told
from live.errors import AntiphonError
from live.osc import addresses, packets
from live.osc.addresses import Wish
from live.osc.inlet import Inlet
from live.osc.packets import Part
from live.osc.plan import PlanNews
from live.presets import Presets

PACKETS_PER_SECOND = 500.0
BURST = 200.0
MOST_SUBSCRIBERS = 16
MOST_REPLIES = 2000
MOST_NEWS = 500
"""What is told of the plan fills a quarter of the queue at most: answers are never pushed out."""
STATE_MESSAGES = 24
"""A state is told in bundles that fit into one packet of a network (1,500 bytes)."""
LOCAL = "127.0.0.1"


class Place(NamedTuple):
    """Where somebody is, or where we listen."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Place:
        """From ``9000``, ``0.0.0.0:9000`` or ``[::1]:9000``; without a host, this machine alone."""
        host, _, port = text.strip().rpartition(":")
        if not port.isascii() or not port.isdigit() or not 0 <= int(port) < 65536:
            raise AntiphonError(f"--osc {shown(text)}: write it as PORT or HOST:PORT, like 9000")
        return cls(host.strip("[]") or LOCAL, int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class OscServer:
    """Listens from :meth:`start` to :meth:`close`. Raises ``AntiphonError`` where the port cannot be had."""

    def __init__(self, place: Place, engine: Engine, presets: Presets) -> None:
        self._engine, self._presets = engine, presets
        self._inlet = Inlet(engine.do)
        self._socket = _bound(place)
        self.place = Place(*self._socket.getsockname()[:2])
        self._subscribers: tuple[Place, ...] = ()
        self._watchers: tuple[Place, ...] = ()  # of the plan; the engine's thread alone changes them
        self._replies: queue.SimpleQueue[tuple[Place, list[Part]] | PlanNews | None] = queue.SimpleQueue()
        self._wake_out, self._wake_in = socket.socketpair()
        self._listener = threading.Thread(target=self._listen, name="osc", daemon=True)
        self._answerer = threading.Thread(target=self._answer, name="osc replies", daemon=True)

    def start(self) -> None:
        """Listen. Once."""
        packets.quiet_library()
        self._engine.session.subscribe(self._told)
        self._answerer.start()
        self._listener.start()

    def close(self) -> None:
        """Stop listening. Idempotent; blocks for a moment."""
        self._engine.session.unsubscribe(self._told)
        self._engine.do(lambda _: self._engine.session.plans.unwatch(self._planned))
        if self._listener.is_alive():
            self._wake_in.send(b"!")
            self._listener.join(timeout=2)
        if self._answerer.is_alive():
            self._replies.put(None)
            self._answerer.join(timeout=2)
        for each in (self._socket, self._wake_in, self._wake_out):
            each.close()

    # -- the thread that listens --------------------------------------------------------------------

    def _listen(self) -> None:
        budget, before = BURST, time.monotonic()
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            selector.register(self._wake_out, selectors.EVENT_READ)
            while True:
                if any(key.fileobj is self._wake_out for key, _ in selector.select()):
                    return
                try:
                    data, sender = self._socket.recvfrom(65536)
                except OSError:  # Windows tells here that an answer of ours found nobody
                    continue
                self._take(data, Place(*sender[:2]))
                now = time.monotonic()
                budget = min(BURST, budget + PACKETS_PER_SECOND * (now - before)) - 1 - len(data) / 2000
                before = now
                if budget < 0:
                    time.sleep(-budget / PACKETS_PER_SECOND)

    def _take(self, data: bytes, sender: Place) -> None:
        try:
            found = packets.messages(data)
        except packets.BadPacketError as error:
            self._reply(sender, addresses.ERROR, str(error))
            return
        for address, arguments in found:
            try:
                self._serve(addresses.wish(address, arguments), sender)
            except AntiphonError as error:
                self._reply(sender, addresses.ERROR, str(error))

    def _serve(self, wish: Wish, sender: Place) -> None:
        session, who, name, value = self._engine.session, f"osc {sender}", wish.name, wish.value
        kept = True
        match wish.kind:
            case "get":
                self._reply(sender, addresses.control_address(name), getattr(session.settings, name))
            case "set":
                kept = self._inlet.put(lambda now_ns: session.set(name, value, now_ns, who))
            case "act":
                kept = self._inlet.put(lambda now_ns: session.act(name, value, now_ns, who))
            case "presets":
                self._reply(sender, addresses.PRESETS, *self._presets.names())
            case "state":
                self._send_state(sender)
            case "subscribe":
                self._subscribe(_listening_at(sender, value))
            case "unsubscribe":
                gone = _listening_at(sender, value)
                self._subscribers = tuple(each for each in self._subscribers if each != gone)
            case "watch":
                place = _listening_at(sender, value)
                kept = self._inlet.put(lambda now_ns: self._watch(place, sender, now_ns))
            case "unwatch":
                place = _listening_at(sender, value)
                kept = self._inlet.put(lambda _: self._unwatch(place))
        if not kept:
            raise AntiphonError("too much at once: the engine has not come to it")

    def _subscribe(self, place: Place) -> None:
        if place not in self._subscribers:
            if len(self._subscribers) >= MOST_SUBSCRIBERS:
                raise AntiphonError(f"there are {MOST_SUBSCRIBERS} subscribers already")
            self._subscribers = (*self._subscribers, place)
        self._send_state(place)

    # -- the plan: in the engine's thread -----------------------------------------------------------

    def _watch(self, place: Place, asker: Place, now_ns: int) -> None:
        """Who is told the plan begins with how it stands; who asks again is told again."""
        plans = self._engine.session.plans
        if place not in self._watchers:
            if len(self._watchers) >= MOST_SUBSCRIBERS:
                self._reply(asker, addresses.ERROR, f"there are {MOST_SUBSCRIBERS} subscribers already")
                return
            if not self._watchers:
                plans.watch(self._planned, now_ns)
            self._watchers = (*self._watchers, place)
        self._put_news((place,), plans.present())

    def _unwatch(self, place: Place) -> None:
        self._watchers = tuple(each for each in self._watchers if each != place)
        if not self._watchers:
            self._engine.session.plans.unwatch(self._planned)

    def _planned(self, news: tuple[Planned, ...], _: int) -> None:
        self._put_news(self._watchers, news)

    def _put_news(self, places: tuple[Place, ...], news: tuple[Planned, ...]) -> None:
        """Only into the queue."""
        if places and news and self._replies.qsize() < MOST_NEWS:
            self._replies.put(PlanNews(places, news))

    def _send_state(self, place: Place) -> None:
        state = self._engine.session.state()
        settings = state.pop("settings")
        parts: list[Part] = [(addresses.control_address(name), [value]) for name, value in settings.items()]
        for name, value in state.items():
            within = value.items() if isinstance(value, dict) else [("", value)]
            parts += [(f"{addresses.STATE}/{name}/{each}".rstrip("/"), [one]) for each, one in within]
        for first in range(0, len(parts), STATE_MESSAGES):
            self._put(place, parts[first : first + STATE_MESSAGES])

    # -- answers ------------------------------------------------------------------------------------

    def _told(self, told: Told) -> None:
        """The engine's thread: only into the queue."""
        asker = _asker(told.who)
        places = {*self._subscribers, asker} if asker else {*self._subscribers}
        if told.outcome is Outcome.REFUSED and asker:
            places = {asker}
        for place in places:
            self._put(place, [_part(told)])

    def _reply(self, place: Place, address: str, *values: object) -> None:
        self._put(place, [(address, values)])

    def _put(self, place: Place, parts: list[Part]) -> None:
        if self._replies.qsize() < MOST_REPLIES:
            self._replies.put((place, parts))

    def _answer(self) -> None:
        while (reply := self._replies.get()) is not None:
            if isinstance(reply, PlanNews):
                for parts in reply.bundles(self._engine.session.now_ns()):
                    data = packets.packet(parts)
                    for place in reply.places:
                        self._send(place, data)
            else:
                place, parts = reply
                with contextlib.suppress(Exception):  # a value that OSC cannot say
                    self._send(place, packets.packet(parts))

    def _send(self, place: tuple[str, int], data: bytes) -> None:
        with contextlib.suppress(OSError):  # nobody there
            self._socket.sendto(data, place)


def _bound(place: Place) -> socket.socket:
    try:
        family, kind, *_, address = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_DGRAM)[0]
        bound = socket.socket(family, kind)
    except OSError as error:
        raise AntiphonError(f"--osc {place}: {error.strerror}") from error
    try:
        bound.bind(address)
    except OSError as error:
        bound.close()
        raise AntiphonError(
            f"cannot listen for OSC at {place} ({error.strerror}): choose another port with --osc"
        ) from error
    return bound


def _listening_at(sender: Place, value: object) -> Place:
    """The port that a subscriber names, on its machine; without one, that from which it writes."""
    if value is None:
        return sender
    if not isinstance(value, int | float) or not 0 < value < 65536 or value != int(value):
        raise AntiphonError(f"{addresses.SUBSCRIBE} needs a port (1 to 65535), not {shown(value)}")
    return Place(sender.host, int(value))


def _part(told: Told) -> Part:
    """What became of a change, as a message."""
    outcome, name, value, _, text = told
    if outcome is Outcome.REFUSED:
        return addresses.ERROR, [text]
    if outcome is Outcome.LOADING:
        return addresses.LOADING, [name, value]
    if name in BY_NAME:
        return addresses.control_address(name), [value]
    if name in ACTION_BY_NAME:
        return addresses.action_address(name), [] if value is None else [value]
    return f"{addresses.ROOT}/{name}", [value]


def _asker(who: str) -> Place | None:
    """Who asked by OSC."""
    way, _, where = who.partition(" ")
    if way != "osc":
        return None
    with contextlib.suppress(AntiphonError):
        return Place.parse(where)
    return None
