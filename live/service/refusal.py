"""Why a request is refused: a status of HTTP and one line."""

from __future__ import annotations

from live.errors import AntiphonError


class RefusedError(AntiphonError):
    """Told to the client; ``status`` is that of HTTP."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(" ".join(reason.split()))
        self.status = status


class GoneError(Exception):
    """The client has closed the connection."""
