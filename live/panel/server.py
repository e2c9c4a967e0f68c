"""The panel's server: aiohttp in a thread with a loop of its own. Neither engine nor stage waits for it.

What a page wants goes into the engine's queue a little at a time, its keys straight to the stage; what is
told to pages comes as :mod:`live.panel.news`.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from live.engine.engine import Engine
from live.engine.told import Told
from live.errors import AntiphonError
from live.osc.inlet import Inlet
from live.panel import messages, status
from live.panel.assets import add_page
from live.panel.guards import Guard
from live.panel.knobs import Knobs, no_knobs
from live.panel.messages import BadMessageError
from live.panel.news import Item, News
from live.panel.pages import Budget, Page, Pages
from live.panel.phrase_end import PhraseEnd
from live.panel.place import Bound
from live.panel.table import table
from live.panel.takes import Takes
from live.panel.words import moves, words_of
from live.presets import Presets
from live.service.api import Service
from live.service.jobs import Jobs
from live.stage import records as r
from live.stage.clock import MILLISECOND
from live.stage.messages import is_note_off, is_note_on

if TYPE_CHECKING:
    from live.port_choice import PortChoice

LARGEST_BODY = 64 * 1024
"""Bytes of a request."""
BEAT_SECONDS = 20.0
NO_PORTS = "There is no MIDI system, so there are no ports: what you play here is heard all the same."


class PanelServer:
    """Serves at ``bound`` from :meth:`start` to :meth:`close`.

    ``hear`` takes records for the stage: what a page plays. ``first_source``: the stage's number of the first
    page. ``knobs`` says what was learned, ``ports`` which ports can be chosen, for any thread. The other
    methods are for any thread, and do not block unless they say so.
    """

    def __init__(
        self,
        bound: Bound,
        engine: Engine,
        presets: Presets,
        hear: Callable[..., None],
        first_source: int,
        knobs: Callable[[], Knobs] = no_knobs,
        ports: PortChoice | None = None,
    ) -> None:
        self._engine, self._presets = engine, presets
        self._hear, self._first_source = hear, first_source
        self._knobs, self._ports = knobs, ports
        self._inlet = Inlet(engine.do)
        self._guard = Guard(bound.host, bound.token, bound.scheme)
        self._bound = bound
        self.address = bound.address
        """What a person opens in a browser."""
        self._status = status.Status(engine.session)
        self._pages = Pages()
        self._open: set[web.WebSocketResponse] = set()
        self._watching = False
        self._names: list[str] = []
        self._table = json.dumps(table(), default=str).encode()
        self._loop = asyncio.new_event_loop()
        self._news = News(self._loop, self._tell, lambda: engine.busy)
        self._takes = Takes(engine)
        self._up = threading.Event()
        self._ended: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="panel", daemon=True)

    def start(self) -> None:
        """Serve. Once; blocks until it does."""
        session = self._engine.session
        session.subscribe(self._news.put)
        session.history.on_phrase = lambda at_ns, by_player: self._news.put(PhraseEnd(at_ns, by_player))
        self._thread.start()
        self._up.wait()

    def close(self) -> None:
        """Send every page away. Idempotent; blocks for a moment."""
        self._engine.session.unsubscribe(self._news.put)
        self._engine.session.history.on_phrase = lambda *_: None
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._end)
            self._thread.join(timeout=3)
        elif not self._loop.is_closed():
            self._loop.close()
        self._bound.close()

    def on_record(self, record: r.StageRecord) -> None:
        """What the stage says: what the player played is shown, and where the companion's pedals are."""
        if isinstance(record, r.Heard):
            message = record.message
            if is_note_on(message) or is_note_off(message) or moves(message):
                self._news.put(record)
        elif isinstance(record, r.Sent):
            if moves(record.message) and not r.shows_the_plan(record):
                self._news.put(record)
        elif isinstance(record, r.Text) and record.topic is r.Topic.LISTED and self._ports is not None:
            self._ports.listed(record.text)
            self._news.put(record)
        elif isinstance(record, r.Ready) and self._ports is not None:
            self._ports.look()  # another stage, which was not asked yet

    def say(self, line: str) -> None:
        """A line for the musician."""
        self._news.put(line)

    # -- the server's thread ------------------------------------------------------------------------

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._up.set()
            left = asyncio.all_tasks(self._loop)
            for task in left:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            self._loop.run_until_complete(self._loop.shutdown_default_executor())
            self._loop.close()

    def _end(self) -> None:
        if self._ended is not None:
            self._ended.set()

    async def _serve(self) -> None:
        self._ended = asyncio.Event()
        app = web.Application(
            middlewares=[self._guard.middleware(lambda: self._bound.port)], client_max_size=LARGEST_BODY
        )
        app.router.add_get("/ws", self._attend)
        app.router.add_get("/controls.json", self._give_table)
        Service(Jobs(say=self.say)).add_to(app)
        self._takes.add_to(app)
        add_page(app, "index.html")
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        await web.SockSite(runner, self._bound.socket, ssl_context=self._bound.tls).start()
        self._up.set()
        telling = asyncio.create_task(self._tell_status())
        await self._ended.wait()
        telling.cancel()
        for socket in list(self._open):
            await socket.close(code=1001, message=b"Antiphon has ended")
        await runner.cleanup()

    async def _give_table(self, _: web.Request) -> web.Response:
        return web.Response(body=self._table, content_type="application/json")

    # -- one page -----------------------------------------------------------------------------------

    async def _attend(self, request: web.Request) -> web.WebSocketResponse:
        number = self._pages.place()
        if number is None:
            raise web.HTTPServiceUnavailable(text="as many pages as there may be are open\n")
        socket = web.WebSocketResponse(max_msg_size=messages.LONGEST, heartbeat=BEAT_SECONDS, compress=False)
        self._names = await self._loop.run_in_executor(None, self._preset_names)
        number = self._pages.place()
        if number is None:
            raise web.HTTPServiceUnavailable(text="as many pages as there may be are open\n")
        page = Page(number, self._first_source + number, socket, lambda: self._greeting(number))
        self._pages.add(page)
        writing = None
        try:
            await socket.prepare(request)
            self._open.add(socket)
            writing = asyncio.create_task(page.write())
            self._news.open = True
            self._engine.do(self._show_plans)
            await self._read(page, socket)
        finally:
            self._open.discard(socket)
            self._pages.remove(page)
            self._hear(r.SourceGone(page.source))  # its keys are up
            if writing is not None:
                writing.cancel()
            if not self._pages:
                self._news.open = False
                self._engine.do(self._show_plans)
        return socket

    async def _read(self, page: Page, socket: web.WebSocketResponse) -> None:
        budget = Budget(time.monotonic())
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                await socket.close(code=1003, message=b"text alone")
                return
            try:
                self._take(page, *messages.parsed(frame.data))
            except BadMessageError as error:
                await socket.close(code=1008, message=str(error).encode()[:120])
                return
            if pause := budget.wait(time.monotonic()):
                await asyncio.sleep(pause)

    def _take(self, page: Page, name: str, said: Mapping[str, Any]) -> None:
        session, who = self._engine.session, f"page {page.number}"
        kept = True
        match name:
            case "ping":
                page.put(messages.text("pong", sent=said["sent"], now=session.now_ns() / MILLISECOND))
            case "midi":
                self._hear(*page.key(said["at"], said["bytes"], session.now_ns()))
            case "set":
                control, value = str(said["name"]), said["value"]
                kept = self._inlet.put(lambda now_ns: session.set(control, value, now_ns, who))
            case "act":
                action, argument = str(said["name"]), said["argument"]
                kept = self._inlet.put(lambda now_ns: session.act(action, argument, now_ns, who))
            case "look" if self._ports is not None:
                self._ports.look()
            case "look":
                page.put(self._shown_ports())
            case "port":
                self._choose(page, str(said["end"]), str(said["name"]), bool(said["on"]))
        if not kept:
            page.put(messages.text("line", text="too much at once: the engine has not come to it"))

    def _choose(self, page: Page, end: str, name: str, on: bool) -> None:
        try:
            if self._ports is None:
                raise AntiphonError(NO_PORTS)
            self._ports.choose(end, name, on)
        except AntiphonError as error:
            told = {"outcome": "refused", "name": "port", "value": name, "page": page.number}
            page.put(messages.text("told", **told, text=str(error)))
        self._pages.tell(self._shown_ports())

    def _shown_ports(self) -> str:
        if self._ports is None:
            return messages.text("ports", inputs=[], outputs=[], text=NO_PORTS)
        return messages.text("ports", **self._ports.state())

    def _learned(self) -> str:
        places, waiting = self._knobs()
        return messages.text("learned", places=places, waiting=waiting)

    def _greeting(self, number: int) -> str:
        """All that a page must know that knows nothing, or has lost something: several messages."""
        settings = asdict(self._engine.session.settings)
        return ",".join(
            (
                messages.text("hello", page=number, settings=settings, presets=self._names),
                messages.text("status", **self._status.fields()),
                messages.text("idle", why=self._status.idle()),
                self._learned(),
            )
        )

    def _preset_names(self) -> list[str]:
        try:
            return self._presets.names()
        except AntiphonError:
            return []

    # -- news ---------------------------------------------------------------------------------------

    def _show_plans(self, now_ns: int) -> None:
        """The engine's thread: watch plans as long as somebody looks; tell a new page how they stand."""
        plans = self._engine.session.plans
        if not self._news.open:
            if self._watching:
                plans.unwatch(self._planned)
            self._watching = False
        elif not self._watching:
            self._watching = True
            plans.watch(self._planned, now_ns)
        elif present := plans.present():
            self._planned(present, now_ns)

    def _planned(self, notes: tuple[Any, ...], _: int) -> None:
        self._news.put(notes)

    def _tell(self, item: Item) -> None:
        if isinstance(item, r.Text):
            self._pages.tell(self._shown_ports())
            return
        self._pages.tell(words_of(item, self._first_source))
        if isinstance(item, Told):
            if item.name in ("save_preset", "delete_preset"):
                self._loop.create_task(self._tell_presets())
            elif item.name in ("learn", "unlearn", "learned"):
                self._pages.tell(self._learned())

    async def _tell_presets(self) -> None:
        names = await self._loop.run_in_executor(None, self._preset_names)
        if names != self._names:
            self._names = names
            self._pages.tell(messages.text("presets", names=names))

    async def _tell_status(self) -> None:
        before: dict[str, Any] = {}
        idle: dict[str, str] = {}
        while True:
            await asyncio.sleep(status.SECONDS)
            if not self._pages:
                continue
            if (now_idle := self._status.idle()) is not idle:
                idle = now_idle
                self._pages.tell(messages.text("idle", why=idle))
            fields = self._status.fields()
            now = status.settled(fields)
            if now != before:
                before = now
                self._pages.tell(messages.text("status", **fields))
