"""A guard for a service that is reached by another name than its own: behind a reverse proxy."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from live.control_kinds import shown
from live.errors import AntiphonError
from live.panel.guards import Guard


class PublicGuard(Guard):
    """Also lets in what was sent to ``public``, the address that a browser shows.

    Raises ``AntiphonError`` where that is no address of a site.
    """

    def __init__(self, host: str, token: str | None, public: str | None) -> None:
        super().__init__(host, token)
        self._origin = self._name = None
        if public is not None:
            scheme, name, *rest = urlsplit(public.rstrip("/"))
            if scheme not in ("http", "https") or not name or any(rest):
                raise AntiphonError(
                    f"--public {shown(public)}: write what a browser shows, like https://music.example"
                )
            self._origin, self._name = f"{scheme}://{name}".lower(), name.lower()

    def refusal(self, headers: Mapping[str, str], port: int, *, upgrade: bool) -> str | None:
        """See ``Guard``. A proxy may tell us the name that it was asked for, or ours."""
        origin = headers.get("Origin")
        if self._origin is not None and (origin is None or origin.lower() == self._origin):
            host = headers.get("Host", "")
            if host.lower() == self._name or super().refusal({"Host": host}, port, upgrade=False) is None:
                return None
        return super().refusal(headers, port, upgrade=upgrade)
