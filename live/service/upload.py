"""A file that is sent: written to disk as it comes, refused as soon as it is too large."""

from __future__ import annotations

import asyncio
from pathlib import Path

import aiohttp
from aiohttp import web

from live.service.limits import LARGEST_FILE, UPLOAD_SECONDS
from live.service.refusal import GoneError, RefusedError

CHUNK = 64 * 1024


def check_length(request: web.Request) -> None:
    """Raise ``RefusedError`` for what says that it is too large, or packed: nothing of it is read."""
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise RefusedError(415, "send the file as it is, without Content-Encoding")
    if (request.content_length or 0) > LARGEST_FILE:
        raise too_large()


def too_large() -> RefusedError:
    """Why."""
    return RefusedError(413, f"the file is too large: at most {LARGEST_FILE // 1_000_000} MB are taken")


async def receive(request: web.Request, path: Path) -> None:
    """Write the body to a new file. Raises ``RefusedError``, ``GoneError``."""
    count = 0
    try:
        with path.open("xb") as file:
            async with asyncio.timeout(UPLOAD_SECONDS):
                async for chunk in request.content.iter_chunked(CHUNK):
                    count += len(chunk)
                    if count > LARGEST_FILE:
                        raise too_large()
                    file.write(chunk)
    except TimeoutError as error:
        raise RefusedError(408, f"the file has not come within {UPLOAD_SECONDS:.0f} s") from error
    except (ConnectionError, aiohttp.ClientError, aiohttp.http.HttpProcessingError) as error:
        raise GoneError from error
    except OSError as error:
        raise RefusedError(507, f"there is no room for the file here: {error.strerror}") from error
    if not count:
        raise RefusedError(422, "no file was sent: send its bytes as the body of the request")
