"""The service of files over real sockets, with or without the process that makes music."""

from __future__ import annotations

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from live.service.api import Service
from live.service.jobs import COMMAND, Allowed, Jobs

FAKE = (sys.executable, "-S", str(Path(__file__).with_name("fake_work.py")))
LINES = {"Accept": "application/x-ndjson"}
SOON = 20.0


class Filed:
    """A service that listens, and a client."""

    def __init__(self, client: aiohttp.ClientSession, base: str, jobs: Jobs, folder: Path) -> None:
        self.client, self.base, self.jobs, self.folder = client, base, jobs, folder
        self.said: list[str] = []
        self.open: list[aiohttp.ClientResponse] = []
        """Answers that are still read when the server ends."""

    @property
    def left(self) -> list[Path]:
        """Files that are kept for jobs."""
        return list(self.folder.iterdir())

    def post(self, kind: str, body: Any = None, headers: dict[str, str] | None = None, **options: Any) -> Any:
        """A request; to be entered."""
        return self.client.post(f"{self.base}/api/{kind}", params=options, data=body, headers=headers)

    async def told(self, kind: str, body: Any = None, **options: Any) -> tuple[int, bytes]:
        """Status and body of an answer."""
        async with self.post(kind, body, **options) as response:
            return response.status, await response.read()

    async def pid(self) -> int:
        """The process of a slow job."""
        async with asyncio.timeout(SOON):
            while not (found := [*self.folder.glob("*/pid")]) or not found[0].read_text():
                await asyncio.sleep(0.01)
        return int(found[0].read_text())


async def until(true: Callable[[], object]) -> None:
    """Wait for it."""
    async with asyncio.timeout(SOON):
        while not true():
            await asyncio.sleep(0.01)


async def line(response: aiohttp.ClientResponse) -> dict[str, Any]:
    """The next one."""
    found: dict[str, Any] = json.loads(await asyncio.wait_for(response.content.readline(), SOON))
    return found


@asynccontextmanager
async def filed(allowed: Allowed | None = None, *, real: bool = False) -> AsyncIterator[Filed]:
    """One, and its end."""
    with tempfile.TemporaryDirectory() as folder:
        said: list[str] = []
        command = COMMAND if real else FAKE
        jobs = Jobs(allowed or Allowed(), command=command, folder=Path(folder), say=said.append)
        app = web.Application()
        Service(jobs).add_to(app)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        async with aiohttp.ClientSession() as client:
            made = Filed(client, f"http://127.0.0.1:{runner.addresses[0][1]}", jobs, Path(folder))
            made.said = said
            try:
                yield made
            finally:
                await runner.cleanup()
                for response in made.open:
                    response.close()
        assert not list(Path(folder).iterdir()), "files were left"


def run(
    test: Callable[[Filed], Awaitable[None]], allowed: Allowed | None = None, *, real: bool = False
) -> None:
    """A test with a service."""

    async def whole() -> None:
        async with filed(allowed, real=real) as made:
            await test(made)

    asyncio.run(whole())
