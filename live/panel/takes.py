"""What was played, to take away: requests that a short-lived child process answers. The engine plays on.

``session.mid`` is the end of the session that goes on (``?bars=N``, ``?seconds=S``, or all of it),
``sessions.json`` the list of all, ``sessions/NAME.mid`` and ``sessions/NAME.json`` one of them.
"""

from __future__ import annotations

import asyncio
import math
import re
import tempfile
from pathlib import Path
from typing import Any

from aiohttp import web

from live.engine.engine import Engine
from live.sessions.folder import SUFFIX, sessions_folder
from live.spawn import run_python

MODULE, ALL_SECONDS = "live.sessions.take_away", "all"
WRITTEN_SECONDS = 0.1
"""So long after something was played it is in the session's file."""
AT_ONCE = 2
"""Child processes; whoever comes later waits."""
_NAME = re.compile(r"\d{4}-\d\d-\d\d-\d{6}-\d+")
_MIDI, _JSON = "audio/midi", "application/json"


class Takes:
    """The requests. The server's thread."""

    def __init__(self, engine: Engine) -> None:
        self._session = engine.session
        self._free = asyncio.Semaphore(AT_ONCE)

    def add_to(self, app: web.Application) -> None:
        """Answer in this application."""
        app.router.add_get("/session.mid", self._give_end)
        app.router.add_get("/sessions.json", self._give_list)
        app.router.add_get("/sessions/{name}.{kind:mid|json}", self._give_one)

    async def _give_end(self, request: web.Request) -> web.Response:
        path = self._session.capture.path
        if path is None:
            raise _refusal(404, "nothing can be taken away: the session is not recorded (--no-capture)")
        now_ns = self._session.now_ns()
        seconds, bpm = self._wanted(request, now_ns)
        await asyncio.sleep(WRITTEN_SECONDS)
        return await self._made("last", path, ".mid", str(now_ns), seconds, repr(bpm))

    async def _give_list(self, _: web.Request) -> web.Response:
        return web.Response(body=await self._run("list"), content_type=_JSON)

    async def _give_one(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        path = sessions_folder() / f"{name}{SUFFIX}"
        if not _NAME.fullmatch(name) or not await asyncio.to_thread(path.is_file):
            raise _refusal(404, "there is no such session")
        if request.match_info["kind"] == "mid":
            return await self._made("midi", path, ".mid")
        return await self._made("notes", path, ".json")

    def _wanted(self, request: web.Request, now_ns: int) -> tuple[str, float]:
        """How many seconds, and the tempo of the file. Bars are counted back from the last bar line."""
        pulse = self._session.time.pulse
        bpm = 120.0 if pulse is None else min(300.0, max(20.0, pulse.tempo))
        if (bars := _number(request, "bars")) is not None:
            place = None if pulse is None else pulse.place_at(now_ns)
            if pulse is None or place is None or pulse.bars is None:
                raise _refusal(409, "there are no bars now: ask for seconds")
            since = (place.beat - 1) * 4 / pulse.bars.denominator
            return repr((bars * pulse.bars.quarters + since) * pulse.quarter_ns / 1e9), bpm
        seconds = _number(request, "seconds")
        return (ALL_SECONDS if seconds is None else repr(seconds)), bpm

    async def _made(self, what: str, session: Path, ending: str, *words: str) -> web.Response:
        """A file that the child makes of a session."""
        with tempfile.TemporaryDirectory(prefix="antiphon-") as folder:
            output = Path(folder) / f"out{ending}"
            await self._run(what, str(session), str(output), *words)
            body = await asyncio.to_thread(output.read_bytes)
        if ending == ".json":
            return web.Response(body=body, content_type=_JSON)
        name = f"antiphon-{session.stem.rpartition('-')[0]}{ending}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return web.Response(body=body, content_type=_MIDI, headers=headers)

    async def _run(self, *words: str) -> bytes:
        async with self._free:
            try:
                code, said = await asyncio.to_thread(run_python, MODULE, *words)
            except OSError as error:
                raise _refusal(503, f"no process can be started: {error.strerror}") from error
        if code:
            raise _refusal(
                404 if code == 2 else 500, said.strip().rpartition("\n")[2] or f"it ended with {code}"
            )
        return said.encode()


def _number(request: web.Request, name: str) -> float | None:
    """A positive number of the query; None without it."""
    text: Any = request.query.get(name)
    if text is None:
        return None
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    if not 0 < found <= 100_000:
        raise _refusal(400, f"{name} must be a number above 0")
    return found


def _refusal(status: int, text: str) -> web.HTTPException:
    kinds: dict[int, type[web.HTTPException]] = {
        400: web.HTTPBadRequest,
        404: web.HTTPNotFound,
        409: web.HTTPConflict,
        503: web.HTTPServiceUnavailable,
    }
    return kinds.get(status, web.HTTPInternalServerError)(text=f"{text}\n")
