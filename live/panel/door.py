"""The panel of a daemon: opened with it. The server's library is loaded meanwhile, beside the models."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from live.panel.place import Place

if TYPE_CHECKING:
    from live.engine.engine import Engine
    from live.panel.server import PanelServer
    from live.presets import Presets
    from live.stage import records as r
    from live.stage.settings import StageSettings


class Door:
    """Made first; the server is there from :meth:`open` on. One thread, but for ``on_record`` and ``say``.

    Raises ``AntiphonError`` for an ``at`` that is no place, and ``PortError`` where it cannot be had.
    """

    def __init__(self, at: str | None) -> None:
        self._place = Place() if at is None else Place.parse(at)
        self._server: PanelServer | None = None
        self._loading = threading.Thread(target=_load, name="panel's library", daemon=True)
        self._loading.start()

    def open(self, engine: Engine, presets: Presets, hear: Any, ports: StageSettings) -> None:
        """Listen, but do not answer yet. Blocks until the library is loaded."""
        self._loading.join()
        from live.panel.server import PanelServer  # noqa: PLC0415

        self._server = PanelServer(self._place, engine, presets, hear, ports.page(0))

    def start(self) -> None:
        """Answer."""
        if self._server is not None:
            self._server.start()

    def close(self) -> None:
        """Idempotent; blocks for a moment."""
        if self._server is not None:
            self._server.close()

    @property
    def address(self) -> str:
        """What a person opens; empty before :meth:`open`."""
        return "" if self._server is None else self._server.address

    def on_record(self, record: r.StageRecord) -> None:
        """What the stage says. Any thread, never blocks."""
        if self._server is not None:
            self._server.on_record(record)

    def say(self, line: str) -> None:
        """A line for the musician. Any thread, never blocks."""
        if self._server is not None:
            self._server.say(line)


def _load() -> None:
    import live.panel.server  # noqa: F401, PLC0415
