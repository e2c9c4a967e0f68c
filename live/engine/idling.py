"""Controls that are set, but do nothing with this mode or model: found after each turn, said once."""

from __future__ import annotations

from collections.abc import Callable

from live.character import Idle, idle
from live.controls import Settings
from models.step import Network


class Idling:
    """Owned by the engine's thread; quick, never blocks. ``network``: the one that plays."""

    def __init__(self) -> None:
        self.network: Network | None = None
        self.now = Idle()
        """Which they are. Any thread."""
        self._seen: tuple[Settings, Network | None] | None = None

    def look(self, settings: Settings, say: Callable[[str], None]) -> None:
        """See what has changed, and say so in one line if there is something to say."""
        if self._seen is not None and settings is self._seen[0] and self.network is self._seen[1]:
            return
        self._seen, before = (settings, self.network), self.now
        self.now = idle(settings, None if self.network is None else self.network.manifest)
        if self.now.line and self.now != before:
            say(self.now.line)
