"""Who may come in: no page of another site, no name turned to this machine, nobody without the token.

A browser lets any site open a WebSocket to this machine, so whoever asks must come from our own page
(``Origin``); a site may also have its own name point here (DNS rebinding), so it must have asked for us by a
name of ours (``Host``). Beyond this machine the token that stands in the address is needed as well.
"""

from __future__ import annotations

import hmac
import ipaddress
import socket
from collections.abc import Callable, Mapping

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from live.panel.place import LOCALS

COOKIE = "antiphon"
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


class Guard:
    """Looks at every request first. The server's thread. ``host`` is listened to, ``token`` asked for.

    By https any name will do as ``Host``: the browser has seen that our certificate is for it, and no other
    site has that one.
    """

    def __init__(self, host: str, token: str | None, scheme: str = "http") -> None:
        self._local, self.token, self._scheme = host in LOCALS, token, scheme

    def refusal(self, headers: Mapping[str, str], port: int, *, upgrade: bool) -> str | None:
        """Why a request with these headers is refused; None if it is not. ``upgrade``: to a WebSocket."""
        host = headers.get("Host", "")
        if not self._is_ours(host, port):
            return "this is not an address of Antiphon's panel"
        origin = headers.get("Origin")
        if origin is None:
            return "a WebSocket must say where it comes from (Origin)" if upgrade else None
        return None if origin == f"{self._scheme}://{host}" else "another site may not use the panel"

    def knows(self, request: web.Request) -> bool:
        """Whether the token is there, if one is needed."""
        if self.token is None:
            return True
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        given = request.query.get("token") or bearer or request.cookies.get(COOKIE, "")
        return hmac.compare_digest(given.encode(), self.token.encode())

    def _is_ours(self, host: str, port: int) -> bool:
        if self._scheme == "https":
            return bool(host)
        name, _, number = host.rpartition(":")
        if number != str(port):
            return False
        name = name.strip("[]").lower()
        if self._local:
            return name in LOCALS
        own = socket.gethostname().lower()
        return name in (*LOCALS, own, f"{own}.local") or _is_address(name)

    def middleware(self, port: Callable[[], int]) -> Middleware:
        """For aiohttp. ``port``: where we listen."""

        @web.middleware
        async def look(request: web.Request, handler: Handler) -> web.StreamResponse:
            upgrade = request.headers.get("Upgrade", "").lower() == "websocket"
            why = self.refusal(request.headers, port(), upgrade=upgrade)
            if why is not None:
                return web.Response(status=403, text=why + "\n", headers=HEADERS)
            if not self.knows(request):
                return web.Response(
                    status=401, text="open the whole address that Antiphon printed\n", headers=HEADERS
                )
            response = await handler(request)
            if not response.prepared:
                response.headers.update(HEADERS)
                if self.token is not None and "token" in request.query:
                    secure = self._scheme == "https"
                    response.set_cookie(COOKIE, self.token, httponly=True, samesite="Strict", secure=secure)
            return response

        return look


def _is_address(name: str) -> bool:
    """A number, which no name server can turn elsewhere."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
