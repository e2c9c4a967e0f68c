"""Models that a session uses: loaded once, warmed before anyone waits for them."""

from __future__ import annotations

from collections.abc import Callable

from models.context import Context, Limits
from models.events import Event, Kind
from models.sampling import Draws, Style
from models.step import Network, load_network

WARM_UP_EVENTS = 8


class Loaded:
    """Networks by name. Loading blocks; building a session holds the GIL, so load before ports open.

    ``provider`` says where a model computes; without it all do on the processor.
    """

    def __init__(self, provider: Callable[[str], str] = lambda _: "cpu") -> None:
        self._networks: dict[str, Network] = {}
        self._provider = provider

    def get(self, name: str) -> Network:
        """The network, loaded and warm. Raises ``ModelError`` where there is none."""
        if name not in self._networks:
            network = load_network(name, self._provider(name))
            _warm_up(network)
            self._networks[name] = network
        return self._networks[name]


def _warm_up(network: Network) -> None:
    """Call everything once in the shapes of live use: first calls allocate."""
    context = Context(network)
    context.hear(Event(0, Kind.START))
    for step in range(WARM_UP_EVENTS):
        choice = context.choose(Limits(most=24), Style(), Draws(0, step))
        if choice is not None:
            context.hear(choice.event)
    context.fork().rollback(1)
