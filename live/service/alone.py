"""The service of files without the instrument: no MIDI, no stage, no model in this process."""

from __future__ import annotations

import asyncio
import ipaddress
import signal
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler

from live.control_kinds import shown
from live.errors import AntiphonError, PortError
from live.panel.assets import add_page
from live.panel.guards import HEADERS
from live.panel.place import LOCAL, Bound, Place, address
from live.service.api import Service
from live.service.jobs import Allowed, Jobs
from live.service.limits import WAITING
from live.service.public import PublicGuard

PAGE = "files.html"
HEALTH = "/health"


@dataclass(frozen=True, kw_only=True)
class Where:
    """``token`` None: one is drawn where other machines are listened to. ``public``: what a browser shows
    where a proxy stands before us."""

    host: str = LOCAL
    port: int = 8765
    token: str | None = None
    public: str | None = None


def serve(where: Where, running: int, say: Callable[[str], None], ready: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM, ``running`` jobs at once. Main thread; blocks.

    ``ready`` gets the address that a person opens. Raises ``AntiphonError``, ``PortError``.
    """
    asyncio.run(_serve(where, running, say, ready))


async def _serve(
    where: Where, running: int, say: Callable[[str], None], ready: Callable[[str], None]
) -> None:
    bound = _bound(where)
    try:
        token = where.token or bound.token
        guard = PublicGuard(bound.host, token, where.public)
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(ended.set))
        app = web.Application(middlewares=[_look_after, guard.middleware(lambda: bound.port)])
        jobs = Jobs(Allowed(running=running, waiting=max(WAITING, 2 * running), idle=False), say=say)
        Service(jobs).add_to(app)
        add_page(app, PAGE)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        await web.SockSite(runner, bound.socket).start()
        public = where.public and f"{where.public.rstrip('/')}/" + (f"?token={token}" if token else "")
        ready(public or address(bound.socket, token))
        await ended.wait()
        await runner.cleanup()
    finally:
        bound.close()


def _bound(where: Where) -> Bound:
    host = LOCAL if where.host == "localhost" else where.host
    try:
        host = str(ipaddress.ip_address(host))
    except ValueError as error:
        raise AntiphonError(f"--host {shown(where.host)}: write an address, like 0.0.0.0") from error
    try:
        return Bound(Place(host, where.port))
    except PortError as error:
        why = getattr(error.__cause__, "strerror", "it cannot be had")
        raise PortError(
            f"cannot listen at {host}, port {where.port} ({why}): choose another with --host or --port"
        ) from error


@web.middleware
async def _look_after(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Whoever looks whether we live (a container's host, a proxy) knows neither our name nor the token."""
    if request.path == HEALTH:
        return web.json_response({"status": "ok"}, headers=HEADERS)
    return await handler(request)
