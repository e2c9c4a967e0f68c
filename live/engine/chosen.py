"""The present routes and the filter, made of the settings once for each change. Engine thread only."""

from __future__ import annotations

from collections.abc import Callable

from live.controls import Settings
from live.engine.listening import EVERY_CHANNEL, Filter
from live.engine.routing import Route
from live.voice_controls import ALL, VOICES, way


class Chosen:
    """Follows ``settings``, which are frozen: another object means that something may have changed."""

    def __init__(self, settings: Callable[[], Settings]) -> None:
        self._settings = settings
        self._seen: Settings | None = None
        self._routes: tuple[Route, ...] = ()
        self._filter = Filter()

    def routes(self) -> tuple[Route, ...]:
        """The voices' ways to the synth, the first voice first."""
        self._look()
        return self._routes

    def filter(self) -> Filter:
        """The player's way in."""
        self._look()
        return self._filter

    def _look(self) -> None:
        settings = self._settings()
        if settings is not self._seen:
            self._seen = settings
            self._routes = tuple(_route(settings, number) for number in range(1, VOICES + 1))
            self._filter = Filter(_channels(settings), **way(settings, "listen"))


def _route(settings: Settings, number: int) -> Route:
    values = way(settings, f"voice{number}")
    return Route(**values | {"channel": values["channel"] - 1})


def _channels(settings: Settings) -> frozenset[int]:
    listen: str = getattr(settings, "listen")  # noqa: B009 - the row is made by a loop
    if listen == ALL:
        return EVERY_CHANNEL
    return frozenset(int(channel) - 1 for channel in listen.split(","))
