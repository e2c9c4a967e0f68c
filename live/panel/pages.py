"""The pages that are open: what waits for each, and what each says of its player's keys.

Everything here belongs to the server's thread. A page that does not read loses what waits for it and begins
anew; nobody else notices.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import Any

from aiohttp import web

from live.panel.messages import BadMessageError
from live.stage import records as r
from live.stage.clock import MILLISECOND
from live.stage.decode import Decoder
from live.stage.settings import PAGES

MOST_WAITING = 400
"""Messages to a page."""
TRUSTED_NS = 100 * MILLISECOND
"""How far back a page's own stamp is believed."""
PER_SECOND, BURST = 400.0, 400.0
"""Messages from a page; a page that says more is read more slowly."""


class Page:
    """One page. ``number`` is 0 to ``PAGES`` - 1, ``source`` what the stage calls its keys."""

    def __init__(
        self, number: int, source: int, socket: web.WebSocketResponse, greeting: Callable[[], str]
    ) -> None:
        self.number, self.source = number, source
        self._socket, self._greeting = socket, greeting
        self._waiting: deque[str] = deque()
        self._something = asyncio.Event()
        self._stamp_ns = 0
        self.lost = 0
        """Messages that it was too slow for."""
        self.put(greeting())

    def put(self, text: str) -> None:
        """Have a message sent."""
        if len(self._waiting) >= MOST_WAITING:
            self.lost += len(self._waiting)
            self._waiting.clear()
            self._waiting.append(self._greeting())
        self._waiting.append(text)
        self._something.set()

    async def write(self) -> None:
        """Send what waits, as it comes, until the page is gone."""
        with contextlib.suppress(ConnectionError):
            while not self._socket.closed:
                await self._something.wait()
                self._something.clear()
                frame = ",".join(self._waiting)
                self._waiting.clear()
                await self._socket.send_str(f"[{frame}]")

    def key(self, at_ms: float, data: list[Any], now_ns: int) -> list[r.FromPage]:
        """What the stage is to hear. Raises ``BadMessageError`` for what is no MIDI."""
        if not 1 <= len(data) <= 3 or not all(type(byte) is int and 0 <= byte <= 255 for byte in data):
            raise BadMessageError("midi: bytes are one to three numbers from 0 to 255")
        decoder = Decoder()
        messages = decoder.feed(data)
        if decoder.bad_bytes or len(messages) != 1:
            raise BadMessageError("midi: not one whole message")
        at_ns = round(at_ms * MILLISECOND) if abs(at_ms) < 2**53 else 0
        stamp = at_ns if now_ns - TRUSTED_NS <= at_ns <= now_ns else now_ns
        self._stamp_ns = max(stamp, min(self._stamp_ns, now_ns))  # what it did first is heard first
        return [r.FromPage(self._stamp_ns, self.source, messages[0])]


class Pages:
    """All of them."""

    def __init__(self) -> None:
        self._pages: dict[int, Page] = {}

    def __len__(self) -> int:
        return len(self._pages)

    def place(self) -> int | None:
        """A number for one more; None where there are enough."""
        return next((number for number in range(PAGES) if number not in self._pages), None)

    def add(self, page: Page) -> None:
        """From now on it is told."""
        self._pages[page.number] = page

    def remove(self, page: Page) -> None:
        """It has left."""
        del self._pages[page.number]

    def tell(self, text: str) -> None:
        """All pages."""
        for page in self._pages.values():
            page.put(text)


class Budget:
    """How much a page may say: above it, it is read more slowly. ``now`` in seconds."""

    def __init__(self, now: float) -> None:
        self._left, self._before = BURST, now

    def wait(self, now: float) -> float:
        """Count one message; seconds until the next one may be read."""
        self._left = min(BURST, self._left + PER_SECOND * (now - self._before)) - 1
        self._before = now
        return max(0.0, -self._left / PER_SECOND)
