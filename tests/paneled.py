"""An engine with a panel, over real sockets, and pages without a browser; no ports, no models."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import aiohttp
from babbler import babbler

from live.controls import Settings
from live.engine.engine import Engine
from live.engine.errands import Errands
from live.engine.learned import LearnedFile
from live.engine.recall import Recall
from live.engine.session import Session
from live.engine.steering import Steering
from live.panel.knobs import Knobs
from live.panel.place import Bound, Place
from live.panel.server import PanelServer
from live.port_choice import PortChoice
from live.presets import Presets
from live.stage import records as r
from live.stage.clock import SystemClock
from live.stage.rehearsal import Rehearsal

SOON = 5.0


class _Stage(Rehearsal):
    """Owned by the engine's thread; what is due later is sent with the next order."""

    def __init__(self, report: Callable[..., None], clock: SystemClock) -> None:
        self._report = report
        super().__init__(thru=(False,), clock=clock)  # type: ignore[arg-type]

    def _take(self, *records: r.StageRecord) -> None:
        self._report(*records)


class Paneled:
    """A context manager. What pages play goes through a stage without ports, at once."""

    def __init__(
        self,
        folder: Path,
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
        ports: PortChoice | None = None,
        **settings: object,
    ) -> None:
        self.said: list[str] = []
        self.sockets: list[aiohttp.ClientWebSocketResponse] = []
        """All that were opened."""
        self.heard: list[r.StageRecord] = []
        chosen = Settings()
        for name, value in settings.items():
            chosen = chosen.changed(name, value)
        self.clock = SystemClock()
        self.stage = _Stage(self._report, self.clock)
        self._errands = Errands(lambda turn: self.engine.do(lambda _: turn()))
        self.session = Session(
            babbler,  # type: ignore[arg-type]
            self.stage.order,
            chosen,
            self.clock,
            errand=self._errands.send,
        )
        presets = Presets(folder / "presets.json")
        Recall(self.session, presets, self._errands.send)
        learned = LearnedFile(folder / "midi.json")
        self.steering = Steering(
            self.session, self.stage.order, self._errands.send, self.said.append, learned
        )
        self.engine = Engine(self.session, self.clock, self.said.append)
        self.server = PanelServer(
            Bound(Place(host, 0), tls),
            self.engine,
            presets,
            self._play,
            self.stage.settings.page(0),
            self._knobs,
            ports,
        )

    @property
    def base(self) -> str:
        return self.server.address.partition("?")[0]

    def _play(self, *records: r.EngineRecord) -> None:
        for record in records:
            self.engine.do(lambda _, record=record: self._perform(record))  # one thread for the stage

    def _knobs(self) -> Knobs:
        return Knobs(self.steering.learned(), self.steering.waiting)

    def _perform(self, record: r.EngineRecord) -> None:
        if isinstance(record, r.SourceGone):
            self.stage.performer.take_note(record)
        else:
            self.stage.order(record)

    def _report(self, *records: r.StageRecord) -> None:
        for record in records:
            self.heard.append(record)
            self.engine.on_record(record)
            self.server.on_record(record)

    def __enter__(self) -> Paneled:
        self.engine.start()
        self.server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.server.close()
        self.engine.stop()
        self._errands.close()


class Page:
    """What a page does, by hand."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self._waiting: list[dict[str, Any]] = []

    async def say(self, name: str, /, **fields: object) -> None:
        await self.socket.send_str(json.dumps({"is": name, **fields}))

    async def receive(self) -> dict[str, Any]:
        """The next message."""
        while not self._waiting:
            frame = await self.socket.receive(SOON)
            assert frame.type is aiohttp.WSMsgType.TEXT, frame
            self._waiting = json.loads(frame.data)
        return self._waiting.pop(0)

    async def find(
        self, name: str, which: Callable[[dict[str, Any]], object] = lambda _: True
    ) -> dict[str, Any]:
        """The next message of this name for which ``which`` holds."""
        async with asyncio.timeout(SOON):
            while True:
                message = await self.receive()
                if message["is"] == name and which(message):
                    return message


async def opened(
    client: aiohttp.ClientSession, paneled: Paneled, base: str | None = None, **headers: str
) -> Page:
    """A page of this site; raises ``WSServerHandshakeError`` where it is refused."""
    base = base or paneled.base
    socket = await client.ws_connect(f"{base}ws", headers={"Origin": base.rstrip("/"), **headers})
    paneled.sockets.append(socket)
    return Page(socket)


def with_client(paneled: Paneled, test: Callable[[aiohttp.ClientSession], Awaitable[None]]) -> None:
    """Run a test with pages; all of them are closed after it."""

    async def run() -> None:
        async with aiohttp.ClientSession() as client:
            try:
                await test(client)
            finally:
                for socket in paneled.sockets:
                    await socket.close()

    asyncio.run(run())
