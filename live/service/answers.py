"""How a client is told: the file alone, everything as one JSON object, or line by line as it is made."""

from __future__ import annotations

import asyncio
from typing import Protocol
from urllib.parse import quote

from aiohttp import web

from live.panel.guards import HEADERS
from live.service.limits import RETRY_SECONDS, UPLOAD_SECONDS
from live.service.orders import Word
from live.service.refusal import GoneError, RefusedError
from live.service.wishes import DoneLine, FailedLine, ProgressLine, WaitingLine

LINES = "application/x-ndjson"
OBJECT = "application/json"
_FRESH = {**HEADERS, "Cache-Control": "no-store"}


class Answer(Protocol):
    """What becomes of the words of a job."""

    async def tell(self, word: Word) -> None:
        """Take a word."""

    async def end(self) -> web.StreamResponse:
        """The answer when the job is done."""

    async def fail(self, refusal: RefusedError) -> web.StreamResponse:
        """The answer when it cannot be done."""


def answer_for(request: web.Request, count: int, *, plain: str) -> Answer:
    """As the header ``Accept`` wishes; ``plain`` stands for one that says nothing: ``file`` or ``read``."""
    accepted = request.headers.get("Accept", "")
    if LINES in accepted:
        return Lines(request)
    if plain == "read":
        return ReadAlone()
    if OBJECT in accepted:
        return Whole()
    if count > 1:
        raise RefusedError(422, f"count: for more than one, ask for Accept: {OBJECT} or {LINES}")
    return FileAlone()


class _Once:
    """Answers when all is there."""

    async def fail(self, refusal: RefusedError) -> web.StreamResponse:
        """A status and a line."""
        return refused(refusal)


class FileAlone(_Once):
    """The file that was made."""

    def __init__(self) -> None:
        self._word = Word(what="done")
        self._data = b""

    async def tell(self, word: Word) -> None:
        """Keep the music."""
        if word.what == "made" and word.file is not None:
            self._word, self._data = word, await asyncio.to_thread(word.file.read_bytes)

    async def end(self) -> web.StreamResponse:
        """What it was about."""
        name = quote(self._word.name)
        headers = {**_FRESH, "Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return web.Response(body=self._data, content_type=self._word.type, headers=headers)


class Whole(_Once):
    """One object; see ``wishes.Result``. The lines of the process are put together unread."""

    def __init__(self) -> None:
        self._read = b"null"
        self._made: list[bytes] = []

    async def tell(self, word: Word) -> None:
        """Keep the lines."""
        if word.line is None:
            return
        line = await asyncio.to_thread(word.line.read_bytes)
        if word.what == "read":
            self._read = line
        else:
            self._made.append(line)

    async def end(self) -> web.StreamResponse:
        """What it was about."""
        body = b'{"read":' + self._read + b',"made":[' + b",".join(self._made) + b"]}"
        return web.Response(body=body, content_type=OBJECT, headers=_FRESH)


class ReadAlone(_Once):
    """What was sent."""

    def __init__(self) -> None:
        self._line = b"{}"

    async def tell(self, word: Word) -> None:
        """Keep the line."""
        if word.line is not None:
            self._line = await asyncio.to_thread(word.line.read_bytes)

    async def end(self) -> web.StreamResponse:
        """What it was about."""
        return web.Response(body=self._line, content_type=OBJECT, headers=_FRESH)


class Lines:
    """A line of JSON for each word. Before the first one a failure has a status of its own."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self._response = web.StreamResponse(headers={**_FRESH, "X-Accel-Buffering": "no"})
        self._response.content_type = LINES

    async def tell(self, word: Word) -> None:
        """Write it; raises ``GoneError`` where nobody reads."""
        match word.what:
            case "waiting":
                await self._write(WaitingLine(before=word.before).model_dump_json().encode())
            case "progress":
                line = ProgressLine(number=word.number, share=word.share)
                await self._write(line.model_dump_json().encode())
            case "done":
                await self._write(DoneLine().model_dump_json().encode())
            case _ if word.line is not None:
                await self._write(await asyncio.to_thread(word.line.read_bytes))

    async def end(self) -> web.StreamResponse:
        """What it was about."""
        return self._response

    async def fail(self, refusal: RefusedError) -> web.StreamResponse:
        """A status, or the last line."""
        if not self._response.prepared:
            return refused(refusal)
        await self._write(FailedLine(reason=str(refusal)).model_dump_json().encode())
        return self._response

    async def _write(self, line: bytes) -> None:
        try:
            async with asyncio.timeout(UPLOAD_SECONDS):
                if not self._response.prepared:
                    await self._response.prepare(self._request)
                await self._response.write(line + b"\n")
        except (ConnectionError, TimeoutError) as error:
            raise GoneError from error


def refused(refusal: RefusedError) -> web.Response:
    """One line."""
    response = web.Response(status=refusal.status, text=f"{refusal}\n", headers=_FRESH)
    if refusal.status == 503:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response
