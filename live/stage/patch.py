"""Who is connected to our virtual ports on JACK: players that leave, and connections made again.

A stage that takes the place of another is told what was connected to that one, and connects it again as
soon as it is there. One thread: that of the port watch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from live.stage.jack_watch import JackWatch
from live.stage.settings import InputPort, StageSettings

Connections = tuple[tuple[str, ...], ...]
"""For each port of the settings the full names of its peers; none for named ports."""


class Patch:
    """The connections of a stage's virtual ports. ``tell`` gets them whenever they have changed."""

    def __init__(
        self, watch: JackWatch, settings: StageSettings, tell: Callable[[Connections], None]
    ) -> None:
        self._watch, self._settings, self._tell = watch, settings, tell
        self._now: list[frozenset[str]] = [frozenset()] * len(settings.ports)
        self._wanted = {(number, peer) for number, peers in enumerate(settings.connections) for peer in peers}
        self._told: Connections = settings.connections

    def look(self) -> tuple[list[int], list[int]]:
        """Connect what is wanted and there.

        The numbers of virtual inputs whose last player has left, and of virtual outputs that a listener has
        joined.
        """
        left, joined = [], []
        for number, port in enumerate(self._settings.ports):
            if port.virtual:
                full_name = f"{port.name}:{port.name}"
                found = self._watch.connections(full_name)
                if found is None:
                    return [], []  # the server is gone, and with it all knowledge
                for peer in self._wanted_by(number):
                    ends = (peer, full_name) if isinstance(port, InputPort) else (full_name, peer)
                    if peer in found or self._watch.connect(*ends):
                        self._wanted.discard((number, peer))
                        found |= {peer}
                if isinstance(port, InputPort) and self._now[number] and not found:
                    left.append(number)
                if not isinstance(port, InputPort) and found - self._now[number]:
                    joined.append(number)
                self._now[number] = found
        connections = tuple(
            tuple(sorted(peers | set(self._wanted_by(number)))) for number, peers in enumerate(self._now)
        )
        if connections != self._told:
            self._told = connections
            self._tell(connections)
        return left, joined

    def _wanted_by(self, number: int) -> Iterator[str]:
        return iter([peer for place, peer in self._wanted if place == number])
