"""The files that a page is made of, as they are shipped."""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources
from typing import Any

from aiohttp import web

_KINDS = {
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
    "webmanifest": "application/manifest+json",
}


def add_page(app: web.Application, first: str) -> None:
    """Serve all of them; the one called ``first`` is what stands at ``/``."""
    for name, (body, kind) in _files().items():
        app.router.add_get("/" if name == first else f"/{name}", _giver(body, kind))


def _files() -> dict[str, tuple[bytes, str]]:
    """Bytes and content type by name."""
    found = {}
    for file in resources.files("live.panel").joinpath("page").iterdir():
        kind = _KINDS.get(file.name.rpartition(".")[2])
        if kind is not None:
            found[file.name] = (file.read_bytes(), kind)
    return found


def _giver(body: bytes, kind: str) -> Callable[[web.Request], Any]:
    async def give(_: web.Request) -> web.Response:
        return web.Response(body=body, content_type=kind, charset="utf-8")

    return give
