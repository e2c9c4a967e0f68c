"""The panel of a daemon. The door stands open at once; who answers is fetched when the music plays.

The server's library takes half a second to import, so nothing before ``ready:`` needs it: whoever
connects meanwhile waits for an answer.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from live.panel.place import Bound, Place

if TYPE_CHECKING:
    from live.panel.server import PanelServer
    from live.stage import records as r

CLOSE_SECONDS = 5.0


class Door:
    """Opened by :meth:`open`, answered some time after :meth:`start`. One thread, but for ``on_record`` and
    ``say``; none blocks but :meth:`close`.

    ``tls``: a certificate and its key. Raises ``AntiphonError`` for an ``at`` that is no place.
    """

    def __init__(self, at: str | None, tls: tuple[Path, Path] | None = None) -> None:
        self._place = Place() if at is None else Place.parse(at)
        self._tls = tls
        self._bound: Bound | None = None
        self._server: PanelServer | None = None
        self._fetching: threading.Thread | None = None
        self._closed = threading.Event()

    def open(self) -> None:
        """Be there to be connected to. Raises ``PortError`` where the place cannot be had, ``AntiphonError``
        for a certificate that is none. Blocks for the disk."""
        secured = None
        if self._tls is not None:
            from live.panel.tls import context  # noqa: PLC0415

            secured = context(*self._tls)
        self._bound = Bound(self._place, secured)

    def start(self, *arguments: Any, **more: Any) -> None:
        """Have a thread fetch the server, which answers then; arguments: those of ``PanelServer`` after the
        first. Once, after ``open``."""
        self._fetching = threading.Thread(
            target=self._fetch,
            args=(self._bound, *arguments),
            kwargs=more,
            name="panel's library",
            daemon=True,
        )
        self._fetching.start()

    def close(self) -> None:
        """Idempotent; blocks for a moment."""
        self._closed.set()
        if self._fetching is not None:
            self._fetching.join(timeout=CLOSE_SECONDS)
        if self._server is not None:
            self._server.close()
        elif self._bound is not None:
            self._bound.close()

    @property
    def address(self) -> str:
        """What a person opens; empty before :meth:`open`."""
        return "" if self._bound is None else self._bound.address

    def on_record(self, record: r.StageRecord) -> None:
        """What the stage says. Any thread, never blocks."""
        if self._server is not None:
            self._server.on_record(record)

    def say(self, line: str) -> None:
        """A line for the musician. Any thread, never blocks."""
        if self._server is not None:
            self._server.say(line)

    def _fetch(self, bound: Bound, *others: Any, **more: Any) -> None:
        from live.panel.server import PanelServer  # noqa: PLC0415

        if not self._closed.is_set():
            self._server = PanelServer(bound, *others, **more)
            self._server.start()
