"""How a client is told: the file alone, everything as one JSON object, or line by line as it is made."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

from aiohttp import web
from pydantic import BaseModel

from live.panel.guards import HEADERS
from live.service.limits import RETRY_SECONDS, UPLOAD_SECONDS
from live.service.orders import Word
from live.service.refusal import GoneError, RefusedError
from live.service.upload import CHUNK
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
        return ReadAlone(request)
    if OBJECT in accepted:
        return Whole(request)
    if count > 1:
        raise RefusedError(422, f"count: for more than one, ask for Accept: {OBJECT} or {LINES}")
    return FileAlone(request)


class _Sent:
    """Sends files of any size in small pieces, unread: whoever plays in this process never waits long."""

    def __init__(self, request: web.Request) -> None:
        self._request = request
        self._response = web.StreamResponse(headers=_FRESH)

    async def _send(self, *pieces: bytes | Path) -> None:
        """Raises ``GoneError`` where nobody reads."""
        try:
            if not self._response.prepared:
                await self._response.prepare(self._request)
            for piece in pieces:
                if isinstance(piece, bytes):
                    await self._response.write(piece)
                    continue
                with piece.open("rb") as file:
                    while chunk := file.read(CHUNK):
                        async with asyncio.timeout(UPLOAD_SECONDS):
                            await self._response.write(chunk)
        except (ConnectionError, TimeoutError) as error:
            raise GoneError from error


class _Once(_Sent):
    """Answers when all is there."""

    async def fail(self, refusal: RefusedError) -> web.StreamResponse:
        """A status and a line."""
        return refused(refusal)

    async def _all(self, kind: str, *pieces: bytes | Path) -> web.StreamResponse:
        self._response.content_type = kind
        sizes = (len(piece) if isinstance(piece, bytes) else piece.stat().st_size for piece in pieces)
        self._response.content_length = sum(sizes)
        await self._send(*pieces)
        return self._response


class FileAlone(_Once):
    """The file that was made."""

    async def tell(self, word: Word) -> None:
        """Keep the music."""
        if word.what == "made":
            self._word = word

    async def end(self) -> web.StreamResponse:
        """What it was about."""
        assert self._word.file is not None
        name = quote(self._word.name)
        self._response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
        return await self._all(self._word.type, self._word.file)


class Whole(_Once):
    """One object; see ``wishes.Result``. The lines of the process are put together unread."""

    def __init__(self, request: web.Request) -> None:
        super().__init__(request)
        self._read: bytes | Path = b"null"
        self._made: list[bytes | Path] = []

    async def tell(self, word: Word) -> None:
        """Keep the lines."""
        if word.line is None:
            return
        if word.what == "read":
            self._read = word.line
        else:
            self._made += [b","] * bool(self._made) + [word.line]

    async def end(self) -> web.StreamResponse:
        """What it was about."""
        return await self._all(OBJECT, b'{"read":', self._read, b',"made":[', *self._made, b"]}")


class ReadAlone(_Once):
    """What was sent."""

    async def tell(self, word: Word) -> None:
        """Keep the line."""
        if word.line is not None:
            self._line = word.line

    async def end(self) -> web.StreamResponse:
        """What it was about."""
        return await self._all(OBJECT, self._line)


class Lines(_Sent):
    """A line of JSON for each word. Before the first one a failure has a status of its own."""

    def __init__(self, request: web.Request) -> None:
        super().__init__(request)
        self._response.headers["X-Accel-Buffering"] = "no"
        self._response.content_type = LINES

    async def tell(self, word: Word) -> None:
        """Write it; raises ``GoneError`` where nobody reads."""
        match word.what:
            case "waiting":
                await self._line(WaitingLine(before=word.before))
            case "progress":
                await self._line(ProgressLine(number=word.number, share=word.share))
            case "done":
                await self._line(DoneLine())
            case _ if word.line is not None:
                await self._send(word.line, b"\n")

    async def end(self) -> web.StreamResponse:
        """What it was about."""
        return self._response

    async def fail(self, refusal: RefusedError) -> web.StreamResponse:
        """A status, or the last line."""
        if not self._response.prepared:
            return refused(refusal)
        await self._line(FailedLine(reason=str(refusal)))
        return self._response

    async def _line(self, line: BaseModel) -> None:
        await self._send(line.model_dump_json().encode() + b"\n")


def refused(refusal: RefusedError) -> web.Response:
    """One line."""
    response = web.Response(status=refusal.status, text=f"{refusal}\n", headers=_FRESH)
    if refusal.status == 503:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response
