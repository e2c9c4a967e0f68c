"""The requests of the service, for any server: the daemon's, and the one of ``antiphon serve``."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import hdrs, web

from live.service.answers import answer_for, refused
from live.service.description import description
from live.service.jobs import Jobs
from live.service.orders import Kind
from live.service.refusal import GoneError, RefusedError
from live.service.shelf import models
from live.service.upload import check_length, receive
from live.service.wishes import Compose, Continue, File, Harmonize, wished

WISHES: dict[Kind, Any] = {"read": File, "continue": Continue, "harmonize": Harmonize, "compose": Compose}
GONE = 499
"""Nobody sees it: the client has left."""


class Service:
    """The requests, over some jobs. The loop's thread."""

    def __init__(self, jobs: Jobs) -> None:
        self.jobs = jobs
        self._description = json.dumps(description()).encode()

    def add_to(self, app: web.Application) -> None:
        """Answer in this application; its end is theirs."""
        for kind in WISHES:
            app.router.add_post(f"/api/{kind}", self._poster(kind), expect_handler=_expected)
        app.router.add_get("/api/models", self._give_models)
        app.router.add_get("/api/openapi.json", self._describe)
        app.router.add_get("/health", self._health)
        app.on_shutdown.append(self._stop)
        app.on_cleanup.append(self._join)

    def _poster(self, kind: Kind) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def post(request: web.Request) -> web.StreamResponse:
            try:
                return await self._post(kind, request)
            except RefusedError as refusal:
                return refused(refusal)
            except GoneError:
                return web.Response(status=GONE)

        return post

    async def _post(self, kind: Kind, request: web.Request) -> web.StreamResponse:
        check_length(request)
        query = {name: value for name, value in request.query.items() if name != "token"}
        wish = wished(WISHES[kind], query)
        count = max(getattr(wish, "count", 1), getattr(wish, "alternatives", 1))
        answer = answer_for(request, count, plain="read" if kind == "read" else "file")
        async with self.jobs.place() as place:
            file, name = None, ""
            if kind != "compose":
                name = wish.name
                file = place.folder / f"sent.{name.rpartition('.')[2].lower()}"
                await receive(request, file)

            def gone() -> bool:
                return request.transport is None or request.transport.is_closing()

            try:
                await place.run(
                    kind, wish.model_dump(exclude={"name"}, by_alias=True), answer.tell, gone, file, name
                )
            except RefusedError as refusal:
                return await answer.fail(refusal)
            return await answer.end()

    async def _give_models(self, _: web.Request) -> web.Response:
        found = await asyncio.to_thread(models)
        return web.Response(text=found.model_dump_json(), content_type="application/json")

    async def _describe(self, _: web.Request) -> web.Response:
        return web.Response(body=self._description, content_type="application/json")

    async def _health(self, _: web.Request) -> web.Response:
        return web.json_response({"status": "ok", "running": self.jobs.running})

    async def _stop(self, _: web.Application) -> None:
        self.jobs.stop()

    async def _join(self, _: web.Application) -> None:
        self.jobs.join()


async def _expected(request: web.Request) -> web.StreamResponse | None:
    """Who asks before he sends is told at once when it is too much."""
    try:
        check_length(request)
    except RefusedError as refusal:
        return refused(refusal)
    if request.headers.get(hdrs.EXPECT, "").lower() != "100-continue":
        return refused(RefusedError(417, "no such Expect"))
    await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    return None
