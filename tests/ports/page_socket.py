"""A page of the panel without a browser: a WebSocket, in a thread of its own."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from types import TracebackType
from typing import Any

import aiohttp
from daemon import Daemon
from jack_world import wait_until


class PageSocket:
    """A context manager. ``said`` holds all messages of the daemon."""

    def __init__(self, daemon: Daemon) -> None:
        found = re.search(r"http://\S+", daemon.said[0])
        assert found, daemon.said
        self._base = found[0]
        self.said: list[dict[str, Any]] = []
        self._loop = asyncio.new_event_loop()
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._thread = threading.Thread(
            target=self._loop.run_until_complete, args=(self._run(),), daemon=True
        )

    async def _run(self) -> None:
        async with aiohttp.ClientSession() as client:
            headers = {"Origin": self._base.rstrip("/")}
            self._socket = await client.ws_connect(f"{self._base}ws", headers=headers)
            async for frame in self._socket:
                self.said += json.loads(frame.data)

    def say(self, name: str, /, **fields: object) -> None:
        assert self._socket is not None
        text = json.dumps({"is": name, **fields})
        asyncio.run_coroutine_threadsafe(self._socket.send_str(text), self._loop).result(5)

    def last(self, name: str) -> dict[str, Any] | None:
        """The last message of this name."""
        return next((message for message in reversed(self.said) if message["is"] == name), None)

    def __enter__(self) -> PageSocket:
        self._thread.start()
        wait_until(lambda: self.last("status"))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._socket is not None:
            asyncio.run_coroutine_threadsafe(self._socket.close(), self._loop).result(5)
        self._thread.join(5)
        self._loop.close()
